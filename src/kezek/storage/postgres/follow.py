"""Follows the log: every event in order, also those of other processes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

import psycopg

from kezek.app.port import Fault
from kezek.domain.kernel.event import Logged
from kezek.storage.postgres.connection.connection import Connection
from kezek.storage.postgres.connection.deadline import QUESTION_SECONDS, Deadlines
from kezek.storage.postgres.reader import PostgresReader
from kezek.storage.postgres.unit import CHANNEL

log = logging.getLogger("kezek.storage")

AT_ONCE_MAX = 1_000
# A notification only says that the log has grown.  The follower also reads without one, so a lost
# notification, a broken connection or a restart of the server delays an event and drops none.
LOOK_SECONDS = 0.5
RETRY_SECONDS = 0.5


class Follower:
    """A thread that listens, reads new events and passes them on."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        reader: PostgresReader,
        deadlines: Deadlines,
        after: int,
        tell: Callable[[Sequence[Logged]], None],
    ) -> None:
        self._connect, self._reader, self._tell = connect, reader, tell
        self._deadlines = deadlines
        self._position = after
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follow", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and return once the last call of `tell` has returned."""
        self._stopping.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except (psycopg.Error, Fault) as fault:
                log.warning("following the log was interrupted: %s", type(fault).__name__)
            except Exception:
                # A failing receiver must not end the thread: it gets the same events again.
                log.exception("telling what was logged failed and will be tried again")
            self._stopping.wait(RETRY_SECONDS)

    def _listen(self) -> None:
        connection = self._connect()
        try:
            with self._deadlines.within(connection, QUESTION_SECONDS):
                connection.execute(f"LISTEN {CHANNEL}".encode(), prepare=False)
            while not self._stopping.is_set():
                self._catch_up()
                for _ in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
                    pass
        finally:
            connection.close()

    def _catch_up(self) -> None:
        while not self._stopping.is_set():
            events = self._reader.events(self._position, AT_ONCE_MAX)
            if not events:
                return
            self._tell(events)
            self._position = events[-1].position
