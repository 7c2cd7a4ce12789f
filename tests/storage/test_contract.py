"""What every store promises, held against each of them: writing."""

from __future__ import annotations

import threading

import pytest

from kezek.app.feed.consumer import ConsumerPosition
from kezek.app.installation.snapshot import Setting
from kezek.app.port import Session, Store
from kezek.domain.account.account import (
    Account,
    ApiKey,
    GarageDriver,
    GarageVehicle,
    Grant,
    Login,
)
from kezek.domain.booking.booking import Booking, Claim, Driver, Particulars
from kezek.domain.checkpoint.checkpoint import Checkpoint, Line
from kezek.domain.checkpoint.place_name import PlaceName
from kezek.domain.kernel.facts import Counter, Facts
from kezek.domain.log.head import Cosignature, SignedHead
from kezek.domain.log.leaf import Salt
from kezek.domain.log.tree import Stretch
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Day, Slot
from kezek.storage.reader import StoredReader
from kezek.storage.table import TABLES
from tests.storage.rows import (
    LINE,
    OTHER,
    answered,
    booking,
    claim,
    day,
    driver,
    event,
    particulars,
    save,
    slot,
)

POST = Checkpoint(
    "kz_a",
    "KZ",
    "Asia/Almaty",
    *[None] * 3,
    41.5,
    None,
    *[None] * 3,
    "s",
    "low",
    None,
    "UZ",
)
EVERY = [
    Counter("booking", 41),
    POST,
    PlaceName("kz_a", "own", "kk", "Ә"),
    Line(LINE, "kz_a", "exit", "kz", "kz", "Asia/Almaty", "board", 3),
    day(),
    day("2026-06-14", open=False, reason="day_off"),
    slot(3_600_000),
    booking(1),
    booking(2, simulated=True, start=None, vehicle_class="walk_in", arrived_at=5),
    booking(3, ended_at=9, outcome="crossed", look_at=None, step='{"verb":"cross"}'),
    claim(1),
    particulars(1),
    driver(1),
    Return(1, LINE, 3_600_000, "in_turn", 77),
    Account(1, "admin", "Invented", "hash", False, 5, None),
    Account(2, "gone", "Invented", "", True, 5, 6, 1),
    Login("admin", 1),
    Grant(1, "administrator", "*"),
    ApiKey(1, 1, "ab" * 32, "label", "carrier", "*", 60, 5, None),
    GarageVehicle(1, "TST0001", "KZ", "", "", "the old one"),
    GarageDriver(1, "Invented Driver", "+77000000000"),
    Salt(1, b"\0" * 16),
    Cosignature(1, "witness.example/w", "— witness.example/w AAAA\n"),
    ConsumerPosition("ledger", 2),
]
# Written once, like events and answers.
SEALED = [Stretch(0, 0, b"\xff" * 64), SignedHead(1, 2, "note\n\n— log AAAA\n")]


def test_every_kind_of_row_comes_back_as_it_was(store: Store):
    save(store, [*EVERY, *SEALED])
    for row in (*EVERY, *SEALED):
        found = store.reader.get(type(row), row.key)
        assert found == row
        for name in row.__slots__:
            assert type(getattr(found, name)) is type(getattr(row, name)), name
    told = {type(row) for row in (*EVERY, *SEALED)}
    assert told | {type(event(1)), type(answered(b"")), Session, Setting} == set(TABLES)


def test_a_unit_reads_what_is_committed(store: Store):
    save(store, EVERY)
    with store.unit() as unit:
        for row in EVERY:
            assert unit.get(type(row), row.key) == row
        assert unit.get(Booking, 99) is None
        assert unit.get(Slot, (OTHER, 3_600_000)) is None
        assert unit.present(LINE) == [2]
        assert unit.booked(LINE, 0, 3_600_001) == [1]
        assert unit.rows(Driver, 1) == [driver(1)]


def test_a_row_put_again_takes_the_place_of_the_old_one(store: Store):
    save(store, [booking(1), slot(0, taken=1), day()])
    save(store, [booking(1, arrived_at=5), slot(0, taken=2), day(taken={"in_turn": 9})])
    assert store.reader.get(Booking, 1).arrived_at == 5
    assert store.reader.get(Slot, (LINE, 0)).taken == 2
    assert store.reader.get(Day, day().key).taken == {"in_turn": 9}
    assert len(store.reader.all(Booking)) == 1


