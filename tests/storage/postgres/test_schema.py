"""The schema on PostgreSQL: the one that is written down is the one that the migrations make."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from kezek.storage.fault import NotADatabase, WrongVersion
from kezek.storage.migrations import script as migrations
from kezek.storage.migrations.parts import OWN, TRIGGERS
from kezek.storage.open import open_store
from kezek.storage.postgres.mapping import mapping
from kezek.storage.postgres.store import PostgresStore
from kezek.storage.schema import metadata
from kezek.storage.table import TABLES
from tests.storage.postgres.cluster import cluster

# Everything that was made, in the server's own words.
DESCRIBED = """
SELECT 'column', table_name || '.' || column_name, concat_ws(' ', ordinal_position, data_type,
 is_nullable, collation_name, column_default) FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name NOT IN ('alembic_version', 'schema_since')
UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
 FROM pg_constraint WHERE connamespace = 'public'::regnamespace
 AND conrelid <> coalesce(to_regclass('alembic_version'), 0)
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes
 WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'schema_since')
UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'options', relname, reloptions::text FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL
"""


@pytest.fixture
def empty() -> Iterator[str]:
    name = cluster().empty()
    yield name
    cluster().drop(name)


def described(database: str) -> dict[tuple[str, str], str]:
    return {(kind, name): text for kind, name, text in cluster().sql(database, DESCRIBED)}


def test_all_migrations_make_the_schema(database: str, empty: str):
    written = sa.create_engine(cluster().url(empty).replace("postgresql:", "postgresql+psycopg:"))
    metadata.create_all(written)
    written.dispose()
    made, wanted = described(database), described(empty)
    # Only the migrations have triggers; which ones there must be is known by name.
    triggers = {name for kind, name in made if kind == "trigger"}
    assert triggers == {*TRIGGERS, *OWN["postgresql"]} - {"event_line_position"}
    assert {key: made[key] for key in made if key[0] not in ("trigger", "function")} == wanted


def test_every_column_is_of_the_type_that_its_array_is(database: str):
    types = {
        (table, column): kind
        for table, column, kind in cluster().sql(
            database, "SELECT table_name, column_name, data_type FROM information_schema.columns"
        )
    }
    for kind, table in TABLES.items():
        columns = [c for c in metadata.tables[table.name].columns if not c.info.get("leaving")]
        for place, column in enumerate(columns):
            arrays = mapping(kind).put.decode().split("unnest(")[1].split(")")[0]
            assert arrays.split(", ")[place] == f"%s::{types[table.name, column.name]}[]", column


def test_words_sort_by_their_bytes_whatever_the_server_speaks(database: str):
    told = cluster().sql(database, "SELECT 'a' < 'Z'")
    assert told == [(True,)], "the tests' server sorts like a dictionary"
    assert cluster().sql(database, "SELECT 'a' < 'Z' COLLATE \"C\"") == [(False,)]
    for name, kind in described(database).items():
        if name[0] == "column" and " text " in kind:
            assert " C" in kind, name


def test_several_that_start_at_once_make_one_schema(empty: str):
    url, failed = cluster().url(empty), []

    def start() -> None:
        try:
            open_store(url).close()
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert cluster().sql(empty, "SELECT count(*) FROM alembic_version") == [(1,)]


def test_a_newer_version_is_refused_and_left_as_it_is(database: str):
    cluster().sql(
        database,
        "UPDATE alembic_version SET version_num = '9999'",
        "UPDATE schema_since SET since = '9999'",
    )
    before = described(database)
    with pytest.raises(WrongVersion, match=r"schema 9999.*install that version") as wrong:
        PostgresStore(cluster().url(database))
    assert wrong.value.permanent
    assert described(database) == before


def test_another_programs_database_is_left_as_it_is(empty: str):
    cluster().sql(empty, "CREATE TABLE booking (room text)")
    before = described(empty)
    with pytest.raises(NotADatabase, match="another program"):
        PostgresStore(cluster().url(empty))
    assert described(empty) == before


def test_a_step_that_fails_leaves_nothing(empty: str, monkeypatch: pytest.MonkeyPatch):
    def broken(_version: str, *, dialect: str) -> str:
        return "CREATE TABLE half (a int); CREATE TABLE half (a int);"

    monkeypatch.setattr(migrations, "script", broken)
    with pytest.raises(Exception, match="the database failed"):
        PostgresStore(cluster().url(empty))
    monkeypatch.undo()
    assert described(empty) == {}
    PostgresStore(cluster().url(empty)).close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET body = 'other' WHERE position = 1",
        "DELETE FROM event",
        "TRUNCATE event",
        "INSERT INTO event VALUES (3, 0, 0, 'x', 'x', 'x', 0, '{}')",
        "INSERT INTO event VALUES (0, 0, 0, 'x', 'x', 'x', 0, '{}')",
        "INSERT INTO event VALUES (2, 0, 0, 'x', 'x', 'x', 0, '{}'), (4, 0, 0, 'x', 'x', 'x', 0, '{}')",
        "INSERT INTO event TABLE event ON CONFLICT (position) DO UPDATE SET body = 'other'",
    ],
)
def test_the_log_is_append_only_even_for_sql(database: str, statement: str):
    cluster().sql(database, "INSERT INTO event VALUES (1, 0, 0, 'x', 'x', 'x', 0, '{}')")
    with pytest.raises(psycopg.IntegrityError, match="the log"):
        cluster().sql(database, statement)
    assert cluster().sql(database, "SELECT position, body FROM event") == [(1, "{}")]
