"""The ledger's results for verifiers: heads, proofs and leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kezek.app.log.ledger import newest, read_of
from kezek.app.port import Store
from kezek.domain.log import merkle
from kezek.domain.log.head import Cosignature, SignedHead
from kezek.domain.log.leaf import Salt, salt_of, text_of
from kezek.domain.log.tree import WIDTH, nodes, split


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The way from an event's leaf to the root of a size."""

    leaf: bytes
    path: Sequence[bytes]
    root: bytes


@dataclass(frozen=True, slots=True)
class Leaf:
    """A sealed event.  A hidden one has no salt and no text, only the signature over its erasure."""

    position: int
    hash: bytes
    number: int
    salt: bytes
    text: bytes
    erasure: bytes


class Proofs:
    """Reads committed state only; everything but `leaves` is public."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def size(self) -> int:
        """How many events are sealed."""
        return self._store.reader.tree_size()

    def head(self, number: int = 0) -> SignedHead | None:
        """A head with the lines of its witnesses, the newest for number 0."""
        reader = self._store.reader
        found = reader.get(SignedHead, number) if number else newest(reader)
        return self._witnessed(found) if found else None

    def heads(self, before: int, limit: int) -> list[SignedHead]:
        """Heads with a number below `before`, newest first."""
        return [self._witnessed(head) for head in self._store.reader.heads_before(before, limit)]

    def _witnessed(self, head: SignedHead) -> SignedHead:
        lines = self._store.reader.rows(Cosignature, head.number)
        return SignedHead(head.number, head.size, head.note + "".join(c.line for c in lines))

    def inclusion(self, position: int, size: int) -> Inclusion:
        """The proof for an event in the tree of a sealed size."""
        of = nodes(read_of(self._store.reader))
        index = position - 1
        path = merkle.inclusion(index, size, of)
        return Inclusion(of(0, index), path, merkle.root(size, of))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof for two sealed sizes."""
        return merkle.consistency(old, new, nodes(read_of(self._store.reader)))

    def leaves(self, after: int, limit: int) -> list[Leaf]:
        """Sealed events above a position, with their salts and canonical bytes."""
        reader = self._store.reader
        limit = min(limit, max(0, reader.tree_size() - after))
        events = reader.events(after, limit) if limit else []
        # From the beginning of a tile, which no stretch crosses.
        start = after - after % WIDTH
        hashes = split(read_of(reader)(0, start, after + limit))[after - start :]
        salts = reader.many(Salt, sorted({event.number for event in events}))
        made: list[Leaf] = []
        for event, leaf in zip(events, hashes, strict=True):
            salt = salts[event.number]
            if salt.erased:
                made.append(Leaf(event.position, leaf, event.number, b"", b"", salt.secret))
            else:
                told = salt_of(salt.secret, event.position)
                made.append(Leaf(event.position, leaf, event.number, told, text_of(event), b""))
        return made
