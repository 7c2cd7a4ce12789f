"""Connections for reading: lent for one query, opened when needed, dropped when broken."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kezek.storage.fault import Busy, Closed
from kezek.storage.postgres.connection.connection import Connection

SIZE = 8
WAIT_SECONDS = 10.0


class ConnectionPool:
    """At most some connections; the one used last is lent first, so that the others can age out."""

    def __init__(self, connect: Callable[[], Connection], size: int = SIZE) -> None:
        self._connect = connect
        self._idle: deque[Connection] = deque()
        self._free = threading.BoundedSemaphore(size)
        self._closed = False

    @contextmanager
    def lent(self) -> Iterator[Connection]:
        """A connection for the block; a broken one does not come back."""
        if self._closed:
            raise Closed("the store is closed")
        if not self._free.acquire(timeout=WAIT_SECONDS):
            raise Busy("every connection to the database is in use: too many questions at once")
        try:
            connection = self._taken()
            try:
                yield connection
            finally:
                if connection.closed or self._closed:
                    connection.close()
                else:
                    self._idle.append(connection)
        finally:
            self._free.release()

    def _taken(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def forget(self) -> None:
        """Close idle connections: after one broke, the others have most likely broken too."""
        while True:
            try:
                self._idle.pop().close()
            except IndexError:
                return

    def close(self) -> None:
        """Lend no more; lent connections are closed when they come back."""
        self._closed = True
        self.forget()
