"""The store over one SQLite file: exactly one connection writes, and it alone checkpoints."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from kezek.app.installation.file import APPLICATION
from kezek.app.installation.snapshot import Setting
from kezek.app.port import Session
from kezek.domain.kernel.instant import Instant
from kezek.storage.fault import Closed, WrongVersion
from kezek.storage.hold import LocalHolds
from kezek.storage.migrations.head import HEAD
from kezek.storage.migrations.phase import fits, last
from kezek.storage.query.account import END_SESSIONS
from kezek.storage.sqlite import files
from kezek.storage.sqlite.fault import fault_of
from kezek.storage.sqlite.mapping import mapping
from kezek.storage.sqlite.reader import SqliteReader
from kezek.storage.sqlite.unit import SqliteUnit
from kezek.storage.sqlite.whole import (
    BUSY_MS,
    SqliteFilling,
    SqliteSnapshot,
    refuse_filled,
    refuse_nameless,
    refuse_unfit,
    since_of,
    version_of,
)

log = logging.getLogger("kezek.storage")

# A booking touches some nine scattered pages, and each commit writes them whole.  Half of the usual size
# makes a batch of bookings an eighth cheaper.
PAGE_BYTES = 2_048
# Pages of the write-ahead log after which its contents are copied into the database: 64 MB.  Copying
# the same hot pages once instead of sixteen times makes bookings a third cheaper than at 4 MB.
CHECKPOINT_PAGES = 64 * 2**20 // PAGE_BYTES
WRITER_CACHE_KIB = 65_536
READER_CACHE_KIB = 2_048
# Rows erased under one lock, so few that bookings wait no longer than for a batch.
SWEEP_ROWS = 500
# Asked again where it is done: an undo may have brought the booking back to life.
_ERASE = tuple(
    f"DELETE FROM {table} WHERE number IN (SELECT value FROM json_each(?)) AND NOT EXISTS"
    f" (SELECT 1 FROM booking b WHERE b.number = {table}.number AND b.ended_at IS NULL)"
    for table in ("driver", "particulars")
)


class SqliteStore:
    """See `open_store`; `path` is a file that exists or whose folder does."""

    def __init__(self, path: str) -> None:
        files.proven()
        self.path = files.real_path(path)
        self._turn = threading.Lock()
        self._own = threading.local()
        # The file's lock keeps other processes out, so a lock of this one is enough.
        self.hold = LocalHolds().hold
        self._readers: weakref.WeakSet[apsw.Connection] = weakref.WeakSet()
        self._closed = False
        self._wal_pages = 0
        self._lock = files.Lock(self.path)
        try:
            self._writer = _writer(self.path)
        except BaseException:
            self._lock.release()
            raise
        self._writer.set_wal_hook(self._committed)

    @property
    def reader(self) -> SqliteReader:
        """The calling thread's reader, opened at its first read."""
        reader: SqliteReader | None = getattr(self._own, "reader", None)
        if reader is None:
            reader = self._own.reader = self._new_reader()
        return reader

    def _new_reader(self) -> SqliteReader:
        return SqliteReader(self._reading())

    def _reading(self) -> apsw.Connection:
        if self._closed:
            raise Closed("the store is closed")
        try:
            connection = apsw.Connection(str(self.path), flags=apsw.SQLITE_OPEN_READONLY)
            connection.set_busy_timeout(BUSY_MS)
            connection.wal_autocheckpoint(0)
            for name, value in (
                ("query_only", 1),
                ("mmap_size", 0),
                ("cache_size", -READER_CACHE_KIB),
            ):
                connection.pragma(name, value)
        except apsw.Error as error:
            raise fault_of(error) from None
        self._readers.add(connection)
        return connection

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The file's locks have kept others out since the store was opened."""
        yield

    @contextmanager
    def snapshot(self) -> Iterator[SqliteSnapshot]:
        connection = self._reading()
        try:
            # The first read sets the snapshot's moment.
            connection.execute("BEGIN; SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
            yield SqliteSnapshot(connection)
        finally:
            connection.close(force=True)

    @contextmanager
    def filling(self) -> Iterator[SqliteFilling]:
        with self._writing() as connection:
            refuse_filled(connection)
            yield SqliteFilling(connection)

    @contextmanager
    def unit(self) -> Iterator[SqliteUnit]:
        """A write transaction: committed and flushed when left, rolled back by an exception."""
        with self._writing() as connection:
            yield SqliteUnit(connection)

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        with self._turn:
            if self._closed:
                raise Closed("the store is closed")
            connection = self._writer
            # Writes into a file that lost its name would be lost.
            self._lock.refuse_moved()
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except apsw.Error as error:
                _roll_back(connection)
                raise fault_of(error) from None
            except BaseException:
                _roll_back(connection)
                raise
            if self._wal_pages >= CHECKPOINT_PAGES:
                self._checkpoint()

    def _committed(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def _checkpoint(self) -> None:
        """Copy the pages that no reader needs any more.  A failure loses nothing: commits are in the
        write-ahead log, and the next commit tries again.
        """
        try:
            self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.Error as error:
            log.warning(
                "writing the write-ahead log back failed and will be tried again: %s",
                type(error).__name__,
            )

    def keep_session(self, session: Session) -> None:
        at = mapping(Session)
        self._write(at.upsert, at.values(session))

    def session(self, digest: str) -> Session | None:
        return self.reader.get(Session, digest)

    def end_sessions(self, *, digest: str = "", account: int = 0, before: Instant = 0) -> None:
        asked = {"digest": digest, "account": account, "before": before}
        self._write(END_SESSIONS.sqlite, END_SESSIONS.bound(asked))

    def setting(self, name: str) -> str | None:
        return self.reader.setting(name)

    def set_setting(self, name: str, value: str) -> None:
        at = mapping(Setting)
        self._write(at.upsert, at.values(Setting(name, value)))

    def _write(self, statement: str, values: tuple[Any, ...]) -> int:
        """One change on its own; the number of rows it touched."""
        with self._writing() as connection:
            connection.execute(statement, values)
            return connection.changes()

    def sweep(self, *, answers_before: Instant, particulars_before: str) -> int:
        erased = 0
        for numbers in self.reader.erasable(particulars_before, SWEEP_ROWS):
            with self._writing() as connection:
                for statement in _ERASE:
                    connection.execute(statement, (str(numbers),))
                    erased += connection.changes()
        for rows in self.reader.old_answers(answers_before, SWEEP_ROWS):
            erased += self._write(
                "DELETE FROM answer WHERE rowid IN (SELECT value FROM json_each(?))", (str(rows),)
            )
        return erased

    def schema(self, *, contracted: bool = False) -> str:
        """The schema's step, once the contracting ones are taken where that is asked."""
        with self._turn:
            version = version_of(self._writer)
            if contracted and version < last():
                _lead(self._writer, self.path, version, last())
            return version_of(self._writer)

    def close(self) -> None:
        """Copy the write-ahead log into the database, so that one file holds everything."""
        with self._turn:
            if self._closed:
                return
            self._closed, at_work = True, False
            for connection in list(self._readers):
                try:
                    connection.close(force=True)
                except apsw.ThreadingViolationError:
                    at_work = True
                    log.info("a reader was still at work when the store closed")
            try:
                self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            except apsw.Error as error:
                log.warning(
                    "writing the write-ahead log back at the end failed: %s", type(error).__name__
                )
            self._writer.close(force=True)
            # Closing it under a reader would drop the reader's locks; the process's end releases all.
            if not at_work:
                self._lock.release()


def _writer(path: Path) -> apsw.Connection:
    """The writing connection, on a file of ours at the newest version."""
    try:
        files.settle(path)
        connection = apsw.Connection(
            str(path), flags=apsw.SQLITE_OPEN_READWRITE, statementcachesize=256
        )
        connection.set_busy_timeout(BUSY_MS)
        known = files.ours(connection, path)
        # Settings of the file before its first page is written.
        if not known:
            connection.pragma("page_size", PAGE_BYTES)
            connection.pragma("application_id", APPLICATION)
        connection.pragma("journal_mode", "wal")
        connection.wal_autocheckpoint(0)
        for name, value in (
            ("synchronous", "full"),
            ("mmap_size", 0),
            ("cache_size", -WRITER_CACHE_KIB),
            ("journal_size_limit", 128 << 20),
            # Erased data must not stay readable in free parts of pages.
            ("secure_delete", 1),
        ):
            connection.pragma(name, value)
        refuse_nameless(connection, path)
        _migrate(connection, path, known=known)
        refuse_unfit(connection, path)
    except apsw.Error as error:
        fault = fault_of(error)
        fault.add_note(str(path))
        raise fault from None
    return connection


def _migrate(connection: apsw.Connection, path: Path, *, known: bool) -> None:
    version = version_of(connection) if known else ""
    if fits(version, lambda: since_of(connection)):
        return
    _lead(connection, path, version)


def _lead(connection: apsw.Connection, path: Path, version: str, to: str = "") -> None:
    # Imported only when there is something to do: the tools for schemas cost a third of a start.
    from kezek.storage.migrations.script import UnknownVersion, script  # noqa: PLC0415

    try:
        statements = script(version, to) if to else script(version)
    except UnknownVersion:
        raise WrongVersion(
            f"{path} was written by another version of the server (schema {version}, this one knows "
            f"up to {HEAD}): install that version or a newer one; the file is left as it is"
        ) from None
    with connection:
        # To the end: a step's note of its own version is a row, and execution would pause there.
        connection.execute(statements).fetchall()


def _roll_back(connection: apsw.Connection) -> None:
    # SQLite has already rolled back by itself after some faults.
    if connection.in_transaction:
        try:
            connection.execute("ROLLBACK")
        except apsw.Error as error:
            # The caller must get the first error.
            log.warning("a rollback failed: %s", type(error).__name__)


__all__ = ["SqliteStore"]
