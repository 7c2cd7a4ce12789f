"""The right to work under a name, where one process alone has the store open."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kezek.app.port import StillHeld


class LocalHolds:
    """The names that threads of this process hold."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: set[str] = set()

    @contextmanager
    def hold(self, name: str) -> Iterator[StillHeld | None]:
        """See `Store.hold`."""
        with self._lock:
            free = name not in self._held
            self._held.add(name)
        try:
            yield (lambda: True) if free else None
        finally:
            if free:
                with self._lock:
                    self._held.discard(name)
