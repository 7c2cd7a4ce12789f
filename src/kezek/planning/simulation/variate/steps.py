"""A step function of time: lanes open, calls an hour, trucks that the other side accepts."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable

from kezek.domain.kernel.value import value


@value(frozen=True, slots=True)
class Steps:
    """`level[i]` holds from `at[i]` seconds, inclusive, until `at[i + 1]`; the last one for ever.

    `at` rises strictly from 0.0; levels are not negative.  Their unit depends on the use.

    >>> shifts = Steps.constant(4.0).closed(3600.0, 7200.0)
    >>> shifts.now(1800.0), shifts.now(3600.0), shifts.now(7200.0)
    (4.0, 0.0, 4.0)
    """

    at: tuple[float, ...]
    level: tuple[float, ...]

    @classmethod
    def constant(cls, level: float) -> Steps:
        """One level for ever."""
        return cls((0.0,), (level,))

    @classmethod
    def of(cls, changes: Iterable[tuple[float, float]], *, before: float = 0.0) -> Steps:
        """From changes (second, level) in any order; of several at one second the last holds.

        `before` is the level until the first change; changes before second 0 set the level at 0.
        """
        levels = {0.0: before}
        for second, level in sorted(changes, key=lambda change: change[0]):
            levels[max(0.0, second)] = level
        return _without_repeats(levels.items())

    @classmethod
    def repeated(cls, day: Iterable[tuple[float, float]], *, every: float, until: float) -> Steps:
        """A pattern of changes within `every` seconds, repeated until `until`: shifts, breaks.

        Before its first change a pattern has the level of its last change.
        """
        changes = sorted(day)
        assert changes, "a pattern has a change"
        count = max(1, -int(-until // every))
        spread = [(turn * every + at, level) for turn in range(count) for at, level in changes]
        return cls.of(spread, before=changes[-1][1])

    def now(self, second: float) -> float:
        """The level at a moment."""
        return self.level[bisect.bisect_right(self.at, second) - 1]

    def changed(self, begins: float, ends: float, change: Callable[[float], float]) -> Steps:
        """Apply `change` to every level between two seconds."""
        marks = sorted({0.0, *self.at, max(0.0, begins), max(0.0, ends)})
        return _without_repeats(
            (mark, change(self.now(mark)) if begins <= mark < ends else self.now(mark))
            for mark in marks
        )

    def closed(self, begins: float, ends: float) -> Steps:
        """Level 0 between two seconds."""
        return self.changed(begins, ends, lambda _: 0.0)

    def at_most(self, begins: float, ends: float, *, level: float) -> Steps:
        """No more than `level` between two seconds."""
        return self.changed(begins, ends, lambda old: min(old, level))

    def faults(self) -> str:
        """The first fault, or an empty text."""
        if not self.at or len(self.at) != len(self.level):
            return "needs as many levels as times, and one at least"
        if self.at[0] != 0.0:
            return "begins at second 0"
        if any(b <= a for a, b in zip(self.at, self.at[1:], strict=False)):
            return "has times that do not rise"
        if not all(0.0 <= level < float("inf") for level in self.level):
            return "has a level that is negative or no number"
        return ""


def _without_repeats(levels: Iterable[tuple[float, float]]) -> Steps:
    kept: list[tuple[float, float]] = []
    for at, level in levels:
        if not kept or kept[-1][1] != level:
            kept.append((at, level))
    return Steps(tuple(at for at, _ in kept), tuple(level for _, level in kept))
