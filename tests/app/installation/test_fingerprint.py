"""Every promise has a checker that speaks up, and a fingerprint sees every change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kezek.app.installation.copy import Differs, copy
from kezek.app.installation.fingerprint import differences
from kezek.app.installation.snapshot import Setting, Unwatched
from kezek.app.port import Session
from kezek.domain.account.account import Account, Login
from kezek.domain.booking.booking import Booking, Claim, Driver, Particulars
from kezek.domain.booking.change import Cancel
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Counter
from kezek.domain.log.head import SignedHead
from kezek.domain.log.leaf import Salt
from kezek.domain.log.tree import Stretch
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Day, Slot
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from tests.app.installation.fingerprints import fingerprint
from tests.ledger.book import Book
from tests.memory.store import Content, MemoryFilling, MemoryStore
from tests.storage.rows import booking
from tests.world import PEOPLE, A, World

OFFICER = PEOPLE["officer"]


@pytest.fixture
def store(tmp_path: Path) -> MemoryStore:
    """Trucks at every step: 1 has crossed, 2 is at the gate, 3 out of turn, 4 waits, 5 is to come,
    6 has cancelled, 7 walked in; the log is sealed under two heads.
    """
    world = World()
    start = world.window(A, hour=10)
    for n in range(1, 7):
        world.book(n, start=start)
    world.until(start)
    book = Book(world.store, tmp_path, real=world.now.real)
    for n in range(1, 5):
        world.done(Arrive("", OFFICER, n))
    world.done(Cancel("", PEOPLE["carrier"], 6, 3_600_000))
    for n in (1, 2):
        world.done(Call("", OFFICER, A))
        world.done(Admit("", OFFICER, n))
    world.done(Cross("", OFFICER, 1))
    book.minute()
    world.done(Call("", OFFICER, A, 4, "medical"))
    world.walk_in(7)
    book.minute()
    world.store.set_setting("log_origin", "queue.example")
    return world.store


def test_every_promise_holds_in_a_day_of_the_queue(store: MemoryStore):
    found = fingerprint(store)
    assert found.broken == []
    assert all(verdict.seen for verdict in found.promises)
    assert found.position == found.size == len(store.reader.log)
    assert found.rows == sum(table.count for table in found.tables.values())


def put(row: object) -> Callable[[Content], None]:
    return lambda content: content.table(type(row)).__setitem__(row.key, row)


def change(kind: type, key: object, **changes: object) -> Callable[[Content], None]:
    def changed(content: Content) -> None:
        content.table(kind)[key] = replace(content.table(kind)[key], **changes)

    return changed


def drop(kind: type, *keys: object) -> Callable[[Content], None]:
    return lambda content: [content.table(kind).pop(key) for key in keys] and None


def first(kind: type, **changes: object) -> Callable[[Content], None]:
    """A change of a table's first row."""

    def changed(content: Content) -> None:
        key = min(content.table(kind))
        change(kind, key, **changes)(content)

    return changed


def slot(**changes: object) -> Callable[[Content], None]:
    """A change of the window that everybody has booked."""

    def changed(content: Content) -> None:
        key = (A, content.table(Booking)[1].start)
        change(Slot, key, **changes)(content)

    return changed


def gone(content: Content) -> None:
    del content.table(Slot)[A, content.table(Booking)[5].start]


def logged(position: int, **changes: object) -> Callable[[Content], None]:
    def changed(content: Content) -> None:
        content.log[position - 1] = replace(content.log[position - 1], **changes)

    return changed


def unfounded(content: Content) -> None:
    (at,) = (e.position for e in content.log if e.kind == "called_out_of_turn")
    logged(at, body='{"cause":""}')(content)


def answered(content: Content) -> None:
    digest, answer = next(iter(content.answers.items()))
    content.answers[digest] = replace(answer, outcome=b"")


