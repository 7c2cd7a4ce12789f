"""The store on PostgreSQL: in each process one writing connection, some that read, one that listens."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from kezek.app.installation.snapshot import Setting
from kezek.app.port import OutcomeUnknown, Session
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.instant import Instant
from kezek.storage.fault import Closed, ReadOnly
from kezek.storage.postgres.connection.connection import Connection
from kezek.storage.postgres.connection.deadline import CHANGE_SECONDS, Deadlines
from kezek.storage.postgres.connection.pool import ConnectionPool
from kezek.storage.postgres.connection.primary import Primary
from kezek.storage.postgres.fault import Lost, fault_of, parted
from kezek.storage.postgres.follow import Follower
from kezek.storage.postgres.hold import PostgresHolds
from kezek.storage.postgres.mapping import mapping
from kezek.storage.postgres.reader import PostgresReader
from kezek.storage.postgres.schema import contract, migrate, version_of
from kezek.storage.postgres.unit import PostgresUnit
from kezek.storage.postgres.whole import (
    PostgresFilling,
    PostgresSnapshot,
    alone_on,
    filling_of,
    snapshot_of,
    solitary_on,
)
from kezek.storage.query.account import END_SESSIONS

log = logging.getLogger("kezek.storage")

# Rows erased under one lock, so few that bookings wait no longer than for a batch.
SWEEP_ROWS = 500
_UNKNOWN = (
    "the connection was lost while the database committed: ask again under the same key to learn what "
    "became of it"
)


class PostgresStore:
    """See `open_store`; `url` is an address as libpq takes it."""

    def __init__(self, url: str) -> None:
        self._deadlines = Deadlines()
        self._primary = Primary(url, self._deadlines)
        self._turn = threading.Lock()
        self._closed = False
        self._weak = False
        # Whether another connection broke after the writing connection was opened.
        self._doubted = False
        self._followers: list[Follower] = []
        self._pool = ConnectionPool(lambda: self._connected(writes=False))
        self._reader = PostgresReader(self._pool.lent, self._forget, self._deadlines)
        self._holds = PostgresHolds(lambda: self._connected(writes=False), self._deadlines)
        self.hold = self._holds.hold
        try:
            self._writer = self._connected(writes=True)
        except BaseException:
            self._deadlines.close()
            raise
        try:
            migrate(self._writer)
        except BaseException:
            self._writer.close()
            self._deadlines.close()
            raise

    @property
    def reader(self) -> PostgresReader:
        return self._reader

    def _connected(self, *, writes: bool, patient: bool = False) -> Connection:
        if self._closed:
            raise Closed("the store is closed")
        connection = self._primary.connect(writes=writes, patient=patient)
        connection.add_notice_handler(self._noticed)
        return connection

    def _noticed(self, notice: psycopg.errors.Diagnostic) -> None:
        # A server that stops waiting for its standby reports it only here: "committed locally".
        if notice.severity_nonlocalized == "WARNING":
            self._weak = True

    @contextmanager
    def unit(self) -> Iterator[PostgresUnit]:
        """A write transaction: committed and flushed when left, rolled back by an exception.

        A connection that broke before the commit raises a Conflict: nothing was kept.
        """
        with self._turn:
            connection, unit = self._ready(), None
            self._weak = False
            try:
                with (
                    self._deadlines.within(connection, CHANGE_SECONDS),
                    connection.pipeline() as pipeline,
                ):
                    try:
                        unit = PostgresUnit(connection, pipeline)
                        yield unit
                        unit.commit()
                    except BaseException:
                        # The rest is read here, because the driver would log it with its values.
                        with suppress(psycopg.Error):
                            pipeline.sync()
                        raise
            except psycopg.Error as error:
                fault = _of_unit(error, unit)
                self._end(connection, fault)
                raise fault from None
            except BaseException as error:
                self._end(connection, error)
                raise
            assert unit.outcome == "COMMIT", (
                "a statement that failed was passed over: nothing is kept"
            )
            if self._weak:
                raise OutcomeUnknown(_UNKNOWN)

    def _ready(self) -> Connection:
        """The writing connection; a new one after the last has broken."""
        if self._closed:
            raise Closed("the store is closed")
        if self._doubted:
            self._writer.close()
        if self._writer.closed:
            self._writer = self._connected(writes=True)
            self._doubted = False
        return self._writer

    def _forget(self) -> None:
        """Drop idle connections now, and the writing one at its next use: after one broke, the others
        have most likely broken too, and each would cost a wait of its own.
        """
        self._doubted = True
        self._pool.forget()

    def _end(self, connection: Connection, why: BaseException) -> None:
        """Roll back; a connection that cannot is dropped, and the server rolls back by itself."""
        try:
            if isinstance(why, ReadOnly | Lost):
                # The primary has become a replica: the next connection looks for the new one.
                connection.close()
                self._pool.forget()
            elif connection.info.transaction_status != TransactionStatus.IDLE:
                connection.rollback()
        except psycopg.Error:
            connection.close()

    def follow(self, after: int, tell: Callable[[Sequence[Logged]], None]) -> None:
        """Call `tell` with every event above a position, from a thread of its own."""
        self._followers.append(
            Follower(
                lambda: self._connected(writes=False, patient=True),
                self._reader,
                self._deadlines,
                after,
                tell,
            )
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Every process shares a lock of the server through its writing connection."""
        with self._turn:
            connection = self._ready()
        with alone_on(connection):
            yield

    def solitary(self) -> bool:
        """Whether no other process works on the database at this moment."""
        with self._turn:
            connection = self._ready()
            try:
                return solitary_on(connection)
            except psycopg.Error as error:
                fault = fault_of(error)
                self._end(connection, fault)
                raise fault from None

    @contextmanager
    def snapshot(self) -> Iterator[PostgresSnapshot]:
        connection = self._connected(writes=False)
        try:
            with snapshot_of(connection) as snapshot:
                yield snapshot
        finally:
            connection.close()

    @contextmanager
    def filling(self) -> Iterator[PostgresFilling]:
        with self._turn, filling_of(self._ready()) as filling:
            yield filling

    def keep_session(self, session: Session) -> None:
        at = mapping(Session)
        self._write(at.put, at.arrays([session]))

    def session(self, digest: str) -> Session | None:
        return self._reader.get(Session, digest)

    def end_sessions(self, *, digest: str = "", account: int = 0, before: Instant = 0) -> None:
        asked = {"digest": digest, "account": account, "before": before}
        self._write(END_SESSIONS.postgres, END_SESSIONS.bound(asked))

    def setting(self, name: str) -> str | None:
        return self._reader.setting(name)

    def set_setting(self, name: str, value: str) -> None:
        at = mapping(Setting)
        self._write(at.put, at.arrays([Setting(name, value)]))

    def _write(self, statement: bytes, values: Sequence[Any]) -> int:
        """One idempotent change on its own; the number of rows it touched."""
        try:
            return self._written(statement, values)
        except Lost:
            return self._written(statement, values)

    def _written(self, statement: bytes, values: Sequence[Any]) -> int:
        with self._turn:
            connection = self._ready()
            try:
                with self._deadlines.within(connection, CHANGE_SECONDS):
                    return connection.execute(statement, values).rowcount
            except psycopg.Error as error:
                fault = fault_of(error)
                self._end(connection, fault)
                raise fault from None

    def sweep(self, *, answers_before: Instant, particulars_before: str) -> int:
        erased = 0
        for numbers in self._reader.erasable(particulars_before, SWEEP_ROWS):
            # Asked again where it is done: an undo may have brought the booking back to life.
            erased += self._write(
                b"WITH gone AS (DELETE FROM particulars WHERE number = ANY(%s) AND erase_on < %s"
                b" AND NOT EXISTS (SELECT 1 FROM booking WHERE booking.number = particulars.number"
                b" AND ended_at IS NULL) RETURNING number), named AS (DELETE FROM driver USING gone"
                b" WHERE driver.number = gone.number RETURNING 1)"
                b" SELECT number FROM gone UNION ALL SELECT * FROM named",
                (numbers, particulars_before),
            )
        while rows := self._write(
            b"DELETE FROM answer WHERE ctid = ANY(ARRAY("
            b"SELECT ctid FROM answer WHERE real < %s LIMIT %s))",
            (answers_before, SWEEP_ROWS),
        ):
            erased += rows
        return erased

    def schema(self, *, contracted: bool = False) -> str:
        """The schema's step, once the contracting ones are taken where that is asked."""
        with self._turn:
            connection = self._ready()
            if contracted:
                contract(connection)
            return version_of(connection)

    def close(self) -> None:
        """Stop following, then close every connection."""
        for follower in self._followers:
            follower.stop()
        self._holds.close()
        with self._turn:
            self._closed = True
            self._pool.close()
            self._writer.close()
        self._deadlines.close()


def _of_unit(error: psycopg.Error, unit: PostgresUnit | None) -> Exception:
    if unit is not None and unit.committing and parted(error):
        return OutcomeUnknown(_UNKNOWN)
    return fault_of(error)
