"""The ledger seals what the desk wrote, signs once a minute, and never a second history."""

from __future__ import annotations

import shutil
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from kezek.app.log.ledger import Forked
from kezek.crypto.log import checkpoint_note
from kezek.crypto.log.published import LATEST, PublishedHeads, read_published
from kezek.domain.kernel.instant import DAY, MINUTE, SECOND
from kezek.domain.log import merkle
from kezek.domain.log.head import SignedHead
from kezek.domain.log.leaf import Salt, leaf_of, salt_of, text_of
from kezek.storage.sqlite.store import SqliteStore
from tests.ledger.book import KEY, ORIGIN, OTHER_KEY, WITNESS, WITNESS_KEY, Book
from tests.memory.store import MemoryStore


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(MemoryStore(), tmp_path)


def heads(book: Book) -> list[SignedHead]:
    return list(book.store.reader.heads_before(2**62, 1000))[::-1]


def published(book: Book) -> dict[str, str]:
    return dict(read_published(book.folder / "heads"))


def test_every_event_is_sealed_and_proved(book: Book):
    book.append(600)
    assert book.minute() == 600
    head = checkpoint_note.read(heads(book)[0].note, KEY.public)[1]
    assert (head.number, head.size) == (1, 600)
    for event in book.store.reader.events(0, 600)[::37]:
        secret = book.store.reader.get(Salt, event.number).secret
        leaf = leaf_of(salt_of(secret, event.position), text_of(event))
        proof = book.proofs.inclusion(event.position, 600)
        assert proof.leaf == leaf
        assert proof.root == head.root
        assert merkle.includes(leaf, event.position - 1, 600, proof.path, head.root)


def test_a_head_a_minute_while_the_log_grows(book: Book):
    book.append(3)
    book.ledger.tick()
    for _ in range(59):
        book.real += SECOND
        book.append(1)
        assert book.ledger.tick() == 1
    assert [h.size for h in heads(book)] == [3]
    book.real += SECOND
    book.ledger.tick()
    assert [h.size for h in heads(book)] == [3, 62]
    book.minute()
    book.minute()
    assert len(heads(book)) == 2, "no head without growth"
    book.append(1)
    book.ledger.tick(last=True)
    assert [h.size for h in heads(book)] == [3, 62, 63]


def test_any_two_heads_are_consistent(book: Book):
    book.grow(1, 2, 300, 7, 256)
    known = [checkpoint_note.read(h.note, KEY.public)[1] for h in heads(book)]
    for old in known:
        for new in known:
            if old.size <= new.size:
                path = book.proofs.consistency(old.size, new.size)
                roots = {"old_root": old.root, "new_root": new.root}
                assert merkle.consistent(old.size, new.size, path, **roots)


def test_heads_never_go_back_even_when_the_clock_does(book: Book):
    book.grow(5, 5)
    book.real -= DAY
    book.append(5)
    book.ledger.tick()
    book.grow(5)
    known = [checkpoint_note.read(h.note, KEY.public)[1] for h in heads(book)]
    assert [h.size for h in known] == [5, 10, 15, 20]
    assert [h.at for h in known] == sorted(h.at for h in known)


def test_the_log_keeps_its_name(book: Book):
    book.grow(5)
    book.ledger._issuer = "moved.example"
    book.grow(5)
    assert {checkpoint_note.read(h.note, KEY.public)[0] for h in heads(book)} == {ORIGIN}


def test_heads_are_published_as_they_were_signed(book: Book):
    book.grow(5, 5)
    notes = published(book)
    assert notes.pop(LATEST) == heads(book)[-1].note
    assert list(notes.values()) == [h.note for h in heads(book)]
    assert (book.folder / "heads" / "log.pem").read_bytes() == KEY.public.pem()


