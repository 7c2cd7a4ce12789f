"""How often one address may ask: counted per minute of real time, over two halves that slide."""

from __future__ import annotations

from kezek.domain.kernel.instant import MINUTE, Instant

ADDRESSES_MAX = 50_000


class Rate:
    """At most `most` requests of an address in any minute, within a tenth or so.

    The minute before counts for the share of it that is still inside the last sixty seconds: two
    numbers an address instead of a list of instants.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._counts: dict[str, tuple[int, int, int]] = {}

    def allows(self, address: str, real: Instant) -> bool:
        """Count one request; whether it is within the limit."""
        minute, passed = divmod(real, MINUTE)
        began, count, before = self._counts.get(address, (minute, 0, 0))
        if began != minute:
            count, before = 0, count if began == minute - 1 else 0
            if len(self._counts) >= ADDRESSES_MAX:
                self._forget(minute)
        if count + before * (MINUTE - passed) / MINUTE >= self.most:
            return False
        self._counts[address] = (minute, count + 1, before)
        return True

    def _forget(self, minute: int) -> None:
        """Drop who was silent; if everybody speaks at once, all start anew."""
        kept = {a: c for a, c in self._counts.items() if c[0] >= minute - 1}
        self._counts = kept if len(kept) < ADDRESSES_MAX else {}
