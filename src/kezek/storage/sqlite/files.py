"""The files of a store: who may use them, and what they hold."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from kezek.app.file import APPLICATION, SQLITE_LEAST, holder, lock_of
from kezek.app.port import StoreFault
from kezek.app.snapshot import Served
from kezek.storage.fault import Failing, Full, NotADatabase
from kezek.storage.sqlite.fault import Away, ReadOnly

_BY_ERRNO: dict[int, tuple[type[StoreFault], str]] = {
    errno.EACCES: (ReadOnly, "give the server's user the right to write it and its folder"),
    errno.EPERM: (ReadOnly, "give the server's user the right to write it and its folder"),
    errno.EROFS: (ReadOnly, "it is on a file system that is mounted read-only"),
    errno.ENOSPC: (Full, "free some space on the disk"),
    errno.EDQUOT: (Full, "the user's quota on this disk is used up"),
    errno.EIO: (Failing, "the disk reports an error: look at the system's log"),
}


def real_path(path: str) -> Path:
    """One name for one file, or two servers could lock it under two."""
    whole = Path(path).expanduser().resolve()
    if whole.is_dir():
        raise Away(f"{whole} is a folder: name a file in it")
    if not whole.parent.is_dir():
        raise Away(f"the folder {whole.parent} is not there: create it, or see that it is mounted")
    return whole


class Lock:
    """The right to be the one server of a file, held until released or until the process ends.

    Its own file, because closing any handle of the database itself would drop SQLite's locks.  It
    stays when the server stops: removing it would let two servers lock two files of one name.
    """

    def __init__(self, path: Path) -> None:
        self._handle = _opened(lock_of(path))
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._handle)
            raise Served(
                f"process {holder(path)} already works on {path}: stop it first, or use another file"
            ) from None
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, b"%d\n" % os.getpid(), 0)

    def release(self) -> None:
        os.close(self._handle)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """No server works on a file meanwhile."""
    lock = Lock(path)
    try:
        yield
    finally:
        lock.release()


def identity(path: Path) -> tuple[int, int]:
    """Which file it is, whatever it is called: its file system and its number there; zeros for none."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)


def refuse_moved(path: Path, opened: tuple[int, int]) -> None:
    """Away when there is another file under this name by now, or none."""
    if identity(path) != opened:
        raise Away(
            f"{path} was moved, removed or replaced under the running server: stop the server, put the "
            "right file back and start it; nothing of this change was kept"
        )


def create(path: Path) -> None:
    """An empty file for its owner alone, unless there is one; SQLite's other files follow it."""
    os.close(_opened(path))


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise fault_at(path, error) from None


def fault_at(path: Path, error: OSError) -> StoreFault:
    """What the file system says of a path, and what to do."""
    kind, advice = _BY_ERRNO.get(
        error.errno or 0, (Away, "see that its folder exists and may be written")
    )
    return kind(f"{path} cannot be opened or written: {advice}")


def ours(connection: apsw.Connection, path: Path) -> bool:
    """Whether the file holds a store of ours; False when it is empty.  NotADatabase for another's."""
    application = connection.pragma("application_id")
    if application == APPLICATION:
        return True
    if application == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchall():
        return False
    raise NotADatabase(
        f"{path} belongs to another program: point the server at another path; it is left as it is"
    )


def proven() -> None:
    """Refuse an SQLite that can damage a database in WAL mode."""
    assert apsw.SQLITE_VERSION_NUMBER >= SQLITE_LEAST, (
        "SQLite before 3.51.3 can damage a WAL database"
    )
