"""What every store promises, held against each of them: reading."""

from __future__ import annotations

import pytest

from kezek.app.port import Store
from kezek.domain.account.account import ApiKey, Grant
from kezek.domain.booking.booking import Booking, Driver
from kezek.domain.kernel.facts import Counter
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Day, Slot
from tests.storage.rows import (
    LINE,
    OTHER,
    booking,
    day,
    driver,
    event,
    particulars,
    save,
    slot,
)

HOUR = 3_600_000


def test_an_empty_store_has_an_empty_answer_to_everything(store: Store):
    reader = store.reader
    assert reader.get(Booking, 1) is None
    assert reader.last_position() == 0
    assert reader.last_event() is None
    assert reader.many(Booking, [1, 2]) == {}
    assert reader.many(Booking, []) == {}
    empty = [
        reader.all(Booking),
        reader.rows(Driver, 1),
        reader.present(LINE),
        reader.booked(LINE, 0, 10**15),
        reader.days(LINE, "0000", "9999"),
        reader.slots(LINE, 0, 10**15),
        reader.held_by(1, 10**9, 10),
        reader.held_since(1, 0),
        reader.due(Booking, 10**15, 10),
        reader.due(Return, 10**15, 10),
        reader.events(0, 10),
        reader.events(0, 10, LINE),
        reader.events_before(10**9, 10),
        reader.events_before(10**9, 10, LINE),
        reader.history(1),
        reader.plates(LINE, "", 10),
        reader.awaiting(LINE),
        reader.returns(LINE, 0, 10**15),
    ]
    assert all(len(found) == 0 for found in empty)
    assert reader.counted(LINE, "crossed", 0) == 0
    assert reader.ahead(LINE, 10**15, 10**9) == 0
    assert reader.api_key("") is None
    with store.unit() as unit:
        assert (unit.last_position, unit.last_at) == (0, 0)


def test_rows_come_in_the_order_of_their_keys(store: Store):
    save(store, [booking(n) for n in (3, 1, 20, 2)])
    save(store, [driver(2, 2), driver(1, 1), driver(2, 1), Grant(2, "b", "x"), Grant(2, "a", "y")])
    save(store, [Counter("б", 1), Counter("a", 2), Counter("Z", 3)])
    assert [b.number for b in store.reader.all(Booking)] == [1, 2, 3, 20]
    assert [d.key for d in store.reader.all(Driver)] == [(1, 1), (2, 1), (2, 2)]
    assert [d.key for d in store.reader.rows(Driver, 2)] == [(2, 1), (2, 2)]
    assert [d.key for d in store.reader.rows_of(Driver, [2, 9, 1])] == [(1, 1), (2, 1), (2, 2)]
    assert [d.key for d in store.reader.rows_of(Driver, [1])] == [(1, 1)]
    assert [g.role for g in store.reader.rows_of(Grant, [2])] == ["a", "b"]
    assert store.reader.rows_of(Driver, []) == []
    assert [g.role for g in store.reader.rows(Grant, 2)] == ["a", "b"]
    assert [c.name for c in store.reader.all(Counter)] == ["Z", "a", "б"]


@pytest.mark.parametrize("many", [[2, 9, 1], range(1, 3_001)], ids=["few", "thousands"])
def test_many_leaves_out_what_is_missing(store: Store, many):
    save(store, [booking(n) for n in (1, 2, 3)])
    found = store.reader.many(Booking, list(many))
    assert found == {n: booking(n) for n in many if n in (1, 2, 3)}
    assert list(found) == [n for n in many if n in (1, 2, 3)]


def test_many_by_keys_of_words_and_of_several_parts(store: Store):
    save(store, [slot(HOUR), slot(2 * HOUR), Counter("a'b", 1), Counter("ә", 2)])
    keys = [(LINE, 2 * HOUR), (LINE, 5), (LINE, HOUR)]
    assert list(store.reader.many(Slot, keys)) == [keys[0], keys[2]]
    assert list(store.reader.many(Counter, ["ә", "none", "a'b"])) == ["ә", "a'b"]


def test_present_are_those_who_have_arrived_and_not_ended(store: Store):
    save(
        store,
        [
            booking(5, arrived_at=1),
            booking(4, arrived_at=2, called_at=3),
            booking(3),
            booking(2, arrived_at=1, ended_at=2, outcome="crossed", look_at=None),
            booking(1, arrived_at=1, line=OTHER),
        ],
    )
    assert list(store.reader.present(LINE)) == [4, 5]


def test_booked_are_live_bookings_of_the_windows(store: Store):
    save(
        store,
        [
            booking(1, start=3 * HOUR),
            booking(2, start=HOUR),
            booking(3, start=4 * HOUR),
            booking(4, start=None),
            booking(5, start=2 * HOUR, ended_at=1, outcome="cancelled", look_at=None),
            booking(6, start=2 * HOUR, line=OTHER),
            booking(7, start=HOUR - 1),
        ],
    )
    assert list(store.reader.booked(LINE, HOUR, 4 * HOUR)) == [1, 2]


