"""The vigil: a running server looks at its own promises, off the path of every request.

A short look every few seconds says whether the installation is fit to serve; a long one every minute
counts in the database what stands in `app/installation/census.py`.  A scrape shows what the last looks
found, and how old that is.
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
# A long look that takes the processor longer comes more seldom: it has a two-hundredth of one at most.
REST = 200
PROBE = "probe"
# So many of the newest events are counted again at every long look; those before are under a head.
RECOUNTED = 100_000
# The sweep runs once an hour; what is a day over was forgotten.
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
# What is no promise, and may be more than zero.
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
    """`found` holds what the last looks saw, by name, `standings` where the consumers of the log stood;
    `fault` is why the last one failed, or None.

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
        """A figure that leaves zero is told once, until it is zero again."""
        broken = {str(name) for name in _PROMISED if self.found.get(name)}
        for name in sorted(broken - self._broken):
            log.error("a promise is broken: %s is %d", name, self.found[name])
        self._broken = broken

    @property
    def age(self) -> float:
        """Seconds since the last long look, infinite before the first."""
        return monotonic() - self._long_at

    def _short(self) -> None:
        # What nobody has written lately may have become read-only, or full.
        if monotonic() - self._tally.committed_at > SHORT_SECONDS:
            self._store.set_setting(PROBE, str(self._clock.now().real))
        # Before the log is read: what is acknowledged by now must be in it.
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
        """What is counted from where it was whole; the new marks."""
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
        """Whether the event that was last seen is no longer the same; then it stays a breach."""
        before = self._remembered
        if before is not None:
            found = reader.events(before.position - 1, 1)
            if not found or found[0] != before:
                return 1
        self._remembered = reader.last_event()
        return 0
