"""Seeded chance, in the forms in which a demonstration needs it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

from kezek.system.chance import SeededChance

T = TypeVar("T")

_FINE = 1_000_000


class DemoChance:
    """The same seed gives the same lives."""

    def __init__(self, seed: int) -> None:
        self._chance = SeededChance(seed)

    def between(self, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        return self._chance.between(low, high)

    def percent(self, share: int) -> bool:
        """True in `share` of a hundred cases."""
        return self._chance.between(1, 100) <= share

    def one_of(self, things: Sequence[T]) -> T:
        """One of them, each as likely as the other."""
        return things[self._chance.between(0, len(things) - 1)]

    def waiting_time(self, mean: int) -> int:
        """The time until the next of things that come by themselves: exponential, never nought."""
        share = self._chance.between(1, _FINE) / _FINE
        return max(1, round(-mean * math.log(share)))
