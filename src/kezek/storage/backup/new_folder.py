"""A folder that appears under its name only when everything in it is on the disk."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kezek.app.port import StoreFault
from kezek.storage.sqlite.files import fault_at


class Taken(StoreFault):
    """The name exists already, or another program is writing it."""

    permanent = True


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to write in, for its owner alone; it gets the target's name at the end of the block.

    An exception leaves nothing behind, a kill only the unfinished folder, which the next run removes.
    """
    target = target.absolute()
    refuse_taken(target)
    unfinished = target.with_name(f".{target.name}.part")
    try:
        unfinished.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(unfinished, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise fault_at(unfinished, error) from None
    try:
        _lock(handle, unfinished)
        _clear(unfinished)
        try:
            yield unfinished
            _settle(unfinished, target)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    except OSError as error:
        raise fault_at(unfinished, error) from None
    finally:
        os.close(handle)


def refuse_taken(target: Path) -> None:
    """Taken when there is anything of this name."""
    if os.path.lexists(target):
        raise Taken(f"{target} is there already: name another; it is left as it is")


def _lock(handle: int, unfinished: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The last holder of the lock may have renamed the folder meanwhile.
        ours = os.path.samestat(os.fstat(handle), unfinished.stat())
    except (BlockingIOError, FileNotFoundError):
        ours = False
    if not ours:
        raise Taken(f"another command is writing {unfinished}: wait until it is done")


def _clear(unfinished: Path) -> None:
    """Remove the leftovers of a killed run."""
    for path in unfinished.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _settle(unfinished: Path, target: Path) -> None:
    for folder, _, names in os.walk(unfinished):
        for name in names:
            sync(Path(folder) / name)
        sync(Path(folder))
    refuse_taken(target)
    unfinished.rename(target)
    with suppress(OSError):
        # Some file systems cannot flush a folder; the name is there all the same.
        sync(target.parent)


def sync(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
