"""One authority's rule set: the numbers by which the same engine runs every queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.money import Money
from kezek.domain.kernel.value import value


@value(frozen=True, slots=True)
class PoolRule:
    """A part of a day's places, and the classes that take their places from it.

    The places of a `reserved` pool are kept for its classes.  One pool of a regulation is not reserved:
    it has what the others leave of the capacity.
    """

    name: str
    reserved: bool
    classes: tuple[str, ...]


class VersionStatus(StrEnum):
    """What a version of a rule set is: only those in force govern a line."""

    IN_FORCE = "in_force"
    DRAFT = "draft"
    PROPOSAL = "proposal"


class ChosenBy(StrEnum):
    """By which instant the version of a field is chosen: when the booking was made, when its window
    begins, or now.
    """

    BOOKING = "booking"
    WINDOW = "window"
    NOW = "now"


class Joins(StrEnum):
    """From when a class takes part in the cycle, for who comes while nobody of the class waits.

    At once, or in the next round: after the cycle has passed its beginning once.
    """

    AT_ONCE = "at_once"
    NEXT_ROUND = "next_round"


@value(frozen=True, slots=True)
class Note:
    """Where a number comes from: `basis` is law, observed, or `unknown, ours: ...`."""

    basis: str
    source: str

    @property
    def ours(self) -> bool:
        """Whether the number is ours because none is published."""
        return self.basis.startswith("unknown")


@value(frozen=True, slots=True)
class ClassRule:
    """What the regulation says of one class.

    `fee_units` counts base units (MRP); `cap_percent` is a share of the day's capacity, rounded up;
    `cap_places` a number a day; None is no cap of its own.  `staff_only` classes are not on sale.
    `pool` is None for the class of walk-ins, who take no place of a window.  `labels` are the class's
    names for readers by language, where no catalogue knows the class.
    """

    name: str
    pool: PoolRule | None
    fee_units: int
    cap_percent: int | None
    cap_places: int | None
    staff_only: bool
    note: Note
    joins: Joins = Joins.AT_ONCE
    labels: Mapping[str, str] = field(default_factory=dict)

    def cap(self, capacity: int) -> int | None:
        """Places a day for this class, given the day's capacity."""
        if self.cap_places is not None:
            return self.cap_places
        if self.cap_percent is not None:
            return -(-capacity * self.cap_percent // 100)
        return None


@value(frozen=True, slots=True)
class Regulation:
    """A versioned rule set.  Spans are milliseconds; None is no limit.

    `keeps_place_for` and `no_show_after` count from the end of the booked window; `call_for` is the
    time from call to gate; `moves_max` and `move_until` limit rescheduling, the latter counted back
    from the window's start; `displaced_for` is the time in which whoever lost the window may take
    another.  `interleave` is the published cycle of classes.

    The version counts from `effective_on`, a local day of the checkpoint, and may name its last day,
    `until`; `windows_from` is the first day that it cuts into windows, where that is a later one.
    `transition` names fields for which it counts by another instant than usual (`CHOSEN_BY`).
    """

    id: str
    authority: str
    country: str
    title: str
    effective_on: str
    sources: tuple[str, ...]
    window: Instant
    horizon_days: int
    keeps_place_for: Instant
    no_show_after: Instant
    call_for: Instant
    misses_max: int
    moves_max: int | None
    move_until: Instant
    displaced_for: Instant
    drivers_max: int
    fee_unit: Money
    fee_unit_name: str
    pools: tuple[PoolRule, ...]
    classes: Mapping[str, ClassRule]
    interleave: tuple[str, ...]
    notes: Mapping[str, Note]
    # What people call the authority's queue; empty where it has no name.
    system: str = ""
    status: VersionStatus = VersionStatus.IN_FORCE
    until: str = ""
    windows_from: str = ""
    transition: Mapping[str, ChosenBy] = field(default_factory=dict, hash=False)

    @property
    def ordinary(self) -> ClassRule:
        """The class of whoever names none: the first on sale that takes places nobody has reserved."""
        found = next((rule for rule in self.classes.values() if _is_ordinary(rule)), None)
        assert found is not None, "a regulation is read only with a class that anybody can book"
        return found

    @property
    def walk_in(self) -> ClassRule | None:
        """The class of trucks without a booking; None where nobody joins without one."""
        return next((rule for rule in self.classes.values() if rule.pool is None), None)

    @property
    def reserved(self) -> tuple[PoolRule, ...]:
        """The reserved pools, in the order of the file."""
        return tuple(pool for pool in self.pools if pool.reserved)

    def fee(self, vehicle_class: str) -> Money:
        """The fee of a class, shown and not collected."""
        return self.fee_unit.times(self.classes[vehicle_class].fee_units)

    def shares(self, capacity: int) -> dict[str, int]:
        """Places of a day in each reserved pool, where no board says otherwise.

        The shares of a pool's classes together, rounded up once.
        """
        return within({pool.name: self._share(pool, capacity) for pool in self.reserved}, capacity)

    def _share(self, pool: PoolRule, capacity: int) -> int:
        rules = [self.classes[name] for name in pool.classes]
        percent = sum(r.cap_percent or 0 for r in rules if r.cap_places is None)
        places = sum(r.cap_places or 0 for r in rules)
        return places - (-capacity * percent // 100)


def _is_ordinary(rule: ClassRule) -> bool:
    return rule.pool is not None and not rule.pool.reserved and not rule.staff_only


def within(shares: Mapping[str, int], capacity: int) -> dict[str, int]:
    """What each reserved pool gets of a capacity that leaves an ordinary place to the day.

    What does not fit is taken from the pools that come last; a pool without places is left out.
    """
    left, fitted = max(0, capacity - 1), dict[str, int]()
    for name, share in shares.items():
        if places := min(share, left):
            fitted[name] = places
            left -= places
    return fitted


# By the booking what was promised to its driver, by the window its places, by now the order of the line.
CHOSEN_BY: Mapping[str, ChosenBy] = {
    "window": ChosenBy.WINDOW,
    "horizon_days": ChosenBy.NOW,
    "keeps_place_for": ChosenBy.BOOKING,
    "no_show_after": ChosenBy.BOOKING,
    "call_for": ChosenBy.NOW,
    "misses_max": ChosenBy.NOW,
    "moves_max": ChosenBy.BOOKING,
    "move_until": ChosenBy.BOOKING,
    "displaced_for": ChosenBy.BOOKING,
    "drivers_max": ChosenBy.BOOKING,
    "fee_unit": ChosenBy.BOOKING,
    "fee_unit_name": ChosenBy.BOOKING,
    "interleave": ChosenBy.NOW,
    "pools": ChosenBy.WINDOW,
    # Of a class:
    "pool": ChosenBy.WINDOW,
    "fee_units": ChosenBy.BOOKING,
    "cap_percent": ChosenBy.WINDOW,
    "cap_places": ChosenBy.WINDOW,
    "staff_only": ChosenBy.NOW,
    "joins": ChosenBy.NOW,
}
