"""The store in memory: the plainest statement of the contract, and the fastest for rehearsals."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from kezek.app.installation.census import CheckMarks, PromiseQuery
from kezek.app.installation.snapshot import BLOCK, NOT_EMPTY, NotEmpty, Setting
from kezek.app.port import Answered, Session
from kezek.domain.account.account import ApiKey
from kezek.domain.booking.booking import Booking, Claim, Driver, Particulars
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Row
from kezek.domain.kernel.instant import Instant
from kezek.domain.log.head import SignedHead
from kezek.domain.log.tree import Stretch
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Day, Slot
from kezek.storage.hold import LocalHolds
from kezek.storage.table import TABLES
from tests.memory import census as memory_census

R = TypeVar("R", bound=Row)


class Content:
    """What is committed."""

    def __init__(self) -> None:
        self.tables: dict[type[Any], dict[Hashable, Any]] = {}
        self.log: list[Logged] = []
        self.answers: dict[bytes, Answered] = {}

    def table(self, kind: type[R]) -> dict[Hashable, R]:
        return self.tables.setdefault(kind, {})

    def everything(self, kind: type[Any]) -> list[Any]:
        """All rows of a kind, events and answers too, in the order of their keys."""
        if kind is Logged:
            return list(self.log)
        table = self.answers if kind is Answered else self.table(kind)
        return [row for _, row in sorted(table.items(), key=lambda item: cast("Any", item[0]))]


class MemorySnapshot:
    """Rows as they were; they never change, so keeping them is keeping the moment."""

    def __init__(self, whole: dict[type[Any], list[Any]]) -> None:
        self._whole = whole

    @property
    def kinds(self) -> Sequence[type[Any]]:
        return tuple(TABLES)

    def count(self, kind: type[Any]) -> int:
        return len(self._whole[kind])

    def blocks(self, kind: type[R]) -> Iterator[Sequence[R]]:
        rows = self._whole[kind]
        for first in range(0, len(rows), BLOCK):
            yield rows[first : first + BLOCK]

    def get(self, kind: type[R], key: Hashable) -> R | None:
        return next((row for row in self._whole[kind] if row.key == key), None)

    def counted(self, census: PromiseQuery, marks: CheckMarks) -> int:
        return memory_census.counted(self._whole.__getitem__, census, marks)


class MemoryFilling(MemorySnapshot):
    """Rows on their way into an empty store."""

    def add(self, kind: type[R], rows: Sequence[R]) -> None:
        for row in rows:
            _fence(row)
        self._whole[kind] += rows

    def pour(self, content: Content) -> None:
        """Make everything visible that was added."""
        for kind, rows in self._whole.items():
            if kind is Logged:
                content.log = rows
            elif kind is Answered:
                content.answers = {row.digest: row for row in rows}
            else:
                content.tables[kind] = {row.key: row for row in rows}


class MemoryRows:
    """Plain scans over dictionaries: what a unit and a reader share."""

    def __init__(self, content: Content) -> None:
        self.content = content

    @property
    def log(self) -> list[Logged]:
        return self.content.log

    def table(self, kind: type[R]) -> dict[Hashable, R]:
        return self.content.table(kind)

    def get(self, kind: type[R], key: Hashable) -> R | None:
        return self.table(kind).get(key)

    def rows(self, kind: type[R], prefix: Hashable) -> Sequence[R]:
        table = self.table(kind)
        return [table[key] for key in _in_order(k for k in table if _first(k) == prefix)]

    def all(self, kind: type[R]) -> Sequence[R]:
        table = self.table(kind)
        return [table[key] for key in _in_order(table)]

    def _bookings(self, line: str) -> list[Booking]:
        return [b for b in self.all(Booking) if b.line == line and b.ended_at is None]

    def present(self, line: str) -> Sequence[int]:
        return [b.number for b in self._bookings(line) if b.arrived_at is not None]

    def held_live(self, account: int) -> Sequence[int]:
        own = [b for b in self.all(Booking) if b.holder == account and account]
        return [b.number for b in own if b.ended_at is None]

    def namesakes(self, authority: str, plate: str) -> Sequence[tuple[str, str, str]]:
        claims = [c.key for c in self.all(Claim) if (c.authority, c.kind) == (authority, "plate")]
        return [key for key in claims if key[2][3:] == plate]

    def booked(self, line: str, first: int, past: int) -> Sequence[int]:
        live = self._bookings(line)
        return [b.number for b in live if b.start is not None and first <= b.start < past]

    def returns(self, line: str, first: int, past: int) -> Sequence[tuple[int, int]]:
        back = [r for r in self.all(Return) if r.line == line]
        return [r.key for r in back if first <= r.start < past]


class MemoryReader(MemoryRows):
    """Committed state, for read models."""

    def last_position(self) -> int:
        return len(self.log)

    def many(self, kind: type[R], keys: Sequence[Hashable]) -> Mapping[Hashable, R]:
        table = self.table(kind)
        return {key: table[key] for key in keys if key in table}

    def rows_of(self, kind: type[R], prefixes: Sequence[Hashable]) -> Sequence[R]:
        table, asked = self.table(kind), set(prefixes)
        return [table[key] for key in _in_order(k for k in table if _first(k) in asked)]

    def last_event(self) -> Logged | None:
        return self.log[-1] if self.log else None

    def days(self, line: str, first: str, last: str) -> Sequence[Day]:
        return [day for day in self.rows(Day, line) if first <= day.on <= last]

    def slots(self, line: str, first: Instant, past: Instant) -> Sequence[Slot]:
        return [slot for slot in self.rows(Slot, line) if first <= slot.start < past]

    def held_by(self, account: int, before: int, limit: int) -> Sequence[int]:
        own = [b.number for b in self.all(Booking) if b.holder == account and b.number < before]
        return own[::-1][:limit]

    def held_since(self, account: int, since: Instant) -> Sequence[int]:
        own = [b for b in self.all(Booking) if b.holder == account]
        return [b.number for b in own if b.ended_at is None or b.ended_at >= since]

    def ahead(self, line: str, start: Instant, number: int) -> int:
        to_come = [b for b in self._bookings(line) if b.arrived_at is None]
        return sum(b.start is not None and (b.start, b.number) < (start, number) for b in to_come)

    def api_key(self, digest: str) -> ApiKey | None:
        return next((key for key in self.all(ApiKey) if key.digest == digest), None)

    def due(self, kind: type[Row], now: Instant, limit: int) -> Sequence[Any]:
        rows: Sequence[Any] = self.all(kind)
        stale = [(r.look_at, r.key) for r in rows if r.look_at is not None and r.look_at <= now]
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

    def of_kind(self, line: str, kind: str, since: Instant) -> Sequence[Logged]:
        found = [e for e in self.log if e.line == line and e.kind == kind and e.at >= since]
        return sorted(found, key=lambda e: (e.at, e.position), reverse=True)

    def awaiting(self, line: str) -> Sequence[int]:
        found = [b for b in self.all(Booking) if b.exception == "awaiting"]
        return [b.number for b in found if b.line == line]

    def proposed(self, line: str) -> Sequence[int]:
        found = [b for b in self._bookings(line) if b.exception == "proposed" or b.proposal]
        return sorted(b.number for b in found if b.ended_at is None)

    def plates(self, line: str, part: str, limit: int) -> Sequence[int]:
        who = self.many(Particulars, [b.number for b in self._bookings(line)])
        return sorted(p.number for p in who.values() if part in p.plate)[:limit]

    def coded(self, code: str, limit: int) -> Sequence[int]:
        found = (b.number for b in self.table(Booking).values() if b.salt.startswith(code))
        return sorted(found, reverse=True)[:limit]

    def tree_size(self) -> int:
        return max((s.past for s in self.table(Stretch).values() if s.tier == 0), default=0)

    def stretches(self, tier: int, first: int, past: int) -> Sequence[Stretch]:
        return [s for s in self.rows(Stretch, tier) if first <= s.first < past]

    def heads_before(self, before: int, limit: int) -> Sequence[SignedHead]:
        return [head for head in self.all(SignedHead)[::-1] if head.number < before][:limit]


def _in_order(keys: Iterable[Hashable]) -> list[Hashable]:
    # All keys of a kind have one shape, so they can be compared.
    return cast("list[Hashable]", sorted(cast("Iterable[tuple[str, ...]]", keys)))


def _first(key: Hashable) -> Hashable:
    return key[0] if isinstance(key, tuple) else key


class MemoryUnit(MemoryRows):
    """A write transaction: what is saved becomes visible when the unit is left."""

    def __init__(self, content: Content) -> None:
        super().__init__(content)
        self.last_position = len(self.log)
        self.last_at = self.log[-1].at if self.log else 0
        self._saved: list[Callable[[], None]] = []

    def answered(self, digests: Sequence[bytes]) -> Mapping[bytes, Answered]:
        answers = self.content.answers
        return {d: answers[d] for d in digests if d in answers}

    def save(
        self,
        changed: Mapping[tuple[type[Any], Hashable], Row | None],
        events: Sequence[Logged],
        answers: Sequence[Answered],
    ) -> None:
        for row in changed.values():
            _fence(row)
        for position, event in enumerate(events, self.last_position + 1):
            assert event.position == position, "positions are dense and in commit order"
        assert not any(a.digest in self.content.answers for a in answers), "one answer a key"
        self._saved.append(lambda: self._keep(changed, events, answers))

    def _keep(
        self,
        changed: Mapping[tuple[type[Any], Hashable], Row | None],
        events: Sequence[Logged],
        answers: Sequence[Answered],
    ) -> None:
        for (kind, key), row in changed.items():
            if row is None:
                self.table(kind).pop(key, None)
            else:
                self.table(kind)[key] = row
        self.log.extend(events)
        self.content.answers.update((a.digest, a) for a in answers)

    def commit(self) -> None:
        """Make everything visible that was saved."""
        for keep in self._saved:
            keep()


def _fence(row: Row | None) -> None:
    if isinstance(row, Slot):
        assert row.protected >= 0, "no negative places"
        assert row.taken >= 0, "no negative places"
        assert row.free >= 0, "confirmed + protected <= capacity"
    if isinstance(row, Day):
        counts = (*row.reserved.values(), *row.protected.values(), *row.taken.values())
        assert min(counts, default=0) >= 0, "no class gives back more than it took"
        assert 0 <= row.kept <= row.capacity, "the pools are parts of the capacity"


class MemoryStore:
    """Everything is gone when the process is."""

    def __init__(self) -> None:
        self._content = Content()
        self._reader = MemoryReader(self._content)
        self._lock = threading.Lock()
        self.hold = LocalHolds().hold

    @property
    def reader(self) -> MemoryReader:
        return self._reader

    @contextmanager
    def unit(self) -> Iterator[MemoryUnit]:
        with self._lock:
            unit = MemoryUnit(self._content)
            yield unit
            unit.commit()

    def keep_session(self, session: Session) -> None:
        self._content.table(Session)[session.digest] = session

    def session(self, digest: str) -> Session | None:
        return self._reader.get(Session, digest)

    def end_sessions(self, *, digest: str = "", account: int = 0, before: Instant = 0) -> None:
        sessions = self._content.table(Session)
        for key, s in list(sessions.items()):
            if key == digest or (account and s.account == account) or s.expires < before:
                del sessions[key]

    def setting(self, name: str) -> str | None:
        found = self._reader.get(Setting, name)
        return found.value if found else None

    def set_setting(self, name: str, value: str) -> None:
        self._content.table(Setting)[name] = Setting(name, value)

    def sweep(self, *, answers_before: Instant, particulars_before: str) -> int:
        answers, who = self._content.answers, self._content.table(Particulars)
        names = self._content.table(Driver)
        with self._lock:
            old = [a.digest for a in answers.values() if a.real < answers_before]
            live = {b.number for b in self._content.table(Booking).values() if b.ended_at is None}
            past = {p.number for p in who.values() if p.erase_on < particulars_before}
            gone = past - live
            drivers = [d.key for d in names.values() if d.number in gone]
            for digest in old:
                del answers[digest]
            for number in gone:
                del who[number]
            for key in drivers:
                del names[key]
        return len(old) + len(gone) + len(drivers)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other process can see this memory."""
        yield

    @contextmanager
    def snapshot(self) -> Iterator[MemorySnapshot]:
        with self._lock:
            whole = {kind: self._content.everything(kind) for kind in TABLES}
        yield MemorySnapshot(whole)

    @contextmanager
    def filling(self) -> Iterator[MemoryFilling]:
        with self._lock:
            if any(self._content.everything(kind) for kind in TABLES):
                raise NotEmpty(NOT_EMPTY)
            filling = MemoryFilling({kind: [] for kind in TABLES})
            yield filling
            filling.pour(self._content)

    def close(self) -> None:
        """Nothing to release."""
