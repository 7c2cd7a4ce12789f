"""One authority's rule set: the numbers with which one engine runs every queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.money import Money
from kezek.domain.kernel.value import value


@value(frozen=True, slots=True)
class PoolRule:
    """A part of a day's places, from which certain classes take theirs.

    The places of a `reserved` pool are for its classes only.  One pool of a regulation is not reserved:
    it has the rest of the capacity.
    """

    name: str
    reserved: bool
    classes: tuple[str, ...]


class VersionStatus(StrEnum):
    """The status of a version of a rule set; only versions in force govern a line."""

    IN_FORCE = "in_force"
    DRAFT = "draft"
    PROPOSAL = "proposal"


class ChosenBy(StrEnum):
    """The instant that chooses the version of a field: the booking's making, its window, or now."""

    BOOKING = "booking"
    WINDOW = "window"
    NOW = "now"


class Joins(StrEnum):
    """When a truck that finds nobody of its class waiting joins the cycle.

    At once, or in the next round, which begins when the cycle passes its beginning.
    """

    AT_ONCE = "at_once"
    NEXT_ROUND = "next_round"


@value(frozen=True, slots=True)
class Note:
    """The source of a number: `basis` is law, observed, or `unknown, ours: ...`."""

    basis: str
    source: str

    @property
    def ours(self) -> bool:
        """Whether the number is ours because none is published."""
        return self.basis.startswith("unknown")


@value(frozen=True, slots=True)
class ClassRule:
    """The rules of one class.

    `fee_units` counts base units (MRP).  `cap_percent` is a share of the day's capacity, rounded up, and
    `cap_places` a number a day; None is no cap.  `staff_only` classes are not on sale.  `pool` is None
    for the class of walk-ins, who take no place of a window.  `labels` are the class's names by
    language, for classes without a name in the catalogues.
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
    """One version of a rule set.  Spans are milliseconds; None is no limit.

    `keeps_place_for` and `no_show_after` count from the end of the booked window.  `call_for` is the
    time from call to gate.  `moves_max` and `move_until` limit rescheduling, the latter counted back
    from the window's start.  `displaced_for` is the time for choosing another window after losing one.
    `interleave` is the published cycle of classes.

    The version counts from `effective_on`, a local day of the checkpoint, and may name its last day,
    `until`.  `windows_from` is the first day that it cuts into windows, where that is a later one.
    `transition` names fields whose version is chosen by another instant than usual (`CHOSEN_BY`).
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
    # The public name of the authority's queue; empty where it has none.
    system: str = ""
    status: VersionStatus = VersionStatus.IN_FORCE
    until: str = ""
    windows_from: str = ""
    transition: Mapping[str, ChosenBy] = field(default_factory=dict, hash=False)

    @property
    def ordinary(self) -> ClassRule:
        """The class for bookings that name none: the first on sale in the pool that is not reserved."""
        found = next((rule for rule in self.classes.values() if _is_ordinary(rule)), None)
        assert found is not None, "a regulation is read only with a class that anybody can book"
        return found

    @property
    def walk_in(self) -> ClassRule | None:
        """The class of trucks without a booking; None where a booking is required."""
        return next((rule for rule in self.classes.values() if rule.pool is None), None)

    @property
    def reserved(self) -> tuple[PoolRule, ...]:
        """The reserved pools, in the order of the file."""
        return tuple(pool for pool in self.pools if pool.reserved)

    def fee(self, vehicle_class: str) -> Money:
        """The fee of a class, shown and not collected."""
        return self.fee_unit.times(self.classes[vehicle_class].fee_units)

    def shares(self, capacity: int) -> dict[str, int]:
        """Places of a day in each reserved pool, used where no board states them.

        A pool has the sum of its classes' shares, rounded up once.
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
    """The places of each reserved pool within a capacity, of which at least one place stays ordinary.

    Places that do not fit are taken from the last pools; pools without places are left out.
    """
    left, fitted = max(0, capacity - 1), dict[str, int]()
    for name, share in shares.items():
        if places := min(share, left):
            fitted[name] = places
            left -= places
    return fitted


# The booking chooses what was promised to its driver, the window its places, now the line's order.
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

# The other instants that a decree may name for a field: those by which every rule and page can read it.
ALSO_CHOSEN_BY: Mapping[str, tuple[ChosenBy, ...]] = {
    "keeps_place_for": (ChosenBy.WINDOW, ChosenBy.NOW),
    "no_show_after": (ChosenBy.WINDOW, ChosenBy.NOW),
    "call_for": (ChosenBy.BOOKING, ChosenBy.WINDOW),
    "misses_max": (ChosenBy.BOOKING, ChosenBy.WINDOW),
    "moves_max": (ChosenBy.WINDOW, ChosenBy.NOW),
    "move_until": (ChosenBy.WINDOW, ChosenBy.NOW),
    "displaced_for": (ChosenBy.NOW,),
    "drivers_max": (ChosenBy.WINDOW, ChosenBy.NOW),
    "fee_unit": (ChosenBy.WINDOW,),
    "fee_unit_name": (ChosenBy.WINDOW,),
    "fee_units": (ChosenBy.WINDOW,),
    "cap_percent": (ChosenBy.NOW,),
    "cap_places": (ChosenBy.NOW,),
}
