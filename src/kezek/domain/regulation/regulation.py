"""One authority's rule set: the numbers by which the same engine runs every queue."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.known import NOTHING_KNOWN, KnownFormats
from kezek.domain.kernel.money import Money
from kezek.domain.kernel.value import value


class VehicleClass(StrEnum):
    """The classes inside a line; a regulation uses those that its law knows."""

    IN_TURN = "in_turn"
    PRIORITY = "priority"
    POSTAL = "postal"
    ACCELERATED = "accelerated"
    WALK_IN = "walk_in"


class Pool(StrEnum):
    """Which places of a day a class takes: ordinary ones, kept ones, or none (walk-ins)."""

    ORDINARY = "ordinary"
    KEPT = "kept"
    NONE = "none"


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
    """

    name: VehicleClass
    pool: Pool
    fee_units: int
    cap_percent: int | None
    cap_places: int | None
    staff_only: bool
    note: Note
    joins: Joins = Joins.AT_ONCE

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
    classes: Mapping[VehicleClass, ClassRule]
    interleave: tuple[VehicleClass, ...]
    notes: Mapping[str, Note]

    def fee(self, vehicle_class: VehicleClass) -> Money:
        """The fee of a class, shown and not collected."""
        return self.fee_unit.times(self.classes[vehicle_class].fee_units)

    def kept(self, capacity: int) -> int:
        """Places of a day kept for the dear classes, where no board says otherwise.

        Their shares together, rounded up once; a day always has an ordinary place before a dear one.
        """
        dear = [rule for rule in self.classes.values() if rule.pool is Pool.KEPT]
        percent = sum(r.cap_percent or 0 for r in dear if r.cap_places is None)
        places = sum(r.cap_places or 0 for r in dear)
        return min(max(0, capacity - 1), places - (-capacity * percent // 100))


class Regulations(dict[str, Regulation]):
    """All rule sets in force, by id, and what is known of the world's plates and phones."""

    def __init__(
        self, rules: Mapping[str, Regulation], known: KnownFormats = NOTHING_KNOWN
    ) -> None:
        super().__init__(rules)
        self.known = known
