"""The store in memory: product code, used by tests, rehearsals and as the plainest statement of the
contract.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from kezek.app.port import Answered, Session
from kezek.domain.booking.booking import Booking, Particulars
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Row
from kezek.domain.kernel.instant import Instant
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Day, Slot

R = TypeVar("R", bound=Row)


class MemoryReader:
    """Plain scans over dictionaries."""

    def __init__(self) -> None:
        self.tables: dict[type[Any], dict[Hashable, Any]] = {}
        self.log: list[Logged] = []
        self.answers: dict[bytes, Answered] = {}

    def table(self, kind: type[R]) -> dict[Hashable, R]:
        return self.tables.setdefault(kind, {})

    def get(self, kind: type[R], key: Hashable) -> R | None:
        return self.table(kind).get(key)

    def rows(self, kind: type[R], prefix: Hashable) -> Sequence[R]:
        found = self.table(kind).items()
        return [row for key, row in sorted(found) if isinstance(key, tuple) and key[0] == prefix]  # type: ignore[type-var]

    def all(self, kind: type[R]) -> Sequence[R]:
        return [row for _, row in sorted(self.table(kind).items())]  # type: ignore[type-var]

    def many(self, kind: type[R], keys: Sequence[Hashable]) -> Mapping[Hashable, R]:
        table = self.table(kind)
        return {key: table[key] for key in keys if key in table}

    def _bookings(self, line: str) -> list[Booking]:
        return [b for b in self.all(Booking) if b.line == line and b.ended_at is None]

    def present(self, line: str) -> Sequence[int]:
        return [b.number for b in self._bookings(line) if b.arrived_at is not None]

    def booked(self, line: str, first: int, past: int) -> Sequence[int]:
        live = self._bookings(line)
        return [b.number for b in live if b.start is not None and first <= b.start < past]

    def last_position(self) -> int:
        return len(self.log)

    def last_event(self) -> Logged | None:
        return self.log[-1] if self.log else None

    def days(self, line: str, first: str, last: str) -> Sequence[Day]:
        return [day for day in self.rows(Day, line) if first <= day.on <= last]

    def slots(self, line: str, first: Instant, past: Instant) -> Sequence[Slot]:
        return [slot for slot in self.rows(Slot, line) if first <= slot.start < past]

    def held_by(self, account: int, before: int, limit: int) -> Sequence[int]:
        own = [b.number for b in self.all(Booking) if b.holder == account and b.number < before]
        return own[::-1][:limit]

    def due(self, now: Instant, limit: int) -> Sequence[int]:
        stale = [
            (b.look_at, b.number)
            for b in self.all(Booking)
            if b.look_at is not None and b.look_at <= now
        ]
        return [number for _, number in sorted(stale)[:limit]]

    def returns_due(self, now: Instant, limit: int) -> Sequence[tuple[int, Instant]]:
        stale = [(r.look_at, r.key) for r in self.all(Return) if r.look_at <= now]
        return [key for _, key in sorted(stale)[:limit]]

    def events(self, after: int, limit: int, line: str = "") -> Sequence[Logged]:
        return [e for e in self.log[after:] if line in ("", e.line)][:limit]

    def events_before(self, before: int, limit: int, line: str = "") -> Sequence[Logged]:
        earlier = self.log[: max(0, before - 1)]
        return [e for e in reversed(earlier) if line in ("", e.line)][:limit]

    def history(self, number: int) -> Sequence[Logged]:
        return [e for e in self.log if e.number == number]

    def counted(self, line: str, kind: str, since: Instant) -> int:
        return sum(e.line == line and e.kind == kind and e.at >= since for e in self.log)

    def plates(self, line: str, part: str, limit: int) -> Sequence[int]:
        who = self.many(Particulars, [b.number for b in self._bookings(line)])
        return sorted(p.number for p in who.values() if part in p.plate)[:limit]


class MemoryUnit(MemoryReader):
    """A write transaction over the shared dictionaries; they change only in `save`."""

    def __init__(self, shared: MemoryReader) -> None:
        self.tables, self.log, self.answers = shared.tables, shared.log, shared.answers
        self.last_at = self.log[-1].at if self.log else 0

    @property
    def last_position(self) -> int:  # type: ignore[override]
        return len(self.log)

    def answered(self, digests: Sequence[bytes]) -> Mapping[bytes, Answered]:
        return {d: self.answers[d] for d in digests if d in self.answers}

    def save(
        self,
        changed: Mapping[tuple[type[Any], Hashable], Row | None],
        events: Sequence[Logged],
        answers: Sequence[Answered],
    ) -> None:
        for slot in (row for row in changed.values() if isinstance(row, Slot)):
            assert 0 <= slot.protected and 0 <= slot.taken, "no negative places"
            assert slot.free >= 0, "confirmed + protected <= capacity"
        for (kind, key), row in changed.items():
            if row is None:
                self.table(kind).pop(key, None)
            else:
                self.table(kind)[key] = row
        self.log.extend(events)
        self.answers.update((a.digest, a) for a in answers)


class MemoryStore:
    """Everything is gone when the process is."""

    def __init__(self) -> None:
        self.reader = MemoryReader()
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._settings: dict[str, str] = {}

    @contextmanager
    def unit(self) -> Iterator[MemoryUnit]:
        with self._lock:
            yield MemoryUnit(self.reader)

    def keep_session(self, session: Session) -> None:
        self._sessions[session.digest] = session

    def session(self, digest: str) -> Session | None:
        return self._sessions.get(digest)

    def end_sessions(self, *, digest: str = "", account: int = 0, before: Instant = 0) -> None:
        self._sessions = {
            key: s
            for key, s in self._sessions.items()
            if not (key == digest or (account and s.account == account) or s.expires < before)
        }

    def setting(self, name: str) -> str | None:
        return self._settings.get(name)

    def set_setting(self, name: str, value: str) -> None:
        self._settings[name] = value

    def sweep(self, *, answers_before: Instant, particulars_before: str) -> int:
        old = [a.digest for a in self.reader.answers.values() if a.real < answers_before]
        gone = [p.number for p in self.reader.all(Particulars) if p.erase_on < particulars_before]
        for digest in old:
            del self.reader.answers[digest]
        for number in gone:
            del self.reader.table(Particulars)[number]
        return len(old) + len(gone)

    def close(self) -> None:
        """Nothing to release."""
