from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kezek.app.port import Store
from kezek.storage.open import open_store
from kezek.storage.sqlite.store import SqliteStore


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Every kind of store in turn: what holds for one holds for all."""
    url = "memory:" if request.param == "memory" else f"sqlite:{tmp_path / 'kezek.db'}"
    made = open_store(url)
    yield made
    made.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kezek.db"


@pytest.fixture
def file(path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(str(path))
    yield made
    made.close()
