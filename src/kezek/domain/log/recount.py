"""The recount of a log: the tree is grown from its leaves and compared with every head on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kezek.domain.log.head import Head
from kezek.domain.log.tree import CompactRange


class Recount:
    """`agreeing` is the last head that the leaves lead to; `differing` are the other heads."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self._ahead = sorted(heads, key=lambda head: head.size, reverse=True)
        self._growth = CompactRange()
        self.agreeing: Head | None = None
        self.differing: list[Head] = []
        # All tiers above the leaves are held in memory: one hash for 256 leaves is little.
        self.tiers: dict[int, list[bytes]] = {}

    @property
    def size(self) -> int:
        return self._growth.size

    @property
    def beyond(self) -> list[Head]:
        """Heads of a larger tree than the counted one, the smallest first."""
        return self._ahead[::-1]

    def add(self, leaves: Sequence[bytes]) -> None:
        """Add the next leaves."""
        at = 0
        while at < len(leaves) or (self._ahead and self._ahead[-1].size <= self.size):
            here = self._ahead[-1].size - self.size if self._ahead else len(leaves)
            self._grow(leaves[at : at + here])
            at += here
            while self._ahead and self._ahead[-1].size == self.size:
                self._hold(self._ahead.pop())

    def _grow(self, leaves: Sequence[bytes]) -> None:
        for stretch in self._growth.add(leaves):
            if stretch.tier:
                self.tiers.setdefault(stretch.tier, []).append(stretch.hashes)

    def _hold(self, head: Head) -> None:
        if head.root == self._growth.root():
            if not self.differing:
                self.agreeing = head
        else:
            self.differing.append(head)
