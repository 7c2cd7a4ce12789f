"""What a server reads at its start is there for good, whatever becomes of the power later."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from random import Random

import apsw
import pytest

from kezek.app.port import StoreFault
from kezek.storage.sqlite.store import SqliteStore
from tests.rehearsal.ground.brittle import Crash
from tests.rehearsal.ground.disk import Disk, Sheet
from tests.rehearsal.ground.grounds import empty


class Luck:
    """`fault` is raised once, at the next sync."""

    fault: BaseException | type[BaseException] | None = None

    def __call__(self, where: str) -> None:
        if where == "sync" and self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault


class Fate(Random):
    """Nothing unsynced outlives the power; what could not be synced is forgotten or not."""

    forgets = False

    def random(self) -> float:
        return 0.0 if self.forgets else 0.9


def ended(store: SqliteStore, disk: Disk) -> None:
    """The process is gone, with its locks."""
    disk.dead = True
    for connection in (*store._readers, store._writer):
        with suppress(apsw.Error):
            connection.close(force=True)
    store._lock.release()
    disk.dead = False


@pytest.mark.parametrize(
    ("fault", "forgets", "goes_on"),
    [(Crash, False, False), (apsw.IOError, True, False), (apsw.IOError, True, True)],
    ids=["killed before the sync", "sync failed", "sync failed and more was written"],
)
def test_what_a_start_reads_is_still_there_after_the_power_went(
    tmp_path: Path, fault: type[BaseException], forgets: bool, goes_on: bool
):
    luck, fate = Luck(), Fate(1)
    disk = Disk(fate, luck)
    try:
        path = tmp_path / "kezek.db"
        disk.sheets[str(path)] = Sheet(empty())
        store = SqliteStore(str(path))
        store.set_setting("first", "synced")
        luck.fault, fate.forgets = fault, forgets
        with pytest.raises((Crash, StoreFault)):
            store.set_setting("name", "written, not synced")
        fate.forgets = False
        ended(store, disk)

        store = SqliteStore(str(path))
        read = {"first": "synced", "name": "written, not synced"}
        assert {name: store.setting(name) for name in read} == read
        if goes_on:
            store.set_setting("next", "synced")
            read["next"] = "synced"
        ended(store, disk)
        disk.lose()

        store = SqliteStore(str(path))
        assert {name: store.setting(name) for name in read} == read
        ended(store, disk)
    finally:
        disk.unregister()
