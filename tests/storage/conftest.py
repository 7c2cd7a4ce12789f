from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kezek.app.port import Store
from kezek.storage.postgres.store import PostgresStore
from kezek.storage.sqlite.store import SqliteStore
from tests.memory.store import MemoryStore
from tests.storage.postgres.cluster import cluster


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Store:
    """Every kind of store in turn: what holds for one holds for all."""
    kinds = {"memory": "memory", "sqlite": "file", "postgresql": "shared"}
    made: Store = request.getfixturevalue(kinds[request.param])
    return made


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kezek.db"


@pytest.fixture
def file(path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(str(path))
    yield made
    made.close()


@pytest.fixture
def database() -> Iterator[str]:
    """A database of its own, with the schema, on the tests' server."""
    name = cluster().fresh()
    yield name
    cluster().drop(name)


@pytest.fixture
def shared(database: str) -> Iterator[PostgresStore]:
    made = PostgresStore(cluster().url(database))
    yield made
    made.close()
