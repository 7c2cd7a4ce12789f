"""What all parts of the traffic share: the API, the agenda, the draws, and what has been counted."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from kezek.app.port import Clock
from kezek.demo.agenda import Agenda
from kezek.demo.chance import DemoChance
from kezek.demo.client import DemoSession
from kezek.demo.scene import Scene, Yard
from kezek.domain.kernel.instant import Instant


class TrafficCounts(msgspec.Struct):
    """What has happened since this run began, and who stands where now."""

    at: int = 0
    booked: int = 0
    waiting: int = 0
    called: int = 0
    crossed: int = 0
    turned_back: int = 0
    cancelled: int = 0
    moved: int = 0
    missed: int = 0
    walked_in: int = 0
    exceptions: int = 0
    refused: int = 0
    unanswered: int = 0


@dataclass(slots=True)
class TrafficRun:
    """One run of the traffic."""

    scene: Scene
    clock: Clock
    agenda: Agenda
    api: DemoSession
    chance: DemoChance
    counted: TrafficCounts = field(default_factory=TrafficCounts)
    yards: dict[str, Yard] = field(default_factory=dict)
    waiting: dict[str, dict[int, None]] = field(default_factory=dict)
    # Posts that people serve: the simulated officers do nothing there.
    manned: frozenset[str] = frozenset()
    truck: int = 1

    def next_truck(self) -> int:
        """The index of a truck that nobody has seen yet."""
        self.truck += 1
        return self.truck

    def chance_of(self, number: int, start: Instant) -> DemoChance:
        """The draws of one truck's life with one window, whichever run asks."""
        return DemoChance((self.scene.seed << 128) + (number << 64) + start)

    def joined(self, number: int, checkpoint: str) -> None:
        """A truck stands in the waiting area."""
        self.waiting.setdefault(checkpoint, {})[number] = None
        self.counted.waiting = sum(map(len, self.waiting.values()))

    def left(self, number: int, checkpoint: str) -> None:
        """It drives to the gate."""
        self.waiting.get(checkpoint, {}).pop(number, None)
        self.counted.waiting = sum(map(len, self.waiting.values()))

    def note(self, *, status: int) -> None:
        """Count an answer that was no."""
        if status:
            self.counted.refused += 1
        else:
            self.counted.unanswered += 1


def counted_of(line: bytes) -> TrafficCounts:
    """What the traffic has told on one line."""
    return msgspec.json.decode(line, type=TrafficCounts)
