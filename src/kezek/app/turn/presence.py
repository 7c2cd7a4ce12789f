"""Posts with a person at their console, which a demonstration's officers leave to that person."""

from __future__ import annotations

from collections.abc import Callable

from kezek.domain.kernel.instant import MINUTE, Instant

# Long enough to read a page slowly; a console with script asks for news far more often.
STAYS_MINUTES = 5


class Presence:
    """Checkpoints at whose console somebody was seen lately; in real time, of this process only."""

    def __init__(self, real: Callable[[], Instant]) -> None:
        self._real = real
        self._seen: dict[str, Instant] = {}

    def note(self, checkpoint: str) -> None:
        """Note a request of a person at the console of a checkpoint."""
        self._seen[checkpoint] = self._real()

    def manned(self) -> frozenset[str]:
        """The checkpoints at whose console a person is."""
        since = self._real() - STAYS_MINUTES * MINUTE
        return frozenset(place for place, at in self._seen.items() if at > since)
