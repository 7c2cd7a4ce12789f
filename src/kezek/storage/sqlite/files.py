"""The files of a store: who may use them, and what they hold."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import apsw

from kezek.app.installation.file import APPLICATION, SQLITE_LEAST, holder, lock_of
from kezek.app.installation.snapshot import Served
from kezek.app.port import StoreFault
from kezek.storage.fault import Failing, Full, NotADatabase
from kezek.storage.sqlite.fault import Away, ReadOnly

# A process that was killed a moment ago holds its locks until the system has cleared its memory away.
TRIES, TRY_SECONDS = 10, 0.1
# Read and written at once; SQLite writes no more than 128 KiB in one piece.
SETTLE_BYTES = 2**16

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

    Two locks.  A file beside the database names who serves it; it stays when the server stops, for
    removing it would let two servers lock two files of one name.  And the database itself is locked,
    which holds whatever name it is opened by.  Closing any handle of the database drops the locks that
    SQLite has on it, so this one is opened before SQLite's first connection and closed after its last,
    and a file that this process holds already is refused before a second handle could be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = _locked(lock_of(path), path)
        try:
            refuse_linked(path)
            self._refuse_held()
            self._file = _locked(path, path)
        except BaseException:
            os.close(self._beside)
            raise
        self._opened = _of(os.fstat(self._file))
        _HELD.add(self._opened)
        os.ftruncate(self._beside, 0)
        os.pwrite(self._beside, b"%d\n" % os.getpid(), 0)

    def _refuse_held(self) -> None:
        if _identity(self._path) in _HELD:
            raise _served(self._path)

    def refuse_moved(self) -> None:
        """Away when a name leads elsewhere by now, or when the file has a second name: what is
        written then is written for nobody, or beside somebody.
        """
        if _identity(self._path) != self._opened:
            raise Away(
                f"{self._path} was moved, removed or replaced under the running server: stop the "
                "server, put the right file back and start it; nothing of this change was kept"
            )
        beside = lock_of(self._path)
        if _identity(beside) != _of(os.fstat(self._beside)):
            raise Away(
                f"{beside} was removed or replaced under the running server, so another one may have "
                "started: stop this server, see that no other runs, and start it again; nothing of this "
                "change was kept"
            )
        refuse_linked(self._path)

    def release(self) -> None:
        """Once SQLite's last connection is closed."""
        _HELD.discard(self._opened)
        os.close(self._file)
        os.close(self._beside)


# What this process has locked: the file system and the number there of each file.
_HELD: set[tuple[int, int]] = set()


def _locked(path: Path, database: Path) -> int:
    """A handle of a file, made where there is none, with the lock that one process has."""
    handle = _opened(path)
    try:
        _await(handle)
        # Whoever held the lock until now may have been told to let go by removing its file.
        same = _of(os.fstat(handle)) == _identity(path)
    except BlockingIOError:
        same = False
    except OSError as error:
        os.close(handle)
        raise fault_at(path, error) from None
    if not same:
        os.close(handle)
        raise _served(database)
    return handle


def _await(handle: int) -> None:
    """The lock; BlockingIOError when somebody has it and keeps it."""
    for _ in range(TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(TRY_SECONDS)
        else:
            return
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _served(path: Path) -> Served:
    return Served(
        f"process {holder(path)} already works on {path}: stop it first, or use another file"
    )


def refuse_linked(path: Path) -> None:
    """Away when a file has more names than one: each is a way past the lock of the other."""
    try:
        names = path.stat().st_nlink
    except OSError:
        return
    if names > 1:
        raise Away(
            f"{path} has {names} names (hard links), and by each of them another server could work on "
            "it: stop all servers on it, remove the other names (find them with `find -samefile`), then "
            "start; a copy for keeping is made with `kezek backup`"
        )


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """No server works on a file meanwhile."""
    lock = Lock(path)
    try:
        yield
    finally:
        lock.release()


def _identity(path: Path) -> tuple[int, int]:
    """Which file has a name now; zeros for none."""
    try:
        return _of(path.stat())
    except OSError:
        return (0, 0)


def _of(found: os.stat_result) -> tuple[int, int]:
    """Which file it is, whatever it is called: its file system and its number there."""
    return (found.st_dev, found.st_ino)


def _opened(path: Path) -> int:
    """A handle.  A file that is not there is made, for its owner alone; SQLite's others follow it."""
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


def settle(path: Path) -> None:
    """Put on the disk what a server that ended before its sync left in the write-ahead log.

    SQLite takes those commits for done, and so does everybody who reads them; without this they would
    go when the power goes.  Written once more, for a system may forget what it failed to sync.  It is
    done under the file's lock, before the first read: seconds for a log of the largest size.
    """
    name = f"{path}-wal"
    if not Path(name).exists():
        return
    flags = [apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_READWRITE, 0]
    left = apsw.VFSFile("", name, flags)
    try:
        size = left.xFileSize()
        for at in range(0, size, SETTLE_BYTES):
            left.xWrite(left.xRead(min(SETTLE_BYTES, size - at), at), at)
        if size:
            left.xSync(apsw.SQLITE_SYNC_NORMAL)
    finally:
        left.xClose()


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
