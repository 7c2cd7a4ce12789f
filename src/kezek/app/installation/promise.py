"""The promises about stored state, each with its own checker.

A checker sees every row of the kinds in its `looks`, once, kind by kind in that order and by key.  Its
memory grows with the live queue only.  What holds of each row by itself is in `invariant.py`.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, TypeAlias

from kezek.app.installation.invariant import (
    ACCOUNT_CLOSED_HAS_NO_PASSWORD,
    BOOKING_ENDED_IS_LEFT_ALONE,
    BOOKING_ENDS_WITH_AN_OUTCOME,
    BOOKING_EXCEPTION_FOUNDED,
    BOOKING_IN_ORDER,
    BOOKING_SOMEWHERE,
    DAY_COUNTS_NOT_NEGATIVE,
    DAY_KEPT_WITHIN_CAPACITY,
    PARTICULARS_HAVE_AN_END,
    SLOT_WITHIN_CAPACITY,
)
from kezek.app.port import Answered
from kezek.domain.account.account import Account, Login
from kezek.domain.booking.booking import Booking, Claim, Driver, Particulars, claim_keys
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.facts import Counter
from kezek.domain.kernel.instant import Instant, day_start
from kezek.domain.recovery.resume import SKIPPED
from kezek.domain.regulation.regulation import PoolRule
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Day, Slot

EXAMPLES_MAX = 5

Look: TypeAlias = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Whether a promise holds: the number of rows checked, of breaches, and the first places of these.

    The places name ids only, never anybody's plate or name.
    """

    promise: str
    seen: int
    broken: int
    first: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.broken == 0


class Checker:
    """One promise.  `looks` says which rows it wants to see, in this order of kinds."""

    promise: ClassVar[str]

    def __init__(self) -> None:
        self._seen = self._broken = 0
        self._first: list[str] = []

    def looks(self) -> Mapping[type[Any], Look]:
        """The function that checks a row, for each kind."""
        raise NotImplementedError

    def see(self, look: Look, rows: Sequence[Any]) -> None:
        """Rows of one kind."""
        self._seen += len(rows)
        for row in rows:
            look(row)

    def verdict(self) -> CheckResult:
        """After the last row."""
        for place in self._left():
            self._wrong(place)
        return CheckResult(self.promise, self._seen, self._broken, tuple(self._first))

    def _left(self) -> Iterator[str]:
        """Breaches that show only after the last row."""
        yield from ()

    def _wrong(self, place: str) -> None:
        self._broken += 1
        if len(self._first) < EXAMPLES_MAX:
            self._first.append(place)


class CapacityPromise(Checker):
    """Pools are checked where `rules` know the line's regulation, everything else on every day."""

    promise = "I2 capacity"

    def __init__(self, rules: Regulations) -> None:
        super().__init__()
        self._rules = rules
        self._lines: dict[str, Line] = {}
        self._live: Tally[tuple[str, Instant]] = Tally()
        self._returned: Tally[tuple[str, Instant]] = Tally()

    def looks(self) -> Mapping[type[Any], Look]:
        return {
            Line: self._line,
            Booking: self._booking,
            Return: self._return,
            Day: self._day,
            Slot: self._slot,
        }

    def _line(self, row: Line) -> None:
        if row.regulation in self._rules:
            self._lines[row.id] = row

    def _pools(self, row: Day) -> tuple[PoolRule, ...]:
        """The pools of a day, by the version that cut it; none where its line is not known."""
        line = self._lines.get(row.line)
        if line is None:
            return ()
        on = date.fromisoformat(row.on)
        return self._rules.of_day(line, on, day_start(on, line.zone)).pools

    def _booking(self, row: Booking) -> None:
        if row.ended_at is None and row.start is not None:
            self._live[row.line, row.start] += 1

    def _return(self, row: Return) -> None:
        self._returned[row.line, row.start] += 1

    def _day(self, row: Day) -> None:
        within = DAY_COUNTS_NOT_NEGATIVE.holds(row) and DAY_KEPT_WITHIN_CAPACITY.holds(row)
        summed = row.kept == sum(row.reserved.values())
        left = map(row.left, self._pools(row))
        if not (within and summed) or min(left, default=0) < 0:
            self._wrong(f"day {row.line} {row.on}")

    def _slot(self, row: Slot) -> None:
        within = SLOT_WITHIN_CAPACITY.holds(row)
        live, returned = self._live.pop(row.key, 0), self._returned.pop(row.key, 0)
        if not within or live > row.taken or returned > row.protected:
            self._wrong(f"slot {row.line} {row.start}")

    def _left(self) -> Iterator[str]:
        for line, start in sorted(self._returned):
            yield f"a place given back to no slot {line} {start}"


