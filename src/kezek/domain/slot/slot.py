"""Rows of slots and days: their places, and how many are taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulation import PoolRule

# Numbers of vehicles by the name of a pool or a class.
Counts: TypeAlias = Mapping[str, int]


@value(frozen=True, slots=True)
class Slot:
    """A window of a line.  taken + protected <= capacity at every commit."""

    line: str
    start: Instant
    capacity: int
    protected: int
    taken: int

    @property
    def key(self) -> tuple[str, Instant]:
        return (self.line, self.start)

    @property
    def free(self) -> int:
        return self.capacity - self.protected - self.taken


@value(frozen=True, slots=True)
class Day:
    """A local day of a line: its pools, what each class has taken, and why it is closed.

    `reserved` are the places of each reserved pool and `kept` is their sum; the rest of the capacity
    belongs to the other pool.  `protected` places of a pool are taken without a booking of ours.
    `taken` counts by class.  Counts are in vehicles; a missing name counts 0.  `on` is an ISO date.
    """

    line: str
    on: str
    open: bool
    basis: str
    reason: str
    capacity: int
    kept: int
    reserved: Counts
    protected: Counts
    taken: Counts

    @property
    def key(self) -> tuple[str, str]:
        return (self.line, self.on)

    def left(self, pool: PoolRule) -> int:
        """Free places of a pool; below 0 only where the row is broken."""
        name, taken = pool.name, self.taken
        places = self.reserved.get(name, 0) if pool.reserved else self.capacity - self.kept
        for vehicle_class in pool.classes:
            places -= taken.get(vehicle_class, 0)
        return places - self.protected.get(name, 0)


def changed(counts: Counts, name: str, change: int) -> Counts:
    """The counts with `change` added under one name; names with 0 are left out."""
    now = counts.get(name, 0) + change
    if now:
        return {**counts, name: now}
    return {other: count for other, count in counts.items() if other != name}
