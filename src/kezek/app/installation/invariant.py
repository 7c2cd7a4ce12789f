"""What must hold of each row by itself: of the row, and as the condition that a database asks.

The schema's checks, the counts of a running server and the look at a whole installation use these; a
test holds both forms of each against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from kezek.domain.account.account import Account
from kezek.domain.booking.booking import Booking, Particulars
from kezek.domain.slot.slot import Day, Slot

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Invariant(Generic[R]):
    """`condition` is over the columns of the row's table, true where it holds and never empty; `name` is
    that of the schema's constraint, where there is one.
    """

    name: str
    kind: type[R]
    holds: Callable[[R], bool]
    condition: str


def _in_order(row: Booking) -> bool:
    steps = [row.confirmed_at, row.arrived_at, row.called_at, row.admitted_at]
    known = [at for at in steps if at is not None]
    whole = steps[: len(known)] == known and known == sorted(known)
    return whole and (row.called_at is None or row.call_until is not None)


# I2: confirmed + protected <= published capacity, whoever decided it.
SLOT_WITHIN_CAPACITY = Invariant(
    "slot_within_capacity",
    Slot,
    lambda row: min(row.taken, row.protected, row.free) >= 0,
    "taken >= 0 AND protected >= 0 AND taken + protected <= capacity",
)
# I2: a class never gives back a place that it has not taken, so its cap cannot be undercut.  No name has
# a minus sign, so one in the text of the counts belongs to a number.
DAY_COUNTS_NOT_NEGATIVE = Invariant(
    "day_counts_not_negative",
    Day,
    lambda row: (
        min((*row.reserved.values(), *row.protected.values(), *row.taken.values()), default=0) >= 0
    ),
    "replace(reserved, '-', '') = reserved AND replace(protected, '-', '') = protected"
    " AND replace(taken, '-', '') = taken",
)
# I2: the reserved pools are parts of the published capacity.
DAY_KEPT_WITHIN_CAPACITY = Invariant(
    "day_kept_within_capacity",
    Day,
    lambda row: 0 <= row.kept <= row.capacity,
    "0 <= kept AND kept <= capacity",
)
# I4: each step has those before it, at an instant that is not before theirs, and a call has an end.
BOOKING_IN_ORDER = Invariant(
    "booking_in_order",
    Booking,
    _in_order,
    "(arrived_at IS NULL OR arrived_at >= confirmed_at)"
    " AND (called_at IS NULL"
    " OR (arrived_at IS NOT NULL AND called_at >= arrived_at AND call_until IS NOT NULL))"
    " AND (admitted_at IS NULL OR (called_at IS NOT NULL AND admitted_at >= called_at))",
)
# I4: nobody goes before others without a cause.
BOOKING_EXCEPTION_FOUNDED = Invariant(
    "booking_exception_founded",
    Booking,
    lambda row: not row.exception or bool(row.exception_cause),
    "exception = '' OR exception_cause <> ''",
)
# I12: a booking has an outcome exactly when it has ended, nothing lapses after its end, and one that is
# live has a window, has arrived, or has lost its window to a closed day.
BOOKING_ENDS_WITH_AN_OUTCOME = Invariant(
    "booking_ends_with_an_outcome",
    Booking,
    lambda row: (row.ended_at is None) == (row.outcome == ""),
    "(ended_at IS NULL) = (outcome = '')",
)
BOOKING_ENDED_IS_LEFT_ALONE = Invariant(
    "booking_ended_is_left_alone",
    Booking,
    lambda row: row.ended_at is None or row.look_at is None,
    "ended_at IS NULL OR look_at IS NULL",
)
BOOKING_SOMEWHERE = Invariant(
    "booking_somewhere",
    Booking,
    lambda row: (row.ended_at, row.arrived_at, row.start, row.displaced_at) != (None,) * 4,
    "ended_at IS NOT NULL OR arrived_at IS NOT NULL OR start IS NOT NULL OR displaced_at IS NOT NULL",
)
# I16: nothing personal is kept without a purpose and an end.
PARTICULARS_HAVE_AN_END = Invariant(
    "particulars_have_an_end",
    Particulars,
    lambda row: bool(row.purpose and row.erase_on),
    "purpose <> '' AND erase_on <> ''",
)
# I17: nobody signs in to an account that is closed.
ACCOUNT_CLOSED_HAS_NO_PASSWORD = Invariant(
    "account_closed_has_no_password",
    Account,
    lambda row: row.closed_at is None or not row.password,
    "closed_at IS NULL OR password = ''",
)
