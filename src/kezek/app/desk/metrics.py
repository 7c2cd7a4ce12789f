"""Counters of a process's own work: plain numbers, written where the work is done.

Each tally has one writing thread, so an addition needs no lock.  A concurrent reader may see a count
that is one short, never a broken one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from time import monotonic

# Bounds in seconds, from an answer out of memory to a wait that people give up.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
COMMANDS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)


class Histogram:
    """How often a value fell between two bounds, and the sum of all values."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        # The last one is for what lies above every bound.
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def plain(self) -> list[float]:
        """The counts, then the sum, as they are handed between processes."""
        return [*self.counts, self.total]


class DeskTally:
    """The desk's counters.  `acknowledged` is the highest acknowledged position."""

    def __init__(self) -> None:
        self.batches = Histogram(COMMANDS)
        self.batch_seconds = Histogram(SECONDS)
        self.commit_seconds = Histogram(SECONDS)
        self.refusals: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.accepted = self.unknown = self.fenced = 0
        self.acknowledged = 0
        self.committed_at = float("-inf")

    def committed(self, commands: int, began: float, decided: float, position: int) -> None:
        """Count a durable batch of `commands`; `began` and `decided` are seconds of `monotonic`."""
        now = monotonic()
        self.batches.add(commands)
        self.batch_seconds.add(now - began)
        self.commit_seconds.add(now - decided)
        if position:
            self.acknowledged, self.committed_at = position, now


class HttpMetrics:
    """Answers by route and status, and the time to their first byte, by kind.

    The route is a pattern out of our own tables, never the requested address.
    """

    def __init__(self) -> None:
        self.answers: dict[tuple[str, int], int] = {}
        self.seconds: dict[str, Histogram] = {}

    def answered(self, kind: str, route: str, status: int, seconds: float) -> None:
        answers, which = self.answers, (route, status)
        # Without `Counter`, whose handling of a missing key costs twice as much.
        answers[which] = answers.get(which, 0) + 1
        histogram = self.seconds.get(kind)
        if histogram is None:
            histogram = self.seconds[kind] = Histogram(SECONDS)
        histogram.add(seconds)


class Heartbeat:
    """The last completion of each task that must never stop."""

    TASKS = ("timer", "ledger", "heads", "look")

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._beats = dict.fromkeys(self.TASKS, now())

    def beat(self, task: str) -> None:
        """Note that a task, or a consumer of the log, has done its work without a fault."""
        self._beats[task] = self._now()

    def ages(self) -> Mapping[str, float]:
        """Seconds since each task's last beat."""
        now = self._now()
        return {task: now - self._beats[task] for task in self.TASKS}
