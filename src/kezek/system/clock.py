"""Clocks: the machine's own, and a demonstration's that starts elsewhere and runs faster."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from kezek.domain.kernel.instant import MINUTE, SECOND, Instant, Moment

log = logging.getLogger("kezek.clock")

# Corrections of the machine's time up to this are believed.
FOLLOWED_MAX = 2 * MINUTE


def real_now() -> Instant:
    """The machine's time in milliseconds UTC."""
    return time.time_ns() // 1_000_000


def steady_now() -> Instant:
    """Milliseconds since the machine started, sleep included; setting the time moves nothing."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class WallClock:
    """Domain time is real time, as far as the machine's time can be believed.

    What is decided stands for ever, so one tick of a clock that jumped to tomorrow would end every
    booking of today.  Small corrections are followed; a jump is not: time then goes on by the machine's
    steady count until the machine's time agrees again, or the server is started anew.  `doubt` is by how
    much the machine's time differs meanwhile, in milliseconds.
    """

    factor = 1

    def __init__(
        self,
        wall: Callable[[], Instant] = real_now,
        steady: Callable[[], Instant] = steady_now,
    ) -> None:
        self._wall, self._steady = wall, steady
        self._ahead = wall() - steady()
        self._jumped = False
        self.doubt: Instant = 0

    def now(self) -> Moment:
        """Both times; the log itself never runs backwards, see `desk/batch.py`."""
        steady = self._steady()
        ahead = self._wall() - steady
        jump = ahead - self._ahead
        if abs(jump) <= FOLLOWED_MAX:
            self._ahead, self._jumped, self.doubt = ahead, False, 0
        else:
            self.doubt = abs(jump)
            if not self._jumped:
                self._jumped = True
                log.error(
                    "the machine's time jumped by %d s: the server goes on by its own count; put the "
                    "clock right, or start the server anew if the new time is the right one",
                    jump // SECOND,
                )
        at = steady + self._ahead
        return Moment(at, at)


class DemoClock:
    """Domain time starts at a given instant and runs `factor` times as fast as real time.

    It counts on the machine's monotonic clock, so that setting the machine's time moves nothing.
    """

    doubt: Instant = 0

    def __init__(self, start: Instant, factor: int) -> None:
        self.start, self.factor = start, factor
        self._began = time.monotonic_ns()

    def now(self) -> Moment:
        """Both times: undo, sessions and rate limits go by the real one."""
        passed = (time.monotonic_ns() - self._began) // 1_000_000
        return Moment(self.start + passed * self.factor, real_now())
