"""How the trucks of a demonstration behave: the shares and spans of one life, drawn from the seed.

The shares are ours: nobody publishes how many trucks come early, late or never.
"""

from __future__ import annotations

from dataclasses import dataclass

from kezek.demo.chance import DemoChance
from kezek.domain.kernel.instant import HOUR, MINUTE, Instant

NEVER_PERCENT = 4
CANCEL_PERCENT = 3
MOVE_PERCENT = 3
LATE_PERCENT = 10
EARLY_PERCENT = 65
EARLY_MOST = 7 * HOUR
LATE_MOST = 6 * HOUR

MISS_PERCENT = 3
TURN_BACK_PERCENT = 2
TO_GATE = (3 * MINUTE, 12 * MINUTE)
THROUGH = (8 * MINUTE, 35 * MINUTE)


@dataclass(frozen=True, slots=True)
class Life:
    """What a booked truck will do, each at an instant, None for never."""

    arrives: Instant | None = None
    cancels: Instant | None = None
    moves: Instant | None = None


def life_of(start: Instant, now: Instant, chance: DemoChance) -> Life:
    """The life of a truck with a window, decided when it books.

    All is drawn whatever comes of it: asked again later with the same draws, it arrives when it was
    to arrive, and what never comes still does not.
    """
    until = start - now
    gives_up, moves, stays_away = map(chance.percent, (CANCEL_PERCENT, MOVE_PERCENT, NEVER_PERCENT))
    arrives = arrival(start, chance)
    if gives_up and until > HOUR:
        return Life(cancels=now + chance.between(0, until))
    if moves and until > 3 * HOUR:
        return Life(moves=now + chance.between(0, until - 2 * HOUR))
    if stays_away:
        return Life()
    return Life(arrives=max(now, arrives))


def arrival(start: Instant, chance: DemoChance) -> Instant:
    """Most come early, because the road is long; some late."""
    if chance.percent(EARLY_PERCENT):
        return start - chance.between(0, EARLY_MOST)
    if chance.percent(LATE_PERCENT):
        return start + HOUR + chance.between(0, LATE_MOST)
    return start + chance.between(0, HOUR)


def span(limits: tuple[int, int], chance: DemoChance) -> Instant:
    """A span between two limits."""
    return chance.between(*limits)
