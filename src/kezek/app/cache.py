"""Values kept in memory, until there are too many: then the oldest go."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class BoundedCache(Generic[T]):
    """Values by key, each with the state of the world for which it holds.

    The maker of a value reads the state first, so that news in between invalidate the value.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Hashable, tuple[object, T]] = {}
        self._keeping = threading.Lock()

    def find(self, key: Hashable, state: object) -> T | None:
        """The value, if it was kept for this very state."""
        found = self._values.get(key)
        return found[1] if found is not None and found[0] == state else None

    def state_of(self, key: Hashable) -> object:
        """The state for which a value is kept, None where none is."""
        found = self._values.get(key)
        return found[0] if found is not None else None

    def keep(self, key: Hashable, state: object, value: T) -> T:
        """Keep a value, in the place of the one kept for an older state."""
        with self._keeping:
            if key not in self._values and len(self._values) >= self._most:
                # Dictionaries remember the order of arrival: the first key is the oldest.
                del self._values[next(iter(self._values))]
            self._values[key] = (state, value)
        return value
