"""Clocks: the machine's own, and a demonstration's that starts elsewhere and runs faster."""

from __future__ import annotations

import time

from kezek.domain.kernel.instant import Instant, Moment


def real_now() -> Instant:
    """The machine's time in milliseconds UTC."""
    return time.time_ns() // 1_000_000


class WallClock:
    """Domain time is real time."""

    factor = 1

    def now(self) -> Moment:
        """Both times; the log itself never runs backwards, see `desk/batch.py`."""
        at = real_now()
        return Moment(at, at)


class DemoClock:
    """Domain time starts at a given instant and runs `factor` times as fast as real time.

    It counts on the machine's monotonic clock, so that setting the machine's time moves nothing.
    """

    def __init__(self, start: Instant, factor: int) -> None:
        self.start, self.factor = start, factor
        self._began = time.monotonic_ns()

    def now(self) -> Moment:
        """Both times: undo, sessions and rate limits go by the real one."""
        passed = (time.monotonic_ns() - self._began) // 1_000_000
        return Moment(self.start + passed * self.factor, real_now())