def test_ahead_are_live_bookings_that_have_not_arrived_and_come_earlier(store: Store):
    save(
        store,
        [
            booking(1, start=HOUR),
            booking(2, start=2 * HOUR),
            booking(3, start=2 * HOUR),
            booking(4, start=90 * 24 * HOUR),
            booking(5, start=None),
            booking(6, start=HOUR, arrived_at=1),
            booking(7, start=HOUR, ended_at=1, outcome="cancelled", look_at=None),
            booking(8, start=HOUR, line=OTHER),
        ],
    )
    ahead = store.reader.ahead
    assert [ahead(LINE, 2 * HOUR, n) for n in (0, 2, 3, 4)] == [1, 1, 2, 3]
    assert ahead(LINE, 100 * 24 * HOUR, 9) == 4
    assert ahead(LINE, 0, 9) == 0


def test_a_holder_keeps_live_bookings_however_old_and_those_ended_lately(store: Store):
    ended = {"outcome": "crossed", "look_at": None}
    save(
        store,
        [
            booking(1, holder=7, confirmed_at=0),
            booking(2, holder=7, ended_at=99, **ended),
            booking(3, holder=7, ended_at=100, **ended),
            booking(4, holder=8),
            booking(5, holder=7),
            booking(6, holder=0),
            booking(7, holder=0, ended_at=100, **ended),
        ],
    )
    assert list(store.reader.held_since(7, 100)) == [1, 3, 5]
    assert list(store.reader.held_since(0, 100)) == [6, 7]


def test_a_key_is_found_by_its_digest(store: Store):
    keys = [ApiKey(n, 1, f"{n}" * 64, "", "carrier", "*", 60, 5, None) for n in (1, 2)]
    save(store, keys)
    assert store.reader.api_key("2" * 64) == keys[1]
    assert store.reader.api_key("3" * 64) is None


def test_days_and_slots_of_a_span(store: Store):
    ons = ["2026-06-12", "2026-06-13", "2026-06-14", "2026-06-15"]
    save(store, [day(on) for on in ons] + [day("2026-06-13", line=OTHER)])
    save(store, [slot(n * HOUR) for n in range(5)] + [slot(HOUR, line=OTHER)])
    assert [d.on for d in store.reader.days(LINE, ons[1], ons[2])] == ons[1:3]
    assert store.reader.days(LINE, ons[2], ons[1]) == []
    assert [s.start for s in store.reader.slots(LINE, HOUR, 3 * HOUR)] == [HOUR, 2 * HOUR]
    assert all(isinstance(d.open, bool) for d in store.reader.all(Day))


def test_an_accounts_bookings_are_newest_first_in_pages(store: Store):
    save(store, [booking(n, holder=n % 2) for n in range(1, 10)])
    assert list(store.reader.held_by(1, 10**9, 3)) == [9, 7, 5]
    assert list(store.reader.held_by(1, 5, 3)) == [3, 1]
    assert list(store.reader.held_by(0, 9, 2)) == [8, 6]
    assert list(store.reader.held_by(1, 10**9, 0)) == []


def test_due_is_the_oldest_look_first(store: Store):
    save(
        store,
        [
            booking(1, look_at=30),
            booking(2, look_at=10),
            booking(3, look_at=20),
            booking(4, look_at=20),
            booking(5, look_at=None),
            booking(6, look_at=31),
        ],
    )
    assert list(store.reader.due(Booking, 30, 10)) == [2, 3, 4, 1]
    assert list(store.reader.due(Booking, 30, 3)) == [2, 3, 4]
    assert list(store.reader.due(Booking, 9, 3)) == []


def test_returned_places_are_due_oldest_first(store: Store):
    save(
        store,
        [
            Return(1, LINE, HOUR, "in_turn", 20),
            Return(2, LINE, HOUR, "in_turn", 10),
            Return(1, LINE, 0, "in_turn", 20),
            Return(3, LINE, HOUR, "in_turn", 21),
        ],
    )
    assert list(store.reader.due(Return, 20, 9)) == [(2, HOUR), (1, 0), (1, HOUR)]
    assert list(store.reader.due(Return, 20, 1)) == [(2, HOUR)]


def test_returned_places_are_found_by_their_windows(store: Store):
    save(
        store,
        [Return(n, LINE, n * HOUR, "in_turn", 20) for n in (3, 1, 2, 4)]
        + [Return(2, LINE, HOUR, "in_turn", 20), Return(9, OTHER, HOUR, "in_turn", 20)],
    )
    wanted = [(1, HOUR), (2, HOUR), (2, 2 * HOUR), (3, 3 * HOUR)]
    assert list(store.reader.returns(LINE, HOUR, 4 * HOUR)) == wanted
    with store.unit() as unit:
        assert list(unit.returns(LINE, HOUR, 4 * HOUR)) == wanted


