"""A disk that forgets: files as SQLite sees them, held in memory below its VFS.

A write is seen at once and kept once it is synced.  When the power goes, any part of what was not synced
may be there: each write whole, in some of its sectors, or not at all, in whatever order.  A write may
also fail, with no room or an error, and leave a part of itself.  Locks and shared memory are those of
the real file, which stays empty.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any

import apsw

SECTOR = 512
_names = (f"rehearsed-{n}" for n in count(1))


class Sheet:
    """One file: `seen` by whoever reads it, `kept` whatever happens."""

    def __init__(self, content: bytes = b"") -> None:
        self.seen, self.kept = bytearray(content), bytearray(content)
        self.unsynced: list[tuple[int, bytes | None]] = []

    def write(self, at: int, content: bytes) -> None:
        _put(self.seen, at, content)
        self.unsynced.append((at, content))

    def truncate(self, size: int) -> None:
        del self.seen[size:]
        self.unsynced.append((size, None))

    def sync(self) -> None:
        for at, content in self.unsynced:
            _put(self.kept, at, content)
        self.unsynced.clear()

    def lose(self, chance: Random) -> None:
        """The power went."""
        for at, content in self.unsynced:
            drawn = chance.random()
            if drawn < 0.4:
                _put(self.kept, at, content)
            elif drawn < 0.7 and content is not None:
                for part in range(0, len(content), SECTOR):
                    if chance.random() < 0.5:
                        _put(self.kept, at + part, content[part : part + SECTOR])
        self.unsynced.clear()
        self.seen = bytearray(self.kept)


def _put(where: bytearray, at: int, content: bytes | None) -> None:
    if content is None:
        del where[at:]
        return
    if len(where) < at:
        where.extend(bytes(at - len(where)))
    where[at : at + len(content)] = content


class Disk(apsw.VFS):
    """Every file of a rehearsal; SQLite's own choice as long as it is open.

    `step` is asked before each write and each sync, and may raise.  `syncs` is False on a disk that
    lies.
    """

    def __init__(self, chance: Random, step: Callable[[str], None], *, syncs: bool = True) -> None:
        self.chance, self.step, self.syncs = chance, step, syncs
        self.sheets: dict[str, Sheet] = {}
        # Nothing that a process still does after its end reaches the disk.
        self.dead = False
        super().__init__(next(_names), "unix", makedefault=True, iVersion=2)

    def xOpen(self, name: Any, flags: list[int]) -> Opened:  # noqa: N802 - apsw's name
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None:
            return apsw.VFSFile("unix", name, flags)  # a temporary file of its own
        return Opened(self, str(path), name, flags)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802 - apsw's name
        if not self.dead:
            self.sheets.pop(name, None)
            super().xDelete(name, syncdir)

    def lose(self) -> None:
        """The power went: for every file."""
        for name in sorted(self.sheets):
            self.sheets[name].lose(self.chance)


class Opened(apsw.VFSFile):
    """One file, opened."""

    def __init__(self, disk: Disk, path: str, name: Any, flags: list[int]) -> None:
        self._disk = disk
        self._sheet = disk.sheets.setdefault(path, Sheet())
        super().__init__("unix", name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - apsw's name
        return bytes(self._sheet.seen[offset : offset + amount])

    def xFileSize(self) -> int:  # noqa: N802 - apsw's name
        return len(self._sheet.seen)

    def xWrite(self, content: bytes, offset: int) -> None:  # noqa: N802 - apsw's name
        self._alive()
        try:
            self._disk.step("write")
        except apsw.Error:
            self._sheet.write(offset, bytes(content[: SECTOR * self._disk.chance.randrange(4)]))
            raise
        self._sheet.write(offset, bytes(content))

    def xTruncate(self, size: int) -> None:  # noqa: N802 - apsw's name
        self._alive()
        self._disk.step("write")
        self._sheet.truncate(size)

    def xSync(self, flags: int) -> bool:  # noqa: N802 - apsw's name
        self._alive()
        try:
            self._disk.step("sync")
        except apsw.Error:
            # A system may forget what it could not write, and call the next sync a success.
            if self._disk.chance.random() < 0.5:
                self._sheet.unsynced.clear()
            raise
        if self._disk.syncs:
            self._sheet.sync()
        return True

    def _alive(self) -> None:
        if self._disk.dead:
            raise apsw.IOError("the process has ended")
