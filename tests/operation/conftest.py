from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.cli.program import kezek
from tests.operation.site import Site
from tests.storage.postgres.cluster import cluster


@cache
def _loaded(folder: Path) -> tuple[str, str]:
    """A database with the shipped network and a carrier, made once; its name and the carrier's key."""
    name = cluster().empty()
    extra, place = {"KEZEK_DATABASE": cluster().url(name)}, ("--folder", folder)
    for command in (
        ("network", "load"),
        ("user", "add", "tests", "--role", "carrier"),
    ):
        ran = kezek(*command, *place, extra=extra)
        assert ran.code == 0, ran.err
    asked = ("user", "key", "tests", "--role", "carrier", "--rate", "1000000", "--json")
    return name, str(kezek(*asked, *place, extra=extra).document["answer"]["key"])


@contextmanager
def _copied(folder: Path, keys: Path) -> Iterator[Site]:
    loaded, key = _loaded(keys)
    name = cluster().empty(f"TEMPLATE {loaded}")
    shutil.copytree(keys / "keys", folder / "keys")
    yield Site(folder, cluster().url(name), key)
    cluster().drop(name)


@pytest.fixture
def site(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An installation on the tests' PostgreSQL with the shipped network."""
    keys = tmp_path_factory.getbasetemp() / "operation-keys"
    with _copied(tmp_path / "site", keys) as made:
        yield made