def test_every_kind_of_row_can_be_put_again(store: Store):
    save(store, EVERY)
    save(store, EVERY)
    for row in EVERY:
        assert store.reader.get(type(row), row.key) == row


def test_a_grant_put_again_is_still_one(store: Store):
    grant = Grant(1, "carrier", "*")
    save(store, [grant])
    save(store, [grant])
    assert store.reader.all(Grant) == [grant]


def test_a_dropped_row_is_gone_and_dropping_it_again_is_nothing(store: Store):
    save(store, [claim(1), particulars(1)])
    save(store, drops=[claim(1)])
    save(store, drops=[claim(1), driver(5)])
    assert store.reader.get(Claim, claim(1).key) is None
    assert store.reader.get(Particulars, 1) is not None


def test_an_exception_in_a_unit_leaves_nothing(store: Store):
    save(store, [slot(0)], [event(1)])
    changed = {(Booking, 1): booking(1), (Slot, (LINE, 0)): None}

    def fail() -> None:
        with store.unit() as unit:
            unit.save(changed, [event(2)], [answered(b"a")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.reader.get(Booking, 1) is None
    assert store.reader.get(Slot, (LINE, 0)) == slot(0)
    assert store.reader.last_position() == 1
    with store.unit() as unit:
        assert unit.answered([b"a"]) == {}
        assert unit.last_position == 1


BROKEN = {
    "more taken than there is": slot(0, capacity=1, taken=2),
    "taken below zero": slot(0, taken=-1),
    "protected below zero": Slot(LINE, 0, 2, -1, 0),
    "taken and protected together": Slot(LINE, 0, 3, 2, 2),
    "a class below zero": day(taken={"postal": -1}),
    "a class of a new law below zero": day(taken={"live_animals": -1}),
    "a pool below zero": day(reserved={"kept": 2, "convoy": -1}),
    "known places below zero": day(protected={"convoy": -1}),
    "a pool beyond the capacity": day(kept=49),
}


@pytest.mark.parametrize("row", BROKEN.values(), ids=BROKEN)
def test_a_row_that_breaks_a_promise_stops_the_whole_unit(store: Store, row: Slot | Day):
    with pytest.raises(AssertionError):
        save(store, [booking(1), row], [event(1)], [answered(b"a")])
    assert store.reader.get(Booking, 1) is None
    assert store.reader.get(type(row), row.key) is None
    assert store.reader.last_event() is None
    save(store, [booking(1)], [event(1)], [answered(b"a")])
    assert store.reader.last_position() == 1


@pytest.mark.parametrize("position", [1, 3, 0])
def test_a_log_with_a_gap_or_a_double_position_is_not_written(store: Store, position: int):
    save(store, events=[event(1)])
    with pytest.raises(AssertionError):
        save(store, [booking(1)], [event(position)])
    assert store.reader.last_position() == 1
    assert store.reader.get(Booking, 1) is None


def test_a_key_is_answered_once(store: Store):
    first = answered(b"0123456789abcdef")
    save(store, answers=[first, answered(b"second")])
    with pytest.raises(AssertionError):
        save(store, answers=[answered(b"second")])
    with store.unit() as unit:
        found = unit.answered([first.digest, b"unknown", b"second"])
    assert found == {first.digest: first, b"second": answered(b"second")}


def test_facts_lay_the_batch_over_what_is_committed(store: Store):
    save(store, [driver(1, 1), driver(1, 2), slot(0), booking(1)])
    with store.unit() as unit:
        facts = Facts(unit)
        facts.put(slot(0, taken=1))
        facts.put(driver(1, 3))
        facts.drop(Driver, (1, 1))
        facts.put(booking(2))
        assert facts.get(Slot, (LINE, 0)).taken == 1
        assert [d.ordinal for d in facts.rows(Driver, 1)] == [2, 3]
        assert facts.get(Driver, (1, 1)) is None
        assert list(facts.touched(Booking)) == [booking(2)]
        unit.save(facts.changed, [], [])
    assert store.reader.get(Slot, (LINE, 0)).taken == 1
    assert [d.ordinal for d in store.reader.rows(Driver, 1)] == [2, 3]


def test_units_follow_each_other(store: Store):
    """Each of many threads counts one up; none overwrites another's count."""

    def count() -> None:
        for _ in range(20):
            with store.unit() as unit:
                found = unit.get(Counter, "turn") or Counter("turn", 0)
                unit.save({(Counter, "turn"): Counter("turn", found.last + 1)}, [], [])

    threads = [threading.Thread(target=count) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.reader.get(Counter, "turn") == Counter("turn", 100)


def test_another_threads_reader_sees_what_was_committed(store: Store):
    seen: list[object] = []
    assert store.reader.get(Booking, 1) is None
    save(store, [booking(1)])
    thread = threading.Thread(target=lambda: seen.append(store.reader.get(Booking, 1)))
    thread.start()
    thread.join()
    assert seen == [booking(1)]
    assert store.reader.get(Booking, 1) == booking(1)


def test_sessions_are_kept_and_ended(store: Store):
    kept = [
        Session("a", 1, "session", 10, 100),
        Session("b", 1, "password", 10, 200),
        Session("c", 2, "session", 10, 300),
        Session("d", 3, "session", 10, 400),
    ]
    for session in kept:
        store.keep_session(session)
    assert store.session("b") == kept[1]
    assert store.session("") is None
    store.keep_session(Session("d", 3, "session", 10, 500))
    assert store.session("d").expires == 500
    store.end_sessions()
    assert store.session("a") == kept[0], "to end nothing in particular ends nothing"
    store.end_sessions(before=100)
    assert store.session("a") == kept[0], "it expires at 100, not before"
    store.end_sessions(before=101)
    assert store.session("a") is None
    store.end_sessions(account=1)
    assert [store.session(d) is None for d in "abcd"] == [True, True, False, False]
    store.end_sessions(digest="c")
    assert [store.session(d) is None for d in "cd"] == [True, False]


def test_settings_are_kept(store: Store):
    assert store.setting("clock") is None
    store.set_setting("clock", "1")
    store.set_setting("clock", "Ә 2")
    store.set_setting("other", "")
    assert store.setting("clock") == "Ә 2"
    assert store.setting("other") == ""


def test_a_sweep_erases_what_is_past_its_time_and_nothing_else(store: Store):
    past, still = {"erase_on": "2026-06-12"}, {"erase_on": "2026-06-13"}
    over = booking(5, ended_at=1, outcome="crossed", look_at=None)
    save(
        store,
        [particulars(n, **past) for n in range(1, 1_203)]
        + [particulars(n, **still) for n in range(2_000, 2_010)]
        + [driver(5, 1), driver(5, 2), driver(2_000), over],
        [event(1, number=5)],
        [answered(n.to_bytes(16), real=n) for n in range(1_200)],
    )
    gone = store.sweep(answers_before=1_100, particulars_before="2026-06-13")
    assert gone == 1_202 + 2 + 1_100
    assert [p.number for p in store.reader.all(Particulars)] == list(range(2_000, 2_010))
    assert store.reader.all(Driver) == [driver(2_000)]
    assert store.reader.get(Booking, 5) == over
    assert store.reader.last_position() == 1
    with store.unit() as unit:
        kept = unit.answered([n.to_bytes(16) for n in range(1_200)])
    assert sorted(a.real for a in kept.values()) == list(range(1_100, 1_200))
    assert store.sweep(answers_before=1_100, particulars_before="2026-06-13") == 0


def test_a_sweep_leaves_a_live_booking_what_its_claims_are_found_by(store: Store):
    over = booking(2, ended_at=1, outcome="crossed", look_at=None)
    who = [particulars(n, erase_on="2026-06-12") for n in (1, 2)]
    save(store, [booking(1), over, *who, driver(1), driver(2)])
    assert store.sweep(answers_before=0, particulars_before="2026-06-13") == 2
    assert store.reader.all(Particulars) == who[:1]
    assert store.reader.all(Driver) == [driver(1)]


def test_a_sweep_asks_again_where_it_erases(store: Store, monkeypatch: pytest.MonkeyPatch):
    """An undo may bring a booking back to life between the look and the erasure."""
    save(store, [booking(1), particulars(1, erase_on="2026-06-12"), driver(1)])
    monkeypatch.setattr(StoredReader, "erasable", lambda *_: iter([[1]]))
    assert store.sweep(answers_before=0, particulars_before="2026-06-13") == 0
    assert store.reader.all(Particulars) == [particulars(1, erase_on="2026-06-12")]
    assert store.reader.all(Driver) == [driver(1)]


def test_closing_twice_is_closing(store: Store):
    store.close()
    store.close()
