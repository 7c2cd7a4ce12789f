"""Where a rehearsal's store may lie, by name."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import apsw

from kezek.app.port import Store
from kezek.storage.sqlite.store import SqliteStore
from tests.rehearsal.breach import hold
from tests.rehearsal.ground.brittle import Crash
from tests.rehearsal.ground.disk import Disk, Sheet
from tests.rehearsal.people import scene


class Memory:
    """A store that outlives the processes which work on it, as a database's server does."""

    processes = 2

    def __init__(self) -> None:
        self._store: Store | None = None

    def begin(self, on: date, lines: tuple[str, ...], chance: Random) -> None:
        self._store = scene.memory(on, lines)

    def open(self) -> Store:
        return self._store

    def fall(self) -> None:
        """What is committed is committed."""

    def heal(self) -> None:
        """It has no faults of its own."""

    def close(self) -> None:
        """Nothing to release."""


class Embedded:
    """SQLite in one process, on a disk that fails, tears, and forgets what was not synced."""

    processes = 1
    crash, fault = 0.0004, 0.0004

    def __init__(self, *, syncs: bool = True) -> None:
        self._syncs, self._unlucky, self._armed = syncs, True, False
        self._store: SqliteStore | None = None
        # In memory as well, where the system has such a folder: only locks and an index lie in it.
        fast = Path("/dev/shm")
        self._folder = Path(
            tempfile.mkdtemp(prefix="rehearsal-", dir=fast if fast.is_dir() else None)
        )
        self._path = self._folder / "kezek.db"

    def begin(self, on: date, lines: tuple[str, ...], chance: Random) -> None:
        self._chance = chance
        content = _filled(on, lines)
        self._disk = Disk(chance, self._step, syncs=self._syncs)
        self._disk.sheets[str(self._path.resolve())] = Sheet(content)

    def _step(self, _where: str) -> None:
        if not (self._unlucky and self._armed):
            return
        drawn = self._chance.random()
        if drawn < self.crash:
            self._disk.dead = True
            raise Crash
        if drawn < self.crash + self.fault:
            raise self._chance.choice((apsw.FullError, apsw.IOError))

    def open(self) -> Store:
        self._disk.dead = self._armed = False
        self._store = SqliteStore(str(self._path))
        whole = self._store._writer.pragma("integrity_check")
        hold("I1", whole == "ok", "the file is damaged", whole)
        self._armed = True
        return self._store

    def fall(self) -> None:
        """The process ends; half the time because the power went."""
        self._disk.dead = True
        self._release()
        if self._chance.random() < 0.5:
            self._disk.lose()

    def _release(self) -> None:
        store, self._store = self._store, None
        if store is None:
            return
        for connection in (*store._readers, store._writer):
            with suppress(apsw.Error):
                connection.close(force=True)
        store._lock.release()

    def heal(self) -> None:
        self._unlucky = False

    def close(self) -> None:
        self._disk.dead = True
        self._release()
        self._disk.unregister()
        shutil.rmtree(self._folder)


@cache
def _filled(on: date, lines: tuple[str, ...]) -> bytes:
    """A database's file with everything that is there before the first truck."""
    path = Path(tempfile.mkdtemp()) / "kezek.db"
    path.write_bytes(empty())
    store = SqliteStore(str(path))
    scene.fill(store, on, lines)
    store.close()
    whole = path.read_bytes()
    shutil.rmtree(path.parent)
    return whole


@cache
def empty() -> bytes:
    """The same before anything is in it."""
    path = Path(tempfile.mkdtemp()) / "kezek.db"
    SqliteStore(str(path)).close()
    whole = path.read_bytes()
    shutil.rmtree(path.parent)
    return whole


GROUNDS: Mapping[str, Callable[[], Memory | Embedded]] = {"memory": Memory, "sqlite": Embedded}
