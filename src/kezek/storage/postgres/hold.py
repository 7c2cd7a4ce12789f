"""The right to work under a name: a lock on the server, which ends with its process's connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from kezek.app.port import StillHeld
from kezek.storage.fault import Closed
from kezek.storage.postgres.connection.connection import Connection
from kezek.storage.postgres.connection.deadline import QUESTION_SECONDS, Deadlines
from kezek.storage.postgres.fault import fault_of

# "KEZF": with the hash of a name it is the key of an advisory lock.
FEED_LOCK = 0x4B455A46
_TRY = f"SELECT pg_try_advisory_lock({FEED_LOCK}, hashtext(%s))".encode()
_LET_GO = f"SELECT pg_advisory_unlock({FEED_LOCK}, hashtext(%s))".encode()
_ALIVE = b"SELECT 1"


class PostgresHolds:
    """One connection for all names of a process, opened when the first is asked for."""

    def __init__(self, connect: Callable[[], Connection], deadlines: Deadlines) -> None:
        self._connect, self._deadlines = connect, deadlines
        self._lock = threading.Lock()
        self._held: set[str] = set()
        self._connection: Connection | None = None
        self._closed = False

    @contextmanager
    def hold(self, name: str) -> Iterator[StillHeld | None]:
        """See `Store.hold`."""
        connection = self._take(name)
        try:
            yield None if connection is None else lambda: self._alive(connection)
        finally:
            if connection is not None:
                self._let_go(name, connection)

    def close(self) -> None:
        """Release every name, and take no more."""
        with self._lock:
            self._closed = True
            if self._connection is not None:
                self._connection.close()

    def _take(self, name: str) -> Connection | None:
        with self._lock:
            # The server would grant one connection the same lock twice.
            if name in self._held:
                return None
            if self._closed:
                raise Closed("the store is closed")
            if self._connection is None or self._connection.closed:
                self._connection = self._connect()
            if not self._asked(self._connection, _TRY, name):
                return None
            self._held.add(name)
            return self._connection

    def _alive(self, connection: Connection) -> bool:
        with self._lock:
            return not self._closed and bool(self._asked(connection, _ALIVE))

    def _let_go(self, name: str, connection: Connection) -> None:
        with self._lock:
            self._held.discard(name)
            if not connection.closed:
                self._asked(connection, _LET_GO, name)

    def _asked(self, connection: Connection, statement: bytes, *values: str) -> object:
        try:
            with self._deadlines.within(connection, QUESTION_SECONDS):
                row = connection.execute(statement, values).fetchone()
        except psycopg.Error as error:
            # Closing the connection releases all its locks to waiting processes.
            connection.close()
            raise fault_of(error) from None
        return row[0] if row else None
