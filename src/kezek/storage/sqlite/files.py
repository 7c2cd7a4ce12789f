"""The files of a store: their locks, and checks of their content."""

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

# A killed process holds its locks until the system has freed its memory.
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
    """The resolved path, so that two servers cannot lock one file under two names."""
    whole = Path(path).expanduser().resolve()
    if whole.is_dir():
        raise Away(f"{whole} is a folder: name a file in it")
    if not whole.parent.is_dir():
        raise Away(f"the folder {whole.parent} is not there: create it, or see that it is mounted")
    return whole


class Lock:
    """The right to be the one server of a file, held until released or until the process ends.

    There are two locks.  The first is on a file beside the database that names the serving process.  It
    stays when the server stops, because removing it would let two servers lock two files of one name.
    The second is on the database itself, whatever name it is opened by.  Closing any handle of the
    database drops the locks that SQLite has on it.  So this handle is opened before SQLite's first
    connection and closed after its last, and a file that this process holds already is refused before a
    second handle is opened.
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
        """Away when the name leads to another file by now, or when the file has a second name: writes
        would then be lost, or another server could write too.
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
        """Release the locks; called after SQLite's last connection is closed."""
        _HELD.discard(self._opened)
        os.close(self._file)
        os.close(self._beside)


# The files that this process has locked, each by its file system and inode.
_HELD: set[tuple[int, int]] = set()


def _locked(path: Path, database: Path) -> int:
    """A handle of a file, which is made if it is missing, with an exclusive lock."""
    handle = _opened(path)
    try:
        _await(handle)
        # The file may have been removed while its last holder had the lock.
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
    """Take the lock; BlockingIOError when another process keeps it."""
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
    """Away when a file has several names, each of which would bypass the lock beside another."""
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
    """Keep servers off a file for the block."""
    lock = Lock(path)
    try:
        yield
    finally:
        lock.release()


def _identity(path: Path) -> tuple[int, int]:
    """The identity of the file with this name now; zeros for none."""
    try:
        return _of(path.stat())
    except OSError:
        return (0, 0)


def _of(found: os.stat_result) -> tuple[int, int]:
    """The identity of a file, whatever its name: its file system and inode."""
    return (found.st_dev, found.st_ino)


def _opened(path: Path) -> int:
    """A handle.  A missing file is made for its owner alone; SQLite's other files get the same mode."""
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise fault_at(path, error) from None


def fault_at(path: Path, error: OSError) -> StoreFault:
    """The fault for an error of the file system at a path, with what to do."""
    kind, advice = _BY_ERRNO.get(
        error.errno or 0, (Away, "see that its folder exists and may be written")
    )
    return kind(f"{path} cannot be opened or written: {advice}")


def settle(path: Path) -> None:
    """Sync the commits that a server has left in the write-ahead log without a sync.

    SQLite and its readers take these commits for done, but a power failure would lose them.  They are
    written once more, because a system may drop pages whose sync failed.  It is done under the file's
    lock, before the first read, and takes seconds for a log of the largest size.
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
    """Whether the file holds a store of ours; False when it is empty, NotADatabase for another file."""
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
