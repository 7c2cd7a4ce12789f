"""Deadlines for every wait: a frozen server accepts everything that it is sent and never answers.

TCP's timeouts do not detect it, because its kernel goes on acknowledging, and the server's own timeouts
are frozen with it.  So after a deadline the connection is cut, and the waiting thread gets a connection
error.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from kezek.storage.postgres.connection.connection import Connection

# Queries are answered from an index; a change may have to wait for the log's lock and for a standby.
QUESTION_SECONDS = 6.0
CHANGE_SECONDS = 15.0
LOOK_SECONDS = 0.25


class Deadlines:
    """One thread that watches every wait of a store."""

    def __init__(self) -> None:
        self._ends: dict[Connection, float] = {}
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._watch, name="deadlines", daemon=True).start()

    @contextmanager
    def within(self, connection: Connection, seconds: float) -> Iterator[None]:
        """Cut the connection if the block takes longer than `seconds`."""
        with self._changed:
            if not self._ends:
                self._changed.notify()
            self._ends[connection] = time.monotonic() + seconds
        try:
            yield
        finally:
            with self._changed:
                del self._ends[connection]

    def close(self) -> None:
        """Watch no more."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                self._changed.wait(LOOK_SECONDS if self._ends else None)
                now = time.monotonic()
                for connection, end in self._ends.items():
                    if end < now:
                        _cut(connection)


def _cut(connection: Connection) -> None:
    """Shut the socket down; the waiting thread then closes the connection."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=_second_handle(connection)) as line:
        line.shutdown(socket.SHUT_RDWR)


def _second_handle(connection: Connection) -> int:
    # A duplicate of our own, so that closing it does not close the driver's.
    return os.dup(connection.pgconn.socket)