def test_exceptions_await_their_second_approval_whether_the_truck_is_here_or_gone(store: Store):
    gone = {"ended_at": 1, "outcome": "crossed", "look_at": None}
    save(
        store,
        [
            booking(3, exception="awaiting", exception_cause="medical"),
            booking(1, exception="awaiting", exception_cause="medical", **gone),
            booking(2, exception="approved", exception_cause="medical"),
            booking(4, exception="awaiting", exception_cause="medical", line=OTHER),
            booking(5),
        ],
    )
    assert list(store.reader.awaiting(LINE)) == [1, 3]
    assert store.reader.get(Booking, 3).exception_cause == "medical"


def test_events_are_read_forwards_and_backwards_and_by_line(store: Store):
    log = [event(n, line=LINE if n % 2 else OTHER) for n in range(1, 8)]
    save(store, events=log[:4])
    save(store, events=log[4:])
    reader = store.reader
    assert reader.events(0, 3) == log[:3]
    assert reader.events(3, 10) == log[3:]
    assert reader.events(7, 10) == []
    assert reader.events(0, 2, LINE) == [log[0], log[2]]
    assert reader.events(3, 9, OTHER) == [log[3], log[5]]
    assert reader.events_before(8, 2) == [log[6], log[5]]
    assert reader.events_before(3, 9) == [log[1], log[0]]
    assert reader.events_before(1, 9) == []
    assert reader.events_before(7, 2, LINE) == [log[4], log[2]]
    assert reader.last_event() == log[6]
    assert reader.last_position() == 7
    with store.unit() as unit:
        assert (unit.last_position, unit.last_at) == (7, log[6].at)


def test_the_history_of_a_booking_is_all_of_it(store: Store):
    log = [event(n, number=n % 3) for n in range(1, 8)]
    save(store, events=log)
    assert store.reader.history(1) == [log[0], log[3], log[6]]
    assert store.reader.history(0) == [log[2], log[5]]
    assert store.reader.history(9) == []


def test_events_are_counted_by_line_kind_and_time(store: Store):
    kinds = ["crossed", "arrived", "crossed", "crossed"]
    log = [event(n, kind=kind, at=n * 10) for n, kind in enumerate(kinds, 1)]
    log.append(event(5, kind="crossed", line=OTHER))
    save(store, events=log)
    reader = store.reader
    assert reader.counted(LINE, "crossed", 0) == 3
    assert reader.counted(LINE, "crossed", 30) == 2
    assert reader.counted(LINE, "arrived", 20) == 1
    assert reader.counted(OTHER, "arrived", 0) == 0
    save(store, events=[event(6, kind="called_out_of_turn", at=60)])
    assert reader.counted(LINE, "called_out_of_turn", 60) == 1
    assert reader.counted(LINE, "called_out_of_turn", 61) == 0


def test_events_of_one_kind_come_latest_first(store: Store):
    events = [
        event(1, at=10, kind="displaced", number=1),
        event(2, at=20, kind="displaced", number=2),
        event(3, at=20, kind="displaced", number=3),
        event(4, at=20, kind="arrived", number=2),
        event(5, at=30, kind="displaced", number=4, line=OTHER),
    ]
    save(store, [], events)
    reader = store.reader
    assert [e.number for e in reader.of_kind(LINE, "displaced", 0)] == [3, 2, 1]
    assert [e.number for e in reader.of_kind(LINE, "displaced", 11)] == [3, 2]
    assert reader.of_kind(LINE, "day_closed", 0) == []


def test_plates_are_found_by_a_part(store: Store):
    save(
        store,
        [booking(n) for n in (1, 2, 3)]
        + [
            booking(4, ended_at=1, outcome="crossed", look_at=None),
            booking(5, line=OTHER),
            booking(6),
        ]
        + [particulars(n, plate=plate) for n, plate in enumerate(("123ABC", "12%3", "ABC_1"), 1)]
        + [particulars(4, plate="123ABC"), particulars(5, plate="123ABC")],
    )
    reader = store.reader
    assert list(reader.plates(LINE, "ABC", 9)) == [1, 3]
    assert list(reader.plates(LINE, "ABC", 1)) == [1]
    assert list(reader.plates(LINE, "%", 9)) == [2], "a sign of SQL is a sign like any other"
    assert list(reader.plates(LINE, "abc", 9)) == []
    assert list(reader.plates(LINE, "", 9)) == [1, 2, 3]


def test_codes_are_how_salts_begin(store: Store):
    rows = [("K7QDAAAA", {}), ("K7QEAAAA", {}), ("K7QDZZZZ", {}), ("", {})]
    over = {"ended_at": 1, "outcome": "crossed", "look_at": None}
    save(store, [booking(n, salt=salt, **more) for n, (salt, more) in enumerate(rows, 1)])
    save(store, [booking(9, salt="K7QD2222", line=OTHER, **over)])
    reader = store.reader
    assert list(reader.coded("K7QD", 9)) == [9, 3, 1]
    assert list(reader.coded("K7QD", 2)) == [9, 3]
    assert list(reader.coded("ZZZZ", 9)) == []