ROW = booking(1)
# Where the store's first booking stands in its log.
CONFIRMED = 17
BREAKS: list[tuple[str, Callable[[Content], None]]] = [
    ("I2", slot(taken=99)),
    ("I2", slot(taken=3)),
    ("I2", slot(protected=-1)),
    ("I2", slot(protected=0)),
    ("I2", first(Day, taken={"in_turn": -1})),
    ("I2", first(Day, kept=10_000)),
    ("I2", first(Day, reserved={"kept": 10_000})),
    ("I2", first(Day, protected={"ordinary": 10_000})),
    ("I2", first(Day, taken={"in_turn": 10_000})),
    ("I2", put(Return(6, A, 0, "in_turn", 0))),
    ("I3", drop(Claim, ("kz", "plate", "KZ TST00005"))),
    ("I3", drop(Claim, ("kz", "vin", "TESTTRUCK00000005"))),
    ("I3", put(Claim("kz", "plate", "KZ TST00001", 1))),
    ("I3", put(Claim("kz", "plate", "KZ TST00099", 5))),
    ("I3", put(Claim("kg", "plate", "KZ TST00005", 5))),
    ("I3", change(Particulars, 5, plate="TST00004")),
    ("I4", change(Booking, 2, arrived_at=None)),
    ("I4", change(Booking, 2, admitted_at=1)),
    ("I4", change(Booking, 4, call_until=None)),
    ("I4", change(Booking, 4, exception_cause="")),
    ("I4", unfounded),
    ("I6", answered),
    ("I9", lambda content: content.log.pop(3) and None),
    ("I9", logged(9, at=0)),
    ("I9", lambda content: content.log.pop() and None),
    ("I9", first(Stretch, hashes=bytes(32))),
    ("I9", drop(Stretch, (0, 0))),
    ("I9", drop(SignedHead, 1)),
    ("I9", change(SignedHead, 2, size=10_000)),
    ("I9", change(SignedHead, 2, note="nothing")),
    ("I12", change(Booking, 5, start=None)),
    ("I12", change(Booking, 5, ended_at=5)),
    ("I12", change(Booking, 1, look_at=5)),
    ("I12", gone),
    ("I12", change(Counter, "booking", last=8)),
    ("I16", put(Driver(6, 1, "Invented Driver"))),
    ("I16", change(Particulars, 5, purpose="")),
    ("I16", put(Particulars(99, "KZ", "TST00099", "", "", "", "crossing", "2026-07-13"))),
    ("I17", change(Account, 2, closed_at=5)),
    ("I17", change(Login, "carrier", account=3)),
    ("I18", change(Booking, 1, outcome="turned_back")),
    ("I18", change(Booking, 3, start=0)),
    ("I18", change(Booking, 4, exception="approved")),
    ("I18", change(Booking, 2, call_until=5)),
    ("I18", change(Booking, 6, ended_at=None, outcome="")),
    ("I18", change(Line, A, cursor=0)),
    ("I18", drop(Booking, 5)),
    ("I18", put(replace(ROW, number=8))),
    ("I18", put(replace(ROW, number=9, ended_at=1, outcome="crossed"))),
    ("I18", logged(CONFIRMED, body="{}")),
    ("I18", logged(CONFIRMED, kind="arrived")),
]


@pytest.mark.parametrize(("promise", "break_it"), BREAKS)
def test_a_promise_that_is_broken_is_named(
    store: MemoryStore, promise: str, break_it: Callable[[Content], None]
):
    before = fingerprint(store)
    if promise == "I16":
        # Booking 6 is over: what is known of people may go.
        drop(Particulars, 6)(store._content)
        drop(Driver, (6, 1))(store._content)
        assert fingerprint(store).broken == []
    break_it(store._content)
    after = fingerprint(store)
    assert promise in {verdict.promise.split()[0] for verdict in after.broken}
    for verdict in after.broken:
        assert verdict.first
        assert not any(secret in " ".join(verdict.first) for secret in ("TST", "TESTTRUCK", "Inv"))
    assert differences(before, after)


@pytest.mark.parametrize(
    "change_it",
    [
        change(Particulars, 5, phone="+77000000099"),
        change(Salt, 5, secret=bytes(16)),
        put(Setting("demo", "{}")),
        logged(3, real=1),
        drop(Driver, (5, 1)),
    ],
)
def test_any_change_shows_in_the_fingerprint(store: MemoryStore, change_it):
    before = fingerprint(store)
    change_it(store._content)
    assert differences(before, fingerprint(store))


def test_who_is_signed_in_is_no_part_of_it(store: MemoryStore):
    before = fingerprint(store)
    store.keep_session(Session("d" * 64, 1, "session", 5, 6))
    assert fingerprint(store) == before


def test_a_store_that_keeps_something_else_than_it_is_told_is_found_out(store: MemoryStore):
    class Forgetful(MemoryFilling):
        def add(self, kind, rows) -> None:
            super().add(kind, rows[:-1] if kind is Driver else rows)

    with store.snapshot() as snapshot:
        target = Forgetful({kind: [] for kind in snapshot.kinds})
        with pytest.raises(Differs, match="driver, I16"):
            copy(snapshot, target, Unwatched())
