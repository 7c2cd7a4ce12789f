"""The promise of the log (I9): dense, in the order of time, and sealed in a tree that its head signs."""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from kezek.app.installation.promise import Checker, Look
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.instant import Instant
from kezek.domain.log.head import SignedHead
from kezek.domain.log.tree import CompactRange, Stretch, split


class Sealed(Checker):
    """Grows the tree again from its leaves.

    `kezek verify` checks that events fit their leaves and that heads are signed, which needs the log's
    public key.
    """

    promise = "I9 log dense and sealed"

    def __init__(self) -> None:
        super().__init__()
        self.position = 0
        self._at: Instant = 0
        self._head: SignedHead | None = None
        self._growth = CompactRange()
        # The tiers above the leaves: one hash for 256 leaves is little.
        self._made: defaultdict[int, bytearray] = defaultdict(bytearray)
        self._kept: defaultdict[int, bytearray] = defaultdict(bytearray)

    @property
    def size(self) -> int:
        """How many events are sealed."""
        return self._growth.size

    @property
    def root(self) -> bytes:
        """The root over them."""
        return self._growth.root()

    def looks(self) -> Mapping[type[Any], Look]:
        return {SignedHead: self._signed, Stretch: self._stretch, Logged: self._event}

    def _signed(self, row: SignedHead) -> None:
        number, size = (self._head.number, self._head.size) if self._head else (0, 0)
        if row.number != number + 1 or row.size <= size:
            self._wrong(f"head {row.number} does not follow head {number}")
        self._head = row

    def _stretch(self, row: Stretch) -> None:
        if row.tier:
            self._kept[row.tier] += row.hashes
            return
        if row.first != self._growth.size:
            self._wrong(f"the tree's leaves {row.first + 1} and on do not follow the others")
        leaves, head = split(row.hashes), self._head
        here = head.size - self._growth.size if head else len(leaves)
        if head is not None and 0 < here <= len(leaves):
            self._grow(leaves[:here])
            if self._growth.root() != _root(head):
                self._wrong(f"the tree does not lead to head {head.number}")
            leaves = leaves[here:]
        self._grow(leaves)

    def _grow(self, leaves: list[bytes]) -> None:
        for stretch in self._growth.add(leaves):
            if stretch.tier:
                self._made[stretch.tier] += stretch.hashes

    def _event(self, row: Logged) -> None:
        if row.position != self.position + 1:
            self._wrong(f"event {row.position} follows event {self.position}")
        if row.at < self._at:
            self._wrong(f"event {row.position} is before the one that it follows")
        self.position, self._at = row.position, row.at

    def _left(self) -> Iterator[str]:
        if self._made != self._kept:
            yield "the tree's upper tiers are not those of its leaves"
        if self._head is not None and self._head.size > self.size:
            yield f"head {self._head.number} is over more events than are sealed"
        if self.size > self.position:
            yield f"{self.size} events are sealed, and there are {self.position}"


def _root(head: SignedHead) -> bytes:
    """The root in a note; empty for a text that is no note."""
    try:
        return base64.b64decode(head.note.split("\n")[2], validate=True)
    except (IndexError, binascii.Error):
        return b""
