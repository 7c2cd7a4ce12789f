"""Merkle trees after RFC 6962 and RFC 9162: roots, proofs, and the checking of proofs.

A tree is given by its complete subtrees: `Nodes` returns the hash of the index-th subtree of a level,
which covers 2**level leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import TypeAlias

Nodes: TypeAlias = Callable[[int, int], bytes]

HASH_BYTES = 32
EMPTY = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf.  Its first byte differs from a node's, so neither passes for the other."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def fold(row: Sequence[bytes]) -> bytes:
    """The root over a power of two of neighbouring hashes."""
    assert row, "nothing to fold"
    assert len(row) & (len(row) - 1) == 0, "only complete subtrees are folded"
    while len(row) > 1:
        each = iter(row)
        row = [
            sha256(b"\x01" + left + right).digest() for left, right in zip(each, each, strict=True)
        ]
    return row[0]


def joined(peaks: Sequence[bytes]) -> bytes:
    """The root over neighbouring complete subtrees, the largest first."""
    if not peaks:
        return EMPTY
    *rest, made = peaks
    for peak in reversed(rest):
        made = node_hash(peak, made)
    return made


def subtrees(first: int, past: int) -> Iterator[tuple[int, int]]:
    """Level and index of the complete subtrees that form a range of leaves, from the left."""
    while first < past:
        level = (past - first).bit_length() - 1
        yield level, first >> level
        first += 1 << level


def root(size: int, nodes: Nodes) -> bytes:
    """The root of the tree's first `size` leaves."""
    return _range(0, size, nodes)


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The hashes from a leaf, counted from 0, up to the root of the tree of a size."""
    assert 0 <= index < size, "the leaf is in the tree"
    path: list[bytes] = []
    first, past = 0, size
    while past - first > 1:
        middle = first + _split(past - first)
        if index < middle:
            path.append(_range(middle, past, nodes))
            past = middle
        else:
            path.append(_range(first, middle, nodes))
            first = middle
    return path[::-1]


def consistency(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """The hashes that show that the tree of size `new` begins with the tree of size `old`."""
    assert 0 <= old <= new, "a tree only grows"
    if old == 0:
        return []
    path: list[bytes] = []
    first, past = 0, new
    while old < past:
        middle = first + _split(past - first)
        if old <= middle:
            path.append(_range(middle, past, nodes))
            past = middle
        else:
            path.append(_range(first, middle, nodes))
            first = middle
    if first:
        path.append(_range(first, past, nodes))
    return path[::-1]


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path leads from a leaf to a root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, made = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            made = node_hash(sibling, made)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            made = node_hash(made, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and made == root


def consistent(
    old: int, new: int, path: Sequence[bytes], *, old_root: bytes, new_root: bytes
) -> bool:
    """Whether a path shows that one tree begins with the other (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        same = old_root == (EMPTY if old == 0 else new_root)
        return same and not path
    whole = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not whole:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = whole[0]
    for sibling in whole[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)


def _range(first: int, past: int, nodes: Nodes) -> bytes:
    return joined([nodes(level, index) for level, index in subtrees(first, past)])