def test_what_a_kill_left_out_is_published_later(book: Book):
    book.grow(5)
    before = published(book)
    book.grow(5, 5)
    for name in published(book).keys() - before.keys():
        (book.folder / "heads" / name).unlink()
    book.restart()
    book.grow(5)
    assert len(published(book)) == 5, "four heads and the latest"


def test_a_full_disk_delays_the_files_and_loses_none(book: Book, monkeypatch: pytest.MonkeyPatch):
    book.grow(5)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(book.ledger._shelf, "put", full)
    with pytest.raises(OSError, match="No space"):
        book.grow(5)
    monkeypatch.undo()
    book.grow(5)
    assert [h.size for h in heads(book)] == [5, 10, 15]
    assert len(published(book)) == 4


def test_a_head_that_another_process_could_not_lay_out_is_laid_out(
    book: Book, monkeypatch: pytest.MonkeyPatch
):
    """It was killed between the database and the folder, and this one has trusted both since long."""
    book.grow(5)
    other = Book(book.store, book.folder, real=book.real)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(PublishedHeads, "put", killed)
    other.append(5)
    with pytest.raises(KeyboardInterrupt):
        other.minute()
    monkeypatch.undo()
    book.real = other.real
    book.minute()
    assert len(published(book)) == 3, "an idle minute is enough: two heads and the latest"
    book.grow(5)
    assert [h.size for h in heads(book)] == [5, 10, 15]
    assert len(published(book)) == 4


@pytest.mark.parametrize(
    ("step", "sealed"), [("_secrets", False), ("_notary.sign", True)], ids=["sealing", "signing"]
)
def test_the_last_head_has_everything_though_another_process_was_quicker(
    book: Book, monkeypatch: pytest.MonkeyPatch, step: str, sealed: bool
):
    """It seals and signs less than there is, between this one's look and its write."""
    other = Book(book.store, book.folder, real=book.real)
    *path, name = step.split(".")
    owner = attrgetter(".".join(["ledger", *path]))(book)
    look = getattr(owner, name)
    once = iter([1])

    def overtaken(*what: Any) -> Any:
        found = look(*what)
        for more in once:
            other.ledger.tick()
            other.append(more)
            if sealed:
                other.ledger.seal()
        return found

    monkeypatch.setattr(owner, name, overtaken)
    book.append(5)
    book.ledger.tick(last=True)
    reader = book.store.reader
    assert heads(book)[-1].size == reader.tree_size() == reader.last_position() == 6


def test_a_database_that_was_rolled_back_gets_no_new_head(tmp_path: Path):
    store = SqliteStore(str(tmp_path / "kezek.db"))
    book = Book(store, tmp_path)
    book.grow(5)
    store.close()
    shutil.copy(tmp_path / "kezek.db", tmp_path / "old.db")
    book.store = SqliteStore(str(tmp_path / "kezek.db"))
    book.restart()
    book.grow(5)
    book.store.close()
    book.store = SqliteStore(str(tmp_path / "old.db"))
    book.restart()
    book.append(9)
    with pytest.raises(Forked, match="rolled back"):
        book.minute()
    assert book.store.reader.tree_size() == 14, "sealing goes on, signing does not"
    assert [h.size for h in heads(book)] == [5]
    with pytest.raises(Forked):
        book.minute()
    book.store.close()


def test_a_database_that_goes_back_under_a_running_server_gets_no_new_head(tmp_path: Path):
    """As a failover does to a standby that had not got the newest rows."""
    store = MemoryStore()
    book = Book(store, tmp_path)
    book.grow(5)
    content = store._content
    tables = {kind: dict(rows) for kind, rows in content.tables.items()}
    log = list(content.log)
    book.grow(5)
    shown = published(book)
    content.tables, content.log = tables, log
    book.append(6)
    with pytest.raises(Forked, match="rolled back"):
        book.minute()
    assert published(book) == shown, "what was published stays as it is"


