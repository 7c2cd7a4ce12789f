"""A backup: a folder with a database file, a manifest by which damage is found, and the keys if wanted.

The file is SQLite's whatever the store is, so that every backup can be read, checked by `kezek verify`
and restored anywhere.  Sessions are left out, because ended ones must not become valid again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import apsw

from kezek.app.installation.copy import copy, refuse_different
from kezek.app.installation.file import lock_of
from kezek.app.installation.fingerprint import Fingerprint, fingerprint_of, rows_of
from kezek.app.installation.manifest import FORM, Manifest, Restored
from kezek.app.installation.promise import AccessPromise, PlacePromise
from kezek.app.installation.snapshot import Progress, Snapshot
from kezek.app.port import StoreFault
from kezek.app.recovery.erasure import Cleansed
from kezek.app.recovery.lead import Led
from kezek.app.recovery.withdrawal import TABLES as WITHDRAWN_FROM
from kezek.app.recovery.withdrawal import Withdrawal, Withdrawn
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.instant import Instant
from kezek.storage.backup import manifest as manifests
from kezek.storage.backup.new_folder import new_folder
from kezek.storage.migrations.head import HEAD
from kezek.storage.open import open_snapshot, open_store, refuse_filled
from kezek.storage.sqlite import whole as file
from kezek.storage.sqlite.fault import fault_of
from kezek.storage.sqlite.files import fault_at
from kezek.storage.sqlite.store import SqliteStore

DATABASE = "kezek.db"
KEYS = "keys"
# Pages copied between two reports of progress: two megabytes.
_PAGES = 1_024


class KeysThere(StoreFault):
    """The place for the backup's keys holds other keys."""

    permanent = True


def back_up(
    url: str, target: Path, *, keys: Path | None, version: str, now: Instant, progress: Progress
) -> Manifest:
    """Write a new backup of a database that may be served meanwhile, with the files of `keys`."""
    kind, _, path = url.partition(":")
    with new_folder(target) as unfinished:
        database = unfinished / DATABASE
        database.touch(mode=0o600)
        if kind == "sqlite":
            fingerprint = _copy_pages(Path(path), database, progress)
        else:
            fingerprint = _copy_rows(url, database, progress)
        if keys is not None:
            _copy_keys(keys, unfinished / KEYS)
        found = manifests.measured(unfinished)
        made = Manifest(FORM, version, HEAD, kind, now, found, fingerprint)
        return manifests.write(unfinished, made)


def _copy_pages(source: Path, database: Path, progress: Progress) -> Fingerprint:
    """Copy by SQLite's backup: the state at the beginning, while the server goes on writing."""
    try:
        with (
            closing(file.open_to_read(source)) as read,
            closing(apsw.Connection(str(database))) as written,
        ):
            with written.backup("main", read, "main") as backup:
                backup.step(0)
                progress.expect(backup.page_count)
                while not backup.done:
                    before = backup.remaining
                    backup.step(_PAGES)
                    progress.advance(before - backup.remaining)
            _make_portable(written)
    except apsw.Error as error:
        raise fault_of(error) from None
    with file.open_snapshot(database) as snapshot:
        progress.expect(rows_of(snapshot))
        return fingerprint_of(snapshot, progress)


def _copy_rows(url: str, database: Path, progress: Progress) -> Fingerprint:
    with (
        open_snapshot(url) as read,
        closing(SqliteStore(str(database))) as store,
        store.filling() as written,
    ):
        fingerprint = copy(read, written, progress)
    try:
        with closing(apsw.Connection(str(database))) as connection:
            _make_portable(connection)
    except apsw.Error as error:
        raise fault_of(error) from None
    lock_of(database).unlink()
    return fingerprint


def _make_portable(connection: apsw.Connection) -> None:
    """Make the copy one file, without sessions."""
    connection.pragma("secure_delete", 1)
    connection.execute("DELETE FROM session")
    connection.pragma("journal_mode", "delete")


def _copy_keys(keys: Path, target: Path) -> None:
    if not keys.is_dir():
        raise fault_at(keys, FileNotFoundError())
    target.mkdir(mode=0o700, exist_ok=True)
    for path in sorted(keys.rglob("*")):
        copied = target / path.relative_to(keys)
        if path.is_dir():
            copied.mkdir(mode=0o700)
        else:
            copied.touch(mode=0o600)
            copied.write_bytes(path.read_bytes())


def restore(
    folder: Path,
    url: str,
    *,
    keys: Path | None,
    erasures: Callable[[], Mapping[int, bytes]],
    withdrawals: Callable[[], Sequence[Withdrawal]],
    published: int,
    progress: Progress,
) -> Restored:
    """Put a backup into an empty database, everything or nothing; its `keys` come first.

    Numbers go on behind a log of `published` events, unless that is 0.

    Damaged when any file differs from the written one; then nothing was changed.
    """
    manifest = manifests.read(folder)
    manifests.refuse_damaged(folder, manifest)
    refuse_filled(url)
    if keys is not None:
        put_keys(folder, keys)
    with (
        _open(folder, manifest) as read,
        closing(open_store(url)) as store,
        store.alone(),
        store.filling() as written,
    ):
        events = read.count(Logged)
        without = Withdrawn(read, withdrawals(), events)
        cleansed = Cleansed(Led(without, published), erasures())
        fingerprint = copy(cleansed, written, progress)
        # Another version may have other fields in a row; the files' hashes were checked anyway.
        if manifest.schema == HEAD:
            # Codes get another shift, so one counter is missing, and this promise counts its rows.
            # Every other table of the promise is compared as a whole.
            passed = {"counter", PlacePromise.promise} | ({"salt"} if cleansed.erased else set())
            passed |= (
                {*WITHDRAWN_FROM, AccessPromise.promise} if any(without.done.values()) else set()
            )
            refuse_different(manifest.fingerprint, fingerprint, passed=passed)
    return Restored(manifest, fingerprint, cleansed.erased, published, without.done, events)


@contextmanager
def _open(folder: Path, manifest: Manifest) -> Iterator[Snapshot]:
    """The rows of a backup, which stays unchanged; one of an older version is migrated in a copy."""
    database = folder / DATABASE
    if manifest.schema == HEAD:
        with file.open_snapshot(database) as snapshot:
            yield snapshot
        return
    with TemporaryDirectory(prefix="kezek-restore-") as room:
        copied = Path(room) / DATABASE
        try:
            shutil.copyfile(database, copied)
        except OSError as error:
            raise fault_at(copied, error) from None
        with closing(SqliteStore(str(copied))) as store, store.snapshot() as snapshot:
            yield snapshot


def put_keys(folder: Path, keys: Path) -> None:
    """Put the keys of a backup into an installation, which may have the same ones already."""
    wanted, there = _files(folder / KEYS), _files(keys)
    if not wanted:
        raise KeysThere("the backup holds no keys: put the folder there yourself")
    if there == wanted:
        return
    if there:
        raise KeysThere(
            f"{keys} holds other keys: move that folder away first; nothing was changed"
        )
    if keys.is_dir():
        keys.rmdir()
    with new_folder(keys) as unfinished:
        _copy_keys(folder / KEYS, unfinished)


def _files(folder: Path) -> dict[Path, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder): path.read_bytes() for path in paths}
