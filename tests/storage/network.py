"""The tests' small network as a database: made once, copied for every test that wants one."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from kezek.app.desk.batch import Done, run
from kezek.app.port import Store
from kezek.domain.account.decide import AddAccount
from kezek.domain.kernel.instant import Moment
from kezek.domain.network.load import LineDays, LoadNetwork
from kezek.storage.postgres.store import PostgresStore
from kezek.storage.sqlite.store import SqliteStore
from tests.storage.postgres.cluster import cluster
from tests.world import ADMIN, BEGIN, POSTS, STAFFED, TODAY, checkpoint, day_places, line, rules


def loaded(path: Path) -> Path:
    """A store's file with the network and the people of `tests.world`."""
    path.write_bytes(_loaded())
    return path


def loaded_database() -> str:
    """A database of the tests' server with the same; its name."""
    return cluster().empty(f"TEMPLATE {_loaded_database()}")


@cache
def _loaded_database() -> str:
    name = cluster().fresh()
    store = PostgresStore(cluster().url(name))
    fill(store)
    store.close()
    return name


@cache
def _loaded() -> bytes:
    folder = Path(tempfile.mkdtemp())
    store = SqliteStore(str(folder / "kezek.db"))
    fill(store)
    store.close()
    whole = (folder / "kezek.db").read_bytes()
    shutil.rmtree(folder)
    return whole


def fill(store: Store) -> None:
    """Load the network and the people."""
    plans = tuple(
        LineDays(line(id, rules()), (day_places(id, TODAY, rules()[POSTS[id][2]]),)) for id in POSTS
    )
    commands = [
        AddAccount("", ADMIN, "admin", "Admin", "hash", "administrator", "*"),
        LoadNetwork("load", ADMIN, tuple(checkpoint(id) for id in POSTS), (), plans, "tests"),
        *(
            AddAccount("", ADMIN, label, f"Invented {label}", "hash", role, place)
            for label, (role, place) in STAFFED.items()
        ),
    ]
    answers = run(store, commands, rules(), Moment(BEGIN, BEGIN)).answers
    assert all(isinstance(answer, Done) for answer in answers), answers
