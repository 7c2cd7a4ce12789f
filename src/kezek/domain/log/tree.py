"""The stored form of the log's tree: tiers of hashes in tiles of 256.

Tier 0 holds the leaves.  Each full tile of 256 hashes has one root, which is a hash of the tier above.
The levels between are computed when they are needed.  So a leaf costs its own 32 bytes, a written hash
never changes, and a proof reads one tile of each tier: three for ten million events.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from kezek.domain.kernel.value import value
from kezek.domain.log import merkle
from kezek.domain.log.merkle import HASH_BYTES, Nodes

DEPTH = 8
WIDTH = 1 << DEPTH

# (tier, first, past) → the stored hashes of that range, concatenated.
Read: TypeAlias = Callable[[int, int, int], bytes]


@value(frozen=True, slots=True)
class Stretch:
    """Neighbouring hashes of one tier that were written together, within one tile."""

    tier: int
    first: int
    hashes: bytes

    @property
    def key(self) -> tuple[int, int]:
        return self.tier, self.first

    @property
    def past(self) -> int:
        return self.first + len(self.hashes) // HASH_BYTES


def split(hashes: bytes) -> list[bytes]:
    """Concatenated hashes, split into single ones."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


class CompactRange:
    """The growing end of a tree: the open tile of every tier."""

    def __init__(self) -> None:
        self.size = 0
        self._open: list[list[bytes]] = [[]]
        self._counts = [0]
        self._peaks: dict[int, list[bytes]] = {}

    @classmethod
    def of(cls, size: int, read: Read) -> CompactRange:
        """The growing end of a stored tree."""
        made = cls()
        made.size, made._open, made._counts = size, [], []
        count = size
        while count or not made._open:
            row = split(read(len(made._open), count - count % WIDTH, count))
            assert len(row) == count % WIDTH, "the tree is kept whole"
            made._open.append(row)
            made._counts.append(count)
            count //= WIDTH
        return made

    def add(self, leaves: Sequence[bytes]) -> list[Stretch]:
        """Add leaves; the stretches that must be written for them."""
        written: list[Stretch] = []
        at = 0
        while at < len(leaves):
            room = WIDTH - len(self._open[0])
            self._extend(0, leaves[at : at + room], written)
            at += room
        self.size += len(leaves)
        return written

    def _extend(self, tier: int, hashes: Sequence[bytes], written: list[Stretch]) -> None:
        if tier == len(self._open):
            self._open.append([])
            self._counts.append(0)
        row = self._open[tier]
        written.append(Stretch(tier, self._counts[tier], b"".join(hashes)))
        row += hashes
        self._counts[tier] += len(hashes)
        self._peaks.pop(tier, None)
        if len(row) == WIDTH:
            self._open[tier] = []
            self._extend(tier + 1, [merkle.fold(row)], written)

    def root(self) -> bytes:
        """The root of all leaves added so far."""
        tiers = reversed(range(len(self._open)))
        return merkle.joined([peak for tier in tiers for peak in self._peaks_of(tier)])

    def _peaks_of(self, tier: int) -> list[bytes]:
        """The complete subtrees of an open tile; the upper tiers change seldom and are cached."""
        kept = self._peaks.get(tier)
        if kept is None:
            row = self._open[tier]
            parts = merkle.subtrees(0, len(row))
            places = [(index << level, (index + 1) << level) for level, index in parts]
            kept = self._peaks[tier] = [merkle.fold(row[first:past]) for first, past in places]
        return kept


def nodes(read: Read) -> Nodes:
    """The complete subtrees of a stored tree; each tile is read once."""
    tiles: dict[tuple[int, int], list[bytes]] = {}

    def node(level: int, index: int) -> bytes:
        tier, inner = divmod(level, DEPTH)
        first = index << inner
        start = first - first % WIDTH
        tile = tiles.get((tier, start))
        if tile is None:
            tile = tiles[tier, start] = split(read(tier, start, start + WIDTH))
        row = tile[first - start : first - start + (1 << inner)]
        assert len(row) == 1 << inner, "only complete subtrees are asked for"
        return merkle.fold(row)

    return node
