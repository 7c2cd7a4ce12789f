"""Open live streams, counted by listener, because each holds one of the process's file descriptors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kezek.app.desk.desk import Overloaded


class Crowded(Exception):
    """A listener has its most streams, which `most` names."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class Streams:
    """At most `each_max` for one address or key, and `all_max` together."""

    def __init__(self, *, each_max: int, all_max: int) -> None:
        self.each_max, self.all_max = each_max, all_max
        self._open: dict[str, int] = {}
        self.count = 0

    def refuse_crowd(self, who: str) -> None:
        """Overloaded when there are too many streams, Crowded when too many of one."""
        if self.count >= self.all_max:
            raise Overloaded
        if self._open.get(who, 0) >= self.each_max:
            raise Crowded(self.each_max)

    @contextmanager
    def open(self, who: str) -> Iterator[None]:
        """A stream of a listener, for as long as the block lasts."""
        self.refuse_crowd(who)
        self._open[who] = self._open.get(who, 0) + 1
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]
