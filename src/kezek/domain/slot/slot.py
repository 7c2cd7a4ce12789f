"""Slots and days: what can be taken, and what is taken."""

from __future__ import annotations

from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.value import value


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
    """A local day of a line: its two pools, what each class has taken, and why it is closed.

    `kept` places of the capacity belong to the dear pool (priority, postal, accelerated);
    the others are ordinary.  `protected_*` are taken without a booking in our hands.
    `on` is an ISO date.
    """

    line: str
    on: str
    open: bool
    basis: str
    reason: str
    capacity: int
    kept: int
    protected_ordinary: int
    protected_kept: int
    in_turn: int
    priority: int
    postal: int
    accelerated: int
    walk_in: int

    @property
    def key(self) -> tuple[str, str]:
        return (self.line, self.on)

    @property
    def ordinary_left(self) -> int:
        return self.capacity - self.kept - self.protected_ordinary - self.in_turn

    @property
    def kept_left(self) -> int:
        dear = self.priority + self.postal + self.accelerated
        return self.kept - self.protected_kept - dear

    def taken_by(self, vehicle_class: str) -> int:
        """Places that the class has taken on this day."""
        taken: int = getattr(self, vehicle_class)
        return taken
