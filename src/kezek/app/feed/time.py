"""Domain time as everybody sees it: the clock's, but never earlier than the end of the log."""

from __future__ import annotations

import logging

from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.port import Clock
from kezek.domain.kernel.instant import MINUTE, Instant, Moment

log = logging.getLogger("kezek.time")

BEHIND_MAX = 2 * MINUTE


class LogTime:
    """A clock that was set back would show pages of a past in which the log's end has not happened,
    while the desk decides by the log's time (`desk/batch.py`).  One time for both.  `behind` is how far
    the clock was behind the log when it was last asked, in milliseconds.
    """

    def __init__(self, clock: Clock, watch: ChangeFeed) -> None:
        self._clock, self._watch = clock, watch
        self._warned = False
        self.behind: Instant = 0

    def now(self) -> Moment:
        """Both times; the log hears once when the clock is minutes behind it."""
        now, last = self._clock.now(), self._watch.at
        self.behind = max(0, last - now.at)
        if now.at >= last:
            self._warned = False
            return now
        if last - now.at > BEHIND_MAX and not self._warned:
            self._warned = True
            seconds = (last - now.at) // 1_000
            log.warning("the clock is %d s behind the log: set the machine's clock", seconds)
        return Moment(last, now.real)
