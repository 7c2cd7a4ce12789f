"""Events of all processes, announced in this one once each and in the order of the log.

The desk reports the events that it committed, the store those that it reads from the log; either may be
first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from kezek.app.port import Store
from kezek.domain.kernel.event import Logged

AT_ONCE_MAX = 1_000


class EventRelay:
    """Orders reported events and announces each once."""

    def __init__(
        self, store: Store, announce: Callable[[Sequence[Logged]], None], position: int
    ) -> None:
        self._store, self._announce = store, announce
        self._position = position
        self._lock = threading.Lock()

    def tell(self, events: Sequence[Logged]) -> None:
        """Announce the new ones of these events, after earlier ones of other processes."""
        with self._lock:
            while events and events[0].position > self._position + 1:
                missed = self._store.reader.events(self._position, AT_ONCE_MAX)
                self._pass_on([e for e in missed if e.position < events[0].position])
            self._pass_on([e for e in events if e.position > self._position])

    def _pass_on(self, events: Sequence[Logged]) -> None:
        if events:
            self._announce(events)
            self._position = events[-1].position
