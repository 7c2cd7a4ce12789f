"""A schema that lacks what guards the queue is refused at the start, by every command that looks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import apsw
import pytest
import sqlalchemy as sa

from kezek.storage.fault import Damaged
from kezek.storage.migrations import parts
from kezek.storage.migrations.head import HEAD
from kezek.storage.open import examined, open_store
from kezek.storage.schema import metadata
from tests.storage.postgres.cluster import cluster

LOSSES = {
    "a trigger": {
        "sqlite": "DROP TRIGGER event_never_changed",
        "postgresql": "DROP TRIGGER event_never_changed ON event",
    },
    "an index": "DROP INDEX api_key_digest",
    "a column": {
        "sqlite": "DROP INDEX booking_salt; ALTER TABLE booking DROP COLUMN salt",
        "postgresql": "ALTER TABLE booking DROP COLUMN salt",
    },
    "its version": "DELETE FROM alembic_version",
}
TOLD = {
    "a trigger": "event_never_changed",
    "an index": "api_key_digest",
    "a column": r"column booking\.salt",
    "its version": "alembic_version is gone",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    name = cluster().fresh() if request.param == "postgresql" else ""
    made = cluster().url(name) if name else f"sqlite:{tmp_path / 'kezek.db'}"
    open_store(made).close()
    yield made
    if name:
        cluster().drop(name)


def changed(url: str, statement: str | dict[str, str]) -> None:
    kind, _, path = url.partition(":")
    words = statement if isinstance(statement, str) else statement[kind]
    if kind == "sqlite":
        connection = apsw.Connection(path)
        connection.execute(words).fetchall()
        connection.close()
    else:
        cluster().sql(urlsplit(url).path.strip("/"), words)


@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_missing_is_named_by_the_start_and_by_the_look(url: str, loss: str):
    assert examined(url, 1) == (HEAD, None)
    changed(url, LOSSES[loss])
    for look in (open_store, lambda url: examined(url, 1)):
        with pytest.raises(Damaged, match=TOLD[loss]) as refused:
            look(url)
        assert refused.value.permanent


def test_a_trigger_that_is_switched_off_is_missing():
    name = cluster().fresh()
    try:
        open_store(cluster().url(name)).close()
        cluster().sql(name, "ALTER TABLE event DISABLE TRIGGER event_never_changed")
        with pytest.raises(Damaged, match="event_never_changed"):
            open_store(cluster().url(name))
    finally:
        cluster().drop(name)


def test_the_parts_that_are_looked_for_are_those_of_the_schema():
    tables = metadata.tables.values()
    own = {name for names in parts.OWN.values() for name in names}
    indexes = {index.name for table in tables for index in table.indexes} - own
    checks = {
        check.name
        for table in tables
        for check in table.constraints
        if isinstance(check, sa.CheckConstraint)
    }
    assert set(parts.INDEXES) == indexes
    assert set(parts.CHECKS) == checks