class ActivePromise(Checker):
    promise = "I3 one active booking per vehicle"

    def __init__(self) -> None:
        super().__init__()
        self._authority: dict[str, str] = {}
        self._live: dict[int, str] = {}
        self._claims: dict[tuple[str, str, str], int] = {}

    def looks(self) -> Mapping[type[Any], Look]:
        return {
            Line: self._line,
            Booking: self._booking,
            Claim: self._claim,
            Particulars: self._particulars,
        }

    def _line(self, row: Line) -> None:
        self._authority[row.id] = row.authority

    def _booking(self, row: Booking) -> None:
        if row.ended_at is None:
            self._live[row.number] = self._authority.get(row.line, "")

    def _claim(self, row: Claim) -> None:
        if self._live.get(row.number) != row.authority:
            self._wrong(f"a claim of booking {row.number}, which is not live with its authority")
        else:
            self._claims[row.key] = row.number

    def _particulars(self, row: Particulars) -> None:
        authority = self._live.pop(row.number, None)
        if authority is None:
            return
        for key in claim_keys(authority, row):
            if self._claims.pop(key, 0) != row.number:
                self._wrong(f"booking {row.number} without its claim by {key[1]}")

    def _left(self) -> Iterator[str]:
        for number in sorted(set(self._claims.values())):
            yield f"booking {number} with a claim of another vehicle"
        for number in sorted(self._live):
            yield f"booking {number} without a vehicle"


class OrderPromise(Checker):
    promise = "I4 order"

    def looks(self) -> Mapping[type[Any], Look]:
        return {Booking: self._booking, Logged: self._event}

    def _booking(self, row: Booking) -> None:
        if not (BOOKING_IN_ORDER.holds(row) and BOOKING_EXCEPTION_FOUNDED.holds(row)):
            self._wrong(f"booking {row.number}")

    def _event(self, row: Logged) -> None:
        if row.kind == EventKind.CALLED_OUT_OF_TURN and not json.loads(row.body).get("cause"):
            self._wrong(f"event {row.position}: called out of turn without a cause")


class AnswerPromise(Checker):
    promise = "I6 one answer a key"

    def __init__(self) -> None:
        super().__init__()
        self._before = b""

    def looks(self) -> Mapping[type[Any], Look]:
        return {Answered: self._answer}

    def _answer(self, row: Answered) -> None:
        if row.digest <= self._before or not row.outcome:
            self._wrong(f"answer {self._seen}")
        self._before = row.digest


class PlacePromise(Checker):
    promise = "I12 every booking in exactly one place"

    def __init__(self) -> None:
        super().__init__()
        self._last = self._counted = self._skipped = self._bookings = 0
        self._windows: dict[tuple[str, Instant], int] = {}

    def looks(self) -> Mapping[type[Any], Look]:
        return {Counter: self._counter, Booking: self._booking, Slot: self._slot}

    def _counter(self, row: Counter) -> None:
        if row.name == "booking":
            self._counted = row.last
        elif row.name == SKIPPED:
            self._skipped = row.last

    def _booking(self, row: Booking) -> None:
        # Numbers are skipped only after a restore, and a counter holds how many.
        gap = row.number - self._last - 1
        if gap and not 0 < gap <= self._skipped:
            self._wrong(f"booking {row.number} follows booking {self._last}")
        self._last, self._bookings = row.number, self._bookings + 1
        ended = BOOKING_ENDS_WITH_AN_OUTCOME.holds(row) and BOOKING_ENDED_IS_LEFT_ALONE.holds(row)
        if not ended:
            self._wrong(f"booking {row.number} is neither live nor ended")
        elif not BOOKING_SOMEWHERE.holds(row):
            self._wrong(f"booking {row.number} is nowhere")
        elif row.ended_at is None and row.start is not None:
            self._windows[row.line, row.start] = row.number

    def _slot(self, row: Slot) -> None:
        self._windows.pop(row.key, None)

    def _left(self) -> Iterator[str]:
        for number in sorted(self._windows.values()):
            yield f"booking {number} in a window that is not there"
        numbered = self._counted - self._skipped
        if self._bookings != numbered or self._last > self._counted:
            yield f"{numbered} bookings were numbered, {self._bookings} are there, up to {self._last}"


class ErasedPromise(Checker):
    promise = "I16 what is erased stays erased"

    def __init__(self) -> None:
        super().__init__()
        self._known = 0
        # Eight bytes a number; drivers come in the same order, so one step forward is enough.
        self._kept, self._at = array("q"), 0

    def looks(self) -> Mapping[type[Any], Look]:
        return {Booking: self._booking, Particulars: self._particulars, Driver: self._driver}

    def _booking(self, row: Booking) -> None:
        self._known = max(self._known, row.number)

    def _particulars(self, row: Particulars) -> None:
        self._kept.append(row.number)
        if not PARTICULARS_HAVE_AN_END.holds(row) or not 0 < row.number <= self._known:
            self._wrong(f"particulars {row.number} without a booking, a purpose or an end")

    def _driver(self, row: Driver) -> None:
        while self._at < len(self._kept) and self._kept[self._at] < row.number:
            self._at += 1
        if self._at == len(self._kept) or self._kept[self._at] != row.number:
            self._wrong(f"a driver of booking {row.number}, whose particulars are erased")


class AccessPromise(Checker):
    promise = "I17 nobody signs in to a closed account"

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[int, str] = {}

    def looks(self) -> Mapping[type[Any], Look]:
        return {Account: self._account, Login: self._login}

    def _account(self, row: Account) -> None:
        if row.closed_at is None:
            self._open[row.id] = row.login
        elif not ACCOUNT_CLOSED_HAS_NO_PASSWORD.holds(row):
            self._wrong(f"account {row.id}")

    def _login(self, row: Login) -> None:
        if self._open.get(row.account) != row.login:
            self._wrong(f"a login of account {row.account}")