def test_another_key_does_not_go_on(book: Book):
    book.grow(5)
    book.key = OTHER_KEY
    book.restart()
    with pytest.raises(Forked, match="another key"):
        book.grow(5)
    book.ledger.look()
    assert book.ledger.behind is None, "the head out there is known: no number is withheld"
    assert book.ledger.lost() is None


def test_two_processes_seal_and_sign_once(tmp_path: Path):
    store = MemoryStore()
    one, two = Book(store, tmp_path / "a"), Book(store, tmp_path / "b", seed=2)
    for count in (5, 300, 1):
        one.append(count)
        assert one.minute() + two.minute() == count
    one.append(5)
    # Both have read before either writes.
    reader = store.reader
    size = reader.tree_size()
    assert one.ledger.tick() == 5
    store._reader = Behind(reader, size)
    assert two.ledger.tick() == 0
    store._reader = reader
    assert store.reader.tree_size() == 311
    one.grow(1)
    two.minute()
    assert [h.number for h in heads(one)] == [1, 2, 3, 4]


class Behind:
    """A reader that still sees a smaller tree."""

    def __init__(self, reader: object, size: int) -> None:
        self._reader, self._size = reader, size

    def __getattr__(self, name: str) -> object:
        return getattr(self._reader, name)

    def tree_size(self) -> int:
        return self._size


def test_an_erased_salt_hides_and_changes_nothing_else(book: Book):
    book.grow(30)
    before = {n: book.proofs.inclusion(n, 30) for n in range(1, 31)}
    assert book.ledger.erase(3)
    assert book.ledger.erase(3), "again is the same"
    assert not book.ledger.erase(0), "what concerns nobody is not hidden"
    assert not book.ledger.erase(999)
    assert {n: book.proofs.inclusion(n, 30) for n in range(1, 31)} == before
    hidden = [leaf.position for leaf in book.proofs.leaves(0, 30) if leaf.erasure]
    assert hidden == [9, 10, 11]
    assert all(leaf.text == leaf.salt == b"" for leaf in book.proofs.leaves(8, 3))


def test_what_comes_after_an_erasure_is_hidden_too(book: Book):
    book.append(10)
    book.minute()
    assert book.ledger.erase(3)
    book.append(1)
    book.minute()
    assert book.proofs.leaves(10, 1)[0].erasure
    assert book.store.reader.get(Salt, 3).erased


def test_witnesses_are_kept_and_served(book: Book):
    book.grow(5, 5)
    note = heads(book)[0].note
    text = checkpoint_note.parts(note)[0]
    line = checkpoint_note.cosign(text, WITNESS.name, WITNESS_KEY, book.real)
    stranger = checkpoint_note.cosign(text, "stranger.example", OTHER_KEY, book.real)
    false = checkpoint_note.cosign(text, WITNESS.name, OTHER_KEY, book.real)
    assert book.ledger.cosign(note) == 0
    assert book.ledger.cosign(note + stranger) == 0
    assert book.ledger.cosign(note + false) == 0
    assert book.ledger.cosign("no note") == 0
    forged = checkpoint_note.sign(ORIGIN, checkpoint_note.read(note, KEY.public)[1], OTHER_KEY)
    assert book.ledger.cosign(forged + line) == 0
    assert book.ledger.cosign(note + stranger + line) == 1
    assert book.ledger.cosign(note + line) == 1
    served = book.proofs.head(1)
    assert served.note == note + line
    assert book.proofs.heads(9, 9)[1] == served
    assert book.proofs.head().note == heads(book)[1].note
    assert book.ledger.cosign(note.replace("head 1 ", "head 9 ") + line) == 0


def test_a_large_backlog_is_sealed_piece_by_piece(book: Book, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kezek.app.log.ledger.PIECE", 100)
    book.append(250)
    assert [book.ledger.tick() for _ in range(4)] == [100, 100, 50, 0]
    book.append(250)
    assert book.ledger.seal() == 250
    book.real += MINUTE
    book.ledger.tick()
    assert [h.size for h in heads(book)] == [100, 500]
