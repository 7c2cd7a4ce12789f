"""The schema that is written down, the one that the migrations make, and the rows: one and the same."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import apsw
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from kezek.app.installation.file import APPLICATION
from kezek.storage.fault import WrongVersion
from kezek.storage.migrations import script as migrations
from kezek.storage.migrations.head import HEAD
from kezek.storage.migrations.parts import OWN, TRIGGERS
from kezek.storage.migrations.phase import TABLE
from kezek.storage.migrations.script import UnknownVersion, config, script
from kezek.storage.schema import metadata
from kezek.storage.sqlite.store import SqliteStore
from kezek.storage.table import TABLES


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kezek.db"


def migrated(path: Path) -> sa.Engine:
    SqliteStore(str(path)).close()
    return sa.create_engine(f"sqlite:///{path}")


def described(engine: sa.Engine) -> dict[tuple[str, str], list[str]]:
    """Every table, index and trigger with its parts; their order inside a table is of no account."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        ).fetchall()
    engine.dispose()
    return {
        (kind, name): sorted(filter(None, (_plain(part) for part in _parts(text))))
        for kind, name, text in found
        if name not in ("alembic_version", TABLE)
    }


def _parts(text: str) -> list[str]:
    """The lines of a statement; a column that a later step added shares the line of the one before."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == "\n" or (sign == "," and depth == 1):
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _plain(part: str) -> str:
    return re.sub(r"\s+", " ", part).strip(" ,")


def test_all_migrations_make_the_schema(path: Path):
    written = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    metadata.create_all(written)
    made, wanted = described(migrated(path)), described(written)
    # Only the migrations have triggers; which ones there must be is known by name.
    triggers = {name for kind, name in made if kind == "trigger"}
    assert triggers == {*TRIGGERS, *OWN["sqlite"]} - {"event_line"}
    assert made.keys() - {("trigger", name) for name in triggers} == wanted.keys()
    for name, parts in wanted.items():
        assert made[name] == parts, name


# Alembic cannot read an index on an expression; the test above compares it word for word.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_alembic_sees_no_difference(path: Path):
    engine = migrated(path)
    with engine.connect() as connection:
        # What a schema remembers of its own steps belongs to no installation.
        options = {
            "compare_type": True,
            "include_name": lambda name, *_: name != TABLE,
            "include_object": lambda _, name, *__: name not in OWN["postgresql"],
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_newest_step_is_named_where_it_can_be_read_cheaply():
    assert ScriptDirectory.from_config(config()).get_heads() == [HEAD]


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_a_tables_columns_are_the_rows_fields(kind: type):
    table = metadata.tables[TABLES[kind].name]
    # What only the release before reads and writes is no part of a row any more.
    kept = [c.name for c in table.columns if not c.info.get("leaving")]
    assert kept == [f.name for f in fields(kind)]
    key = tuple(c.name for c in table.primary_key.columns)
    # Answers are appended; their key is an index.
    if key:
        assert key == TABLES[kind].key
    else:
        (index,) = table.indexes
        assert index.unique
        assert tuple(c.name for c in index.columns) == TABLES[kind].key


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_a_column_is_empty_only_where_the_field_may_be(kind: type):
    table = metadata.tables[TABLES[kind].name]
    for field in fields(kind):
        assert table.c[field.name].nullable == ("None" in str(field.type)), field.name


def test_every_table_is_known():
    assert {t.name for t in TABLES.values()} == set(metadata.tables)


def test_a_newer_version_is_refused_and_left_as_it_is(path: Path):
    SqliteStore(str(path)).close()
    other = apsw.Connection(str(path))
    other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.execute(f"UPDATE {TABLE} SET since = '9999'")
    other.close()
    before = path.read_bytes()
    with pytest.raises(WrongVersion, match=r"schema 9999.*install that version") as wrong:
        SqliteStore(str(path))
    assert wrong.value.permanent
    assert path.read_bytes() == before
    with pytest.raises(UnknownVersion):
        script("9999")


def test_a_start_that_was_cut_off_is_finished(path: Path):
    """The file was marked as ours, and the power failed before the first step."""
    other = apsw.Connection(str(path))
    other.pragma("application_id", APPLICATION)
    other.close()
    store = SqliteStore(str(path))
    store.set_setting("a", "b")
    assert store.setting("a") == "b"
    store.close()


def test_a_step_that_fails_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch):
    def broken(_version: str) -> str:
        return "CREATE TABLE half (a); CREATE TABLE half (a);"

    monkeypatch.setattr(migrations, "script", broken)
    with pytest.raises(Exception, match="the database failed"):
        SqliteStore(str(path))
    monkeypatch.undo()
    other = apsw.Connection(str(path))
    assert other.execute("SELECT count(*) FROM sqlite_master").fetchall() == [(0,)]
    other.close()
    SqliteStore(str(path)).close()


def test_a_start_with_nothing_to_migrate_loads_no_tools_for_schemas(path: Path):
    SqliteStore(str(path)).close()
    ask = (
        "import sys; from kezek.storage.open import open_store;"
        f"open_store({f'sqlite:{path}'!r}).close();"
        "print([name for name in ('alembic', 'sqlalchemy', 'mako') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "[]"
