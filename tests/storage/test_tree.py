"""The log's tree, its salts and its heads in every store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import apsw
import pytest

from kezek.app.log.audit import AuditReport, audit_export
from kezek.app.log.export import lines
from kezek.app.port import Store
from kezek.crypto.log import checkpoint_note
from kezek.crypto.log.head_signer import LogKey
from kezek.domain.log import merkle
from kezek.domain.log.head import SignedHead
from kezek.domain.log.leaf import Salt
from kezek.domain.log.merkle import leaf_hash
from kezek.domain.log.tree import CompactRange, Stretch
from kezek.storage.sqlite.store import SqliteStore
from tests.ledger.book import KEY, Book
from tests.storage.rows import save

READS = LogKey(KEY.public)


def grown(*steps: int) -> list[list[Stretch]]:
    growth = CompactRange()
    return [
        growth.add([leaf_hash(b"%d" % n) for n in range(growth.size, growth.size + step)])
        for step in steps
    ]


def test_a_tree_is_read_as_it_was_written(store: Store):
    assert store.reader.tree_size() == 0
    assert store.reader.stretches(0, 0, 256) == []
    written: list[Stretch] = []
    for stretches in grown(1, 300, 255, 256):
        save(store, stretches)
        written += stretches
    assert store.reader.tree_size() == 812
    for tier, first, past in ((0, 0, 256), (0, 256, 512), (1, 0, 256), (2, 0, 256)):
        wanted = [s for s in written if s.tier == tier and first <= s.first < past]
        assert store.reader.stretches(tier, first, past) == sorted(wanted, key=lambda s: s.first)


def test_heads_are_read_newest_first(store: Store):
    heads = [SignedHead(n, 10 * n, f"note {n}") for n in range(1, 5)]
    for head in heads:
        save(store, [head])
    assert store.reader.heads_before(2**62, 2) == [heads[3], heads[2]]
    assert store.reader.heads_before(3, 9) == [heads[1], heads[0]]
    assert store.reader.heads_before(1, 9) == []


def test_a_log_is_sealed_signed_and_proved_in_every_store(store: Store, tmp_path: Path):
    book = Book(store, tmp_path)
    book.grow(1, 600, 5)
    assert book.ledger.erase(3)
    book.grow(4)
    assert [head.size for head in store.reader.heads_before(9, 9)] == [610, 606, 601, 1]
    head = checkpoint_note.read(book.proofs.head().note, KEY.public)[1]
    for position in (1, 10, 600, 610):
        found = book.proofs.inclusion(position, 610)
        assert merkle.includes(found.leaf, position - 1, 610, found.path, head.root)
    report = AuditReport()
    audit_export([line.encode() for line in lines(book.proofs)][4:], [head], READS, report)
    assert report.findings == []
    assert (report.signed, report.hidden) == (610, 3)


def test_a_salt_can_be_erased_in_its_place(store: Store):
    save(store, [Salt(1, b"a" * 16)])
    save(store, [Salt(1, b"b" * 64)])
    assert store.reader.get(Salt, 1) == Salt(1, b"b" * 64)


LEAF = b"\xff" * 32
WRONG: dict[str, Sequence[object]] = {
    "gap": [Stretch(0, 3, LEAF)],
    "overlap": [Stretch(0, 1, LEAF)],
    "again": [Stretch(0, 0, LEAF)],
    "half a hash": [Stretch(0, 2, LEAF[:20])],
    "empty": [Stretch(0, 2, b"")],
    "changed head": [SignedHead(1, 2, "forged")],
    "head left out": [SignedHead(3, 9, "later")],
    "head of the same size": [SignedHead(2, 2, "same")],
    "head that goes back": [SignedHead(2, 1, "smaller")],
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("kind", ["file", "shared"])
def test_the_last_fence_keeps_the_tree(request: pytest.FixtureRequest, kind: str, name: str):
    store: Store = request.getfixturevalue(kind)
    save(store, [Stretch(0, 0, 2 * LEAF), SignedHead(1, 2, "note")])
    with pytest.raises(AssertionError):
        save(store, WRONG[name])
    assert store.reader.tree_size() == 2
    assert store.reader.heads_before(2**62, 9) == [SignedHead(1, 2, "note")]


@pytest.mark.parametrize("table", ["tree", "head"])
def test_nothing_sealed_is_removed(file: SqliteStore, table: str):
    save(file, [Stretch(0, 0, 2 * LEAF), SignedHead(1, 2, "note")])
    with pytest.raises(apsw.ConstraintError, match=r"never removed|append-only"):
        file._writer.execute(f"DELETE FROM {table}")


def test_the_end_of_the_tree_is_found_by_its_key(file: SqliteStore):
    for statement in (
        "SELECT first, length(hashes) FROM tree WHERE tier = 0 ORDER BY first DESC LIMIT 1",
        "SELECT * FROM tree WHERE tier = 0 AND first >= 1 AND first < 2 ORDER BY first",
    ):
        rows = file._writer.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
        assert any("SEARCH tree USING" in row[3] for row in rows)
        assert not any("TEMP B-TREE" in row[3] for row in rows)
