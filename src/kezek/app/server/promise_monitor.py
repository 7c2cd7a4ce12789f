"""The promise monitor: a running server checks its promises, off the path of every request.

A short look every few seconds says whether the installation is fit to serve.  A long look every minute
runs the counts of `app/installation/census.py` in the database.  A scrape shows the results of the last
looks, and their age.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from time import monotonic, thread_time
from typing import Any

from kezek.app.desk.metrics import DeskTally
from kezek.app.feed.consumer import Consumer, Standing, standings
from kezek.app.installation.census import CheckMarks, PromiseQuery
from kezek.app.installation.snapshot import Counting, Whole
from kezek.app.log.ledger import Ledger, newest
from kezek.app.port import Clock, Fault, Reader
from kezek.domain.decide import DUE
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.instant import SECOND, Instant, to_datetime

log = logging.getLogger("kezek.vigil")

SHORT_SECONDS = 5.0
LONG_SECONDS = 60.0
# Long looks may take a two-hundredth of a processor: after each, rest this many times as long.
REST = 200
PROBE = "probe"
# The newest events that every long look counts again; earlier ones are under a head.
RECOUNTED = 100_000
# The sweep runs once an hour, so a row that is a day overdue was forgotten.
OVERDUE_AFTER = timedelta(days=1)

_COUNTED = (
    PromiseQuery.OVERBOOKED_SLOTS,
    PromiseQuery.DOUBLE_BOOKED_VEHICLES,
    PromiseQuery.STRAY_CLAIMS,
    PromiseQuery.DISORDERED_BOOKINGS,
    PromiseQuery.OVERDUE_PARTICULARS,
    PromiseQuery.ORPHANED_DRIVERS,
    PromiseQuery.MISUSED_ACCOUNTS,
    PromiseQuery.AWAITING_EXCEPTIONS,
    PromiseQuery.SCHEMA_STEPS,
)
# Counts that are no promises and may exceed zero.
_ORDINARY = frozenset({PromiseQuery.AWAITING_EXCEPTIONS, PromiseQuery.SCHEMA_STEPS})
_PROMISED = (
    "acknowledged_missing_events",
    "rewritten_events",
    "contradicted_heads",
    PromiseQuery.MISSING_EVENTS,
    PromiseQuery.LOST_BOOKINGS,
    *(census for census in _COUNTED if census not in _ORDINARY),
)


class PromiseMonitor:
    """`found` holds the results of the last looks, by name, `standings` the backlogs of the consumers;
    `fault` is why the last look failed, or None.

    `schema` is the newest step of the schema that this version knows.
    """

    def __init__(
        self,
        store: Whole,
        clock: Clock,
        ledger: Ledger,
        tally: DeskTally,
        doubt: Callable[[], Instant],
        schema: int,
        consumers: Sequence[Consumer] = (),
    ) -> None:
        self._store, self._clock, self._ledger = store, clock, ledger
        self._tally, self._doubt = tally, doubt
        self.schema, self._consumers = schema, consumers
        self._lock = threading.Lock()
        self._marks: CheckMarks | None = None
        self._remembered: Logged | None = None
        self.found: dict[str, float] = {}
        self.standings: list[Standing] = []
        self.fault: Fault | None = None
        # Figures of promises that were broken at the last look.
        self._broken: set[str] = set()
        self._long_at = float("-inf")
        self._pause = LONG_SECONDS

    def look(self, *, long: bool | None = None) -> None:
        """The short look, and the long one when its minute is over; a Fault when the store fails.

        `long` asks for the long one at once, or leaves it out.
        """
        with self._lock:
            try:
                self._short()
                if long or (long is None and self.age >= self._pause):
                    self._long()
                self._report()
            except Fault as fault:
                self.fault = fault
                raise
            self.fault = None

    def _report(self) -> None:
        """Log a figure once when it leaves zero, until it is zero again."""
        broken = {str(name) for name in _PROMISED if self.found.get(name)}
        for name in sorted(broken - self._broken):
            log.error("a promise is broken: %s is %d", name, self.found[name])
        self._broken = broken

    @property
    def age(self) -> float:
        """Seconds since the last long look, infinite before the first."""
        return monotonic() - self._long_at

    def _short(self) -> None:
        # A database without recent writes may have become read-only or full.
        if monotonic() - self._tally.committed_at > SHORT_SECONDS:
            self._store.set_setting(PROBE, str(self._clock.now().real))
        # Read before the log, which must hold everything that is acknowledged by now.
        acknowledged, reader = self._tally.acknowledged, self._store.reader
        last, head = reader.last_position(), newest(reader)
        self.found |= {
            "acknowledged_missing_events": max(0, acknowledged - last),
            "log_events": last,
            "tree_events": reader.tree_size(),
            "head_events": head.size if head else 0,
            "lapse_lateness_seconds": self._lateness(reader) / SECOND,
            "clock_doubt_seconds": self._doubt() / SECOND,
        }
        self.standings = standings(reader, self._clock.now().real, self._consumers)

    def _lateness(self, reader: Reader) -> Instant:
        """How long the oldest change by time alone has been due."""
        now = self._clock.now().at
        due: list[Instant] = []
        for kind in DUE:
            for key in reader.due(kind, now, 1):
                row: Any = reader.get(kind, key)
                # The timer may have been quicker.
                if row is not None and row.look_at is not None:
                    due.append(row.look_at)
        return max((now - at for at in due), default=0)

    def _long(self) -> None:
        began, spent = monotonic(), thread_time()
        self._ask()
        self._long_at = monotonic()
        self._pause = max(LONG_SECONDS, REST * (thread_time() - spent))
        self.found["look_seconds"] = self._long_at - began

    def _ask(self) -> None:
        reader = self._store.reader
        self.found["rewritten_events"] = self._rewritten(reader)
        self.found["contradicted_heads"] = self._ledger.contradicted()
        if self._marks is None:
            self._marks = CheckMarks(position=max(0, reader.last_position() - RECOUNTED))
        day = (to_datetime(self._clock.now().at) - OVERDUE_AFTER).date().isoformat()
        marks = replace(self._marks, day=day)
        with self._store.snapshot() as snapshot:
            for census in _COUNTED:
                self.found[census] = snapshot.counted(census, marks)
            self._marks = self._counted(snapshot, marks, reader.last_position())

    def _counted(self, snapshot: Counting, marks: CheckMarks, last: int) -> CheckMarks:
        """Count from the last sound marks on; the new marks."""
        missing = snapshot.counted(PromiseQuery.MISSING_EVENTS, marks)
        lost = snapshot.counted(PromiseQuery.LOST_BOOKINGS, marks)
        self.found |= {
            PromiseQuery.MISSING_EVENTS: abs(missing),
            PromiseQuery.LOST_BOOKINGS: abs(lost),
        }
        if not lost:
            counters = (PromiseQuery.NUMBERED, PromiseQuery.SKIPPED)
            number, skipped = (snapshot.counted(one, marks) for one in counters)
            marks = replace(marks, number=number, skipped=skipped)
        if not missing:
            marks = replace(marks, position=max(0, last - RECOUNTED))
        return marks

    def _rewritten(self, reader: Reader) -> int:
        """1 if the last event of the previous look has changed since; then it stays a breach."""
        before = self._remembered
        if before is not None:
            found = reader.events(before.position - 1, 1)
            if not found or found[0] != before:
                return 1
        self._remembered = reader.last_event()
        return 0
