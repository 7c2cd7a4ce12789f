"""The counts of `app/installation/census.py` over plain rows: what the statements are held against."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from kezek.app.installation.census import CheckMarks, PromiseQuery
from kezek.domain.account.account import Account, Login
from kezek.domain.booking.booking import Booking, Claim, Driver, Particulars, claim_keys
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Counter
from kezek.domain.recovery.resume import SKIPPED
from kezek.domain.slot.slot import Slot
from kezek.storage.migrations.head import HEAD

Rows: TypeAlias = Callable[[type[Any]], list[Any]]


def counted(rows: Rows, census: PromiseQuery, marks: CheckMarks) -> int:
    """The count over all rows of a moment."""
    return _COUNTS[census](rows, marks)


def _live(rows: Rows) -> list[Booking]:
    return [booking for booking in rows(Booking) if booking.ended_at is None]


def _overbooked(rows: Rows, _marks: CheckMarks) -> int:
    live = Tally((b.line, b.start) for b in _live(rows))
    return sum(
        min(s.taken, s.protected, s.free) < 0 or live[s.line, s.start] > s.taken for s in rows(Slot)
    )


def _double_booked(rows: Rows, _marks: CheckMarks) -> int:
    authority = {line.id: line.authority for line in rows(Line)}
    known = {who.number: who for who in rows(Particulars)}
    made = Tally(
        key
        for booking in _live(rows)
        if booking.number in known and booking.line in authority
        for key in claim_keys(authority[booking.line], known[booking.number])
    )
    return sum(count > 1 for count in made.values())


def _stray(rows: Rows, _marks: CheckMarks) -> int:
    live, claimed = {b.number for b in _live(rows)}, [c.number for c in rows(Claim)]
    return sum(n not in live for n in claimed) + len(live - set(claimed))


def _disordered(rows: Rows, _marks: CheckMarks) -> int:
    def wrong(b: Booking) -> bool:
        steps = [b.confirmed_at, b.arrived_at, b.called_at, b.admitted_at]
        known = [at for at in steps if at is not None]
        whole = steps[: len(known)] == known and known == sorted(known)
        called = b.called_at is None or b.call_until is not None
        return not (whole and called) or bool(b.exception and not b.exception_cause)

    return sum(map(wrong, _live(rows)))


def _missing(rows: Rows, marks: CheckMarks) -> int:
    positions: list[int] = [event.position for event in rows(Logged)]
    later = [position for position in positions if position > marks.position]
    return max(positions, default=0) - marks.position - len(later)


def _lost(rows: Rows, marks: CheckMarks) -> int:
    windows = {slot.key for slot in rows(Slot)}
    nowhere = sum(
        int((b.line, b.start) not in windows)
        if b.start is not None
        else int(b.arrived_at is None and b.displaced_at is None)
        for b in _live(rows)
    )
    numbers = len([b for b in rows(Booking) if b.number > marks.number])
    skipped = _skipped(rows, marks) - marks.skipped
    return nowhere + _numbered(rows, marks) - marks.number - numbers - skipped


def _overdue(rows: Rows, marks: CheckMarks) -> int:
    live = {b.number for b in _live(rows)}
    return sum(w.erase_on < marks.day and w.number not in live for w in rows(Particulars))


def _orphaned(rows: Rows, _marks: CheckMarks) -> int:
    known = {who.number for who in rows(Particulars)}
    return sum(driver.number not in known for driver in rows(Driver))


def _misused(rows: Rows, _marks: CheckMarks) -> int:
    used = {login.account for login in rows(Login)}
    closed = [a for a in rows(Account) if a.closed_at is not None]
    return sum(bool(a.password) or a.id in used for a in closed)


def _awaiting(rows: Rows, _marks: CheckMarks) -> int:
    return sum(b.exception == "awaiting" for b in rows(Booking))


def _numbered(rows: Rows, _marks: CheckMarks) -> int:
    return _counter(rows, "booking")


def _skipped(rows: Rows, _marks: CheckMarks) -> int:
    return _counter(rows, SKIPPED)


def _counter(rows: Rows, name: str) -> int:
    last: int = next((c.last for c in rows(Counter) if c.name == name), 0)
    return last


def _schema(_rows: Rows, _marks: CheckMarks) -> int:
    return int(HEAD)


_COUNTS: Mapping[PromiseQuery, Callable[[Rows, CheckMarks], int]] = {
    PromiseQuery.OVERBOOKED_SLOTS: _overbooked,
    PromiseQuery.DOUBLE_BOOKED_VEHICLES: _double_booked,
    PromiseQuery.STRAY_CLAIMS: _stray,
    PromiseQuery.DISORDERED_BOOKINGS: _disordered,
    PromiseQuery.MISSING_EVENTS: _missing,
    PromiseQuery.LOST_BOOKINGS: _lost,
    PromiseQuery.OVERDUE_PARTICULARS: _overdue,
    PromiseQuery.ORPHANED_DRIVERS: _orphaned,
    PromiseQuery.MISUSED_ACCOUNTS: _misused,
    PromiseQuery.AWAITING_EXCEPTIONS: _awaiting,
    PromiseQuery.NUMBERED: _numbered,
    PromiseQuery.SKIPPED: _skipped,
    PromiseQuery.SCHEMA_STEPS: _schema,
}
