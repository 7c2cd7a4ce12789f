from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.cli.program import kezek
from tests.operation.site import Site
from tests.storage.postgres.cluster import cluster


@cache
def _loaded(folder: Path) -> str:
    """A database with the shipped network and people with keys, made once and copied for each test."""
    name = cluster().empty()
    site = Site(folder, cluster().url(name))
    assert kezek("network", "load", "--folder", folder, extra=site.environment).code == 0
    return name


@contextmanager
def _copied(folder: Path, keys: Path) -> Iterator[Site]:
    name = cluster().empty(f"TEMPLATE {_loaded(keys)}")
    yield Site(folder, cluster().url(name))
    cluster().drop(name)


@pytest.fixture
def site(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An installation on the tests' PostgreSQL with the shipped network."""
    keys = tmp_path_factory.getbasetemp() / "operation-keys"
    with _copied(tmp_path / "site", keys) as made:
        yield made
