"""The tree against the vectors of Certificate Transparency and against the RFC's own recursion."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kezek.domain.log import merkle
from kezek.domain.log.head import Head
from kezek.domain.log.recount import Recount
from kezek.domain.log.tree import CompactRange, nodes

# The eight leaves and roots that every implementation of RFC 6962 is tried with.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# Leaf counted from 1, size, path.
INCLUSION = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (3, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        2,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = largest_power_below(len(leaves))
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def largest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def made(count: int) -> list[bytes]:
    return [merkle.leaf_hash(n.to_bytes(4, "big")) for n in range(count)]


class Kept:
    """A tree kept as its stretches, as a store keeps it."""

    def __init__(self) -> None:
        self.tiers: dict[int, bytes] = {}
        self.growth = CompactRange()

    def add(self, leaves: list[bytes]) -> None:
        for stretch in self.growth.add(leaves):
            row = self.tiers.setdefault(stretch.tier, b"")
            assert len(row) == stretch.first * 32, "nothing is left out and nothing overwritten"
            assert stretch.first // 256 == (stretch.past - 1) // 256, "no stretch leaves its tile"
            self.tiers[stretch.tier] = row + stretch.hashes

    def read(self, tier: int, first: int, past: int) -> bytes:
        return self.tiers.get(tier, b"")[first * 32 : past * 32]


def kept(leaves: list[bytes]) -> Kept:
    tree = Kept()
    tree.add(leaves)
    return tree


LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
VECTORS = nodes(kept(LEAVES).read)


def test_the_roots_of_the_vectors():
    assert merkle.root(0, VECTORS) == merkle.EMPTY == CompactRange().root()
    for size, root in enumerate(ROOTS, 1):
        assert merkle.root(size, VECTORS).hex() == root


@pytest.mark.parametrize(("leaf", "size", "path"), INCLUSION)
def test_the_inclusion_paths_of_the_vectors(leaf: int, size: int, path: list[str]):
    found = merkle.inclusion(leaf - 1, size, VECTORS)
    assert [one.hex() for one in found] == path
    root = bytes.fromhex(ROOTS[size - 1])
    assert merkle.includes(LEAVES[leaf - 1], leaf - 1, size, found, root)


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_the_consistency_paths_of_the_vectors(old: int, new: int, path: list[str]):
    found = merkle.consistency(old, new, VECTORS)
    assert [one.hex() for one in found] == path
    before, after = (bytes.fromhex(ROOTS[size - 1]) for size in (old, new))
    assert merkle.consistent(old, new, found, old_root=before, new_root=after)


sizes = st.integers(1, 700)
# The naive tree is slow, and a machine under load slower.
unhurried = settings(deadline=None)


@unhurried
@given(st.data(), sizes)
def test_inclusion_is_the_rfcs_and_holds_for_nothing_else(data: st.DataObject, size: int):
    leaves = made(size)
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(index, size, nodes(kept(leaves).read))
    root = naive_root(leaves)
    assert path == naive_path(index, leaves)
    assert merkle.includes(leaves[index], index, size, path, root)
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        assert not merkle.includes(leaves[other], index, size, path, root)
        assert not merkle.includes(leaves[index], other, size, path, root)
    assert not merkle.includes(leaves[index], index, size, [*path, root], root)
    assert not merkle.includes(leaves[index], size, size, path, root)
    for at in range(len(path)):
        assert not merkle.includes(leaves[index], index, size, path[:at] + path[at + 1 :], root)


@unhurried
@given(st.data(), sizes)
def test_consistency_is_the_rfcs_and_holds_for_nothing_else(data: st.DataObject, new: int):
    old = data.draw(st.integers(1, new))
    leaves = made(new)
    path = merkle.consistency(old, new, nodes(kept(leaves).read))
    assert path == naive_subproof(old, leaves)
    roots = {"old_root": naive_root(leaves[:old]), "new_root": naive_root(leaves)}
    assert merkle.consistent(old, new, path, **roots)
    assert not merkle.consistent(old, new, [*path, merkle.EMPTY], **roots)
    if old < new:
        forged = [*leaves]
        forged[data.draw(st.integers(0, old - 1))] = merkle.leaf_hash(b"forged")
        fork = nodes(kept(forged).read)
        told = merkle.consistency(old, new, fork)
        roots["new_root"] = naive_root(forged)
        assert not merkle.consistent(old, new, told, **roots)
        assert not merkle.consistent(old, new, path, **roots)
        assert not merkle.consistent(old, new, [], **roots)


def test_every_tree_begins_with_the_empty_one():
    assert merkle.consistency(0, 5, VECTORS) == []
    root = bytes.fromhex(ROOTS[4])
    assert merkle.consistent(0, 5, [], old_root=merkle.EMPTY, new_root=root)
    assert not merkle.consistent(0, 5, [], old_root=root, new_root=root)
    assert not merkle.consistent(5, 0, [], old_root=root, new_root=merkle.EMPTY)
    assert not merkle.consistent(5, 5, [], old_root=root, new_root=merkle.EMPTY)


@unhurried
@given(st.lists(st.integers(0, 600), max_size=8))
def test_a_tree_grows_the_same_whatever_the_steps(steps: list[int]):
    leaves = made(sum(steps))
    tree, at = Kept(), 0
    for step in steps:
        # As after a restart: only what is kept is known.
        tree.growth = CompactRange.of(at, tree.read)
        tree.add(leaves[at : at + step])
        at += step
        assert tree.growth.size == at
        assert tree.growth.root() == merkle.root(at, nodes(tree.read)) == naive_root(leaves[:at])
    assert tree.tiers == kept(leaves).tiers


def test_a_tree_of_three_tiers():
    leaves = made(256 * 256 + 300)
    tree = kept(leaves)
    assert sorted(tree.tiers) == [0, 1, 2]
    of = nodes(tree.read)
    root = merkle.root(len(leaves), of)
    assert root == naive_root(leaves) == CompactRange.of(len(leaves), tree.read).root()
    for index in (0, 255, 256, 65_535, 65_536, len(leaves) - 1):
        path = merkle.inclusion(index, len(leaves), of)
        assert merkle.includes(leaves[index], index, len(leaves), path, root)


@unhurried
@given(st.data())
def test_a_recount_meets_every_head(data: st.DataObject):
    leaves = made(data.draw(st.integers(1, 600)))
    at = sorted(data.draw(st.sets(st.integers(0, 700), max_size=6)))
    heads = [Head(n, size, naive_root(leaves[:size]), 0) for n, size in enumerate(at, 1)]
    recount, first = Recount(heads), 0
    while first < len(leaves):
        step = data.draw(st.integers(1, 400))
        recount.add(leaves[first : first + step])
        first += step
    within = [head for head in heads if head.size <= len(leaves)]
    assert not recount.differing
    assert recount.agreeing == (within[-1] if within else None)
    assert [head.size for head in recount.beyond] == [size for size in at if size > len(leaves)]
    assert recount.size == len(leaves)


def test_a_recount_names_the_heads_that_differ():
    leaves = made(300)
    heads = [Head(n, size, naive_root(leaves[:size]), 0) for n, size in enumerate((5, 6, 290), 1)]
    leaves[5] = merkle.leaf_hash(b"forged")
    recount = Recount(heads)
    recount.add(leaves)
    assert recount.agreeing == heads[0]
    assert recount.differing == heads[1:]
