"""The domain time of every reader: the clock's, but never earlier than the end of the log."""

from __future__ import annotations

import logging

from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.port import Clock
from kezek.domain.kernel.instant import MINUTE, Instant, Moment

log = logging.getLogger("kezek.time")

BEHIND_MAX = 2 * MINUTE


class LogTime:
    """One time for pages and the desk.  Without it, a clock that was set back would show pages from
    before the log's end, while the desk decides by the log's time (`desk/batch.py`).  `behind` is the
    clock's last lag behind the log, in milliseconds.
    """

    def __init__(self, clock: Clock, watch: ChangeFeed) -> None:
        self._clock, self._watch = clock, watch
        self._warned = False
        self.behind: Instant = 0

    def now(self) -> Moment:
        """Both times; a lag of minutes is written to the server's log once."""
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
