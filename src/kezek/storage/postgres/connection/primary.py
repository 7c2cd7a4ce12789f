"""Finds the server that takes changes, also after a failover, with one thread that searches."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager

from kezek.storage.fault import Away, Busy, ReadOnly
from kezek.storage.postgres.connection.address import led_by, read
from kezek.storage.postgres.connection.connection import Connection, connect
from kezek.storage.postgres.connection.deadline import QUESTION_SECONDS, Deadlines
from kezek.storage.postgres.fault import Lost

# The shortest time between two searches while no server takes changes.
AWAY_SECONDS = 1.0


class Primary:
    """Opens connections to the server that takes changes; `url` is an address as libpq takes it."""

    def __init__(self, url: str, deadlines: Deadlines) -> None:
        self._address, self._deadlines = read(url), deadlines
        self._searching = threading.Lock()
        self._lost = False
        self._again_at = 0.0

    def connect(self, *, writes: bool, patient: bool = False) -> Connection:
        """A new connection.  While the server is away, one thread searches and the others fail at once.

        A background thread may be `patient` and search without a pause, so that no request need search.
        """
        if not self._lost:
            return self._connected(writes=writes)
        if not patient and time.monotonic() < self._again_at:
            raise Away(
                "the database server could not be reached a moment ago: it is tried again soon"
            )
        if not self._searching.acquire(blocking=False):
            raise Away("the database server is being looked for: it is tried again soon")
        try:
            return self._connected(writes=writes)
        finally:
            self._searching.release()

    def _connected(self, *, writes: bool) -> Connection:
        try:
            connection = connect(self._address, writes=writes, watched=self._watched)
        except (Away, Busy, Lost, ReadOnly):
            self._lost, self._again_at = True, time.monotonic() + AWAY_SECONDS
            raise
        # The next connection tries the found server first, not one that may be frozen.
        self._address = led_by(self._address, connection.info.host, connection.info.port)
        self._lost = False
        return connection

    def _watched(self, connection: Connection) -> AbstractContextManager[None]:
        return self._deadlines.within(connection, QUESTION_SECONDS)
