"""Capacity raised and lowered, days closed and opened."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kezek.domain.account.actor import TIMER
from kezek.domain.booking.change import Cancel, Move
from kezek.domain.booking.lapse import GiveBack
from kezek.domain.calendar.capacity import CAPACITY_MAX, CloseDay, OpenDay, SetCapacity
from kezek.domain.network.load import ExtendCalendar, OpenLine
from kezek.domain.turn.arrive import Arrive
from tests.world import PEOPLE, TODAY, A, B, World, X, line, rules

AGENCY, OFFICER, CARRIER = PEOPLE["agency"], PEOPLE["officer"], PEOPLE["carrier"]
ON = TODAY.isoformat()
TOMORROW = "2026-06-14"


def cut(w: World, capacity: int, on: str = TOMORROW, line: str = A) -> dict:
    return w.done(SetCapacity("", AGENCY, line, on, capacity, "works"))


def test_lowering_displaces_the_latest_confirmed_first():
    w = World()
    numbers = []
    for n in range(10):
        numbers.append(w.book(n, start=w.window(day=1)))
        w.wait(seconds=1)
    told = cut(w, 3)
    assert told["displaced"] == 7
    assert [w.status(n) for n in numbers] == ["confirmed"] * 3 + ["displaced"] * 7
    assert w.slot(w.window(day=1)).capacity == 3
    kinds = [e.kind for e in w.events() if e.position > w.last().position - 8]
    assert kinds == ["capacity_set"] + ["displaced"] * 7
    w.check()


def test_a_truck_that_is_here_keeps_its_place_above_what_was_asked():
    w = World()
    numbers = [w.book(n, start=w.window(hour=10)) for n in range(5)]
    for number in numbers[3:]:
        w.done(Arrive("", OFFICER, number))
    told = cut(w, 1, on=ON)
    assert [w.status(n) for n in numbers] == ["displaced"] * 3 + ["arrived"] * 2
    assert (told["asked"], told["capacity"]) == (1, 2)
    w.check()


def test_a_cut_displaces_nobody_whose_place_fits_into_the_day():
    """Two trucks in each of twelve windows are as many as the day still has places."""
    w = World()
    numbers = [w.book(n, start=w.window(day=1, hour=n // 2)) for n in range(24)]
    told = cut(w, 24)
    assert (told["displaced"], told["capacity"]) == (0, 24)
    assert [w.slot(w.window(day=1, hour=hour)).capacity for hour in range(24)] == [2] * 12 + [
        0
    ] * 12
    assert {w.status(n) for n in numbers} == {"confirmed"}
    # One place fewer is one truck fewer: the latest confirmed of the day, whatever its hour.
    told = cut(w, 23)
    assert [w.status(n) for n in numbers] == ["confirmed"] * 23 + ["displaced"]
    # Raising makes the hours equal again as far as nobody loses a place.
    cut(w, 240)
    assert {w.slot(w.window(day=1, hour=hour)).capacity for hour in range(24)} == {10}
    w.check()


def test_the_latest_confirmed_of_the_day_loses_the_time_and_not_that_of_the_fullest_hour():
    w = World()
    crowded = [w.book(n, start=w.window(day=1, hour=10)) for n in range(4)]
    w.wait(seconds=1)
    late = w.book(9, start=w.window(day=1, hour=20))
    assert cut(w, 4)["displaced"] == 1
    assert w.status(late) == "displaced"
    assert {w.status(n) for n in crowded} == {"confirmed"}
    w.check()


def test_raising_never_displaces_anybody_even_where_the_day_is_uneven():
    w = World()
    numbers = [w.book(n, start=w.window(hour=10)) for n in range(5)]
    for number in numbers:
        w.done(Arrive("", OFFICER, number))
    cut(w, 0, on=ON)
    other = w.book_command(50, start=w.window(hour=10))
    assert w.refused(other) == "class_full"
    told = cut(w, 24, on=ON)
    assert (told["displaced"], told["capacity"]) == (0, 24)
    assert w.slot(w.window(hour=10)).taken == 5
    w.check()


def test_lowering_and_raising_ends_where_it_began():
    w = World()
    before, left = w.day(A, 1), w.left(A, 1)
    for capacity in (1, 1000, 0, 7, before.capacity):
        cut(w, capacity)
        w.check()
    after = w.day(A, 1)
    assert (after.capacity, after.kept) == (before.capacity, before.kept)
    assert w.left(A, 1) == left


@pytest.mark.parametrize("capacity", [1, 2, 3, 24])
def test_a_small_day_still_has_ordinary_places(capacity):
    w = World()
    cut(w, capacity)
    assert w.left(A, 1) > 0
    w.done(OpenLine("", AGENCY, small_line(), capacity))
    assert w.left("kz_a.entry", 1) > 0


def small_line():
    from dataclasses import replace

    return replace(line(A, rules()), id="kz_a.entry")


def test_protected_places_give_way_last_and_never_below_nothing():
    w = World()
    number = w.book(1, line=B, start=w.window(B, day=1))
    cut(w, 48, line=B)
    assert w.slot(w.window(B, day=1), B).protected == 2
    assert w.status(number) == "displaced"
    cut(w, 24, line=B)
    assert w.slot(w.window(B, day=1), B).protected == 1
    w.check()


@pytest.mark.parametrize("capacity", [0, 1, 24, 49])
def test_both_pools_of_protected_places_shrink_with_the_day(capacity):
    w = World()
    for n in range(3):
        w.book(n, line=B, start=w.window(B, day=1, hour=n), vehicle_class="in_turn")
    w.book(9, line=B, start=w.window(B, day=1, hour=9), vehicle_class="accelerated")
    cut(w, capacity, line=B)
    w.check()
    cut(w, 96, line=B)
    w.check()


def test_closing_a_day_displaces_all_who_are_not_here_and_opening_needs_a_capacity():
    w = World()
    number = w.book(1, start=w.window(day=1))
    w.done(CloseDay("", AGENCY, A, TOMORROW, " flood "))
    day = w.day(A, 1)
    assert (day.open, day.reason, day.capacity) == (False, "flood", 0)
    assert w.status(number) == "displaced"
    assert w.refused(SetCapacity("", AGENCY, A, TOMORROW, 10, "x")) == "day_closed"
    w.done(OpenDay("", AGENCY, A, TOMORROW, 240, "dry again"))
    assert w.last().kind == "day_opened"
    w.done(Move("", CARRIER, number, w.window(day=1)))
    assert w.booking(number).moves == 0
    w.check()


def test_a_cut_settles_places_given_back_of_either_pool():
    w = World()
    start = w.window(day=1)
    dear = w.book(1, start=start, vehicle_class="accelerated")
    plain = w.book(2, start=start)
    for number in (dear, plain):
        w.done(Cancel("", CARRIER, number))
    for capacity in (24, 48, 240):
        cut(w, capacity)
        w.check()
    for number in (dear, plain):
        assert w.refused(GiveBack("", TIMER, number, start)) == "window_unknown"
    assert w.slot(start).protected == 0


def test_a_cut_never_sells_a_place_that_is_known_to_be_taken():
    w = World()
    start = w.window(B)
    number = w.book(1, line=B, start=start)
    w.done(Cancel("", CARRIER, number))
    assert (w.slot(start, B).protected, w.slot(start, B).taken) == (3, 0)
    # Two an hour are known to be taken elsewhere, and that is what is left.
    told = w.done(SetCapacity("", AGENCY, B, TODAY.isoformat(), 48, "works"))
    assert told["forgotten"] == 0
    w.wait(hours=1)
    w.tick()
    assert (w.slot(start, B).protected, w.slot(start, B).free) == (2, 0)
    assert w.refused(w.book_command(2, line=B, start=start)) == "class_full"
    told = w.done(SetCapacity("", AGENCY, B, TODAY.isoformat(), 24, "works"))
    assert told["forgotten"] == 24
    w.check()


def test_a_place_given_back_is_no_place_known_to_be_taken():
    w = World()
    start = w.window()
    number = w.book(1, start=start)
    w.done(Cancel("", CARRIER, number))
    known = w.book_command(2, start=start, who="agency", protected=True)
    assert w.refused(known) == "slot_full"


def test_more_than_a_window_can_hold_is_refused():
    w = World()
    for capacity in (-1, CAPACITY_MAX + 1, 10**30):
        assert w.refused(SetCapacity("", AGENCY, A, ON, capacity, "x")) == "capacity_impossible"
    cut(w, CAPACITY_MAX)
    w.check()


def test_a_reason_is_a_sentence_not_a_page():
    w = World()
    for reason, code in (
        ("", "reason_missing"),
        ("  ", "reason_missing"),
        ("x" * 201, "text_impossible"),
        ("x" * 1_000_000, "text_impossible"),
        ("two\nlines", "text_impossible"),
    ):
        assert w.refused(CloseDay("", AGENCY, A, ON, reason)) == code


def test_the_calendar_grows_by_the_last_open_day_nobody_has_changed():
    w = World()
    w.done(CloseDay("", AGENCY, A, "2026-07-13", "holiday"))
    cut(w, 24, on="2026-07-12")
    told = w.done(ExtendCalendar("", TIMER, A, "2026-07-14"))
    assert told["capacity"] == 240
    day = w.store.reader.get(type(w.day()), (A, "2026-07-14"))
    assert (day.basis, day.kept) == ("assumed", w.day().kept)
    assert w.done(ExtendCalendar("", TIMER, A, "2026-07-14")) == {"day": "2026-07-14"}
    w.check()


def test_a_day_of_two_hour_windows_has_twelve():
    w = World()
    slots = w.store.reader.slots(X, w.window(X, day=1, hour=0), w.window(X, day=2, hour=0))
    assert [slot.capacity for slot in slots] == [2] * 12


@settings(max_examples=25, deadline=None)
@given(
    at=st.lists(st.integers(0, 23), max_size=20),
    first=st.integers(0, 24),
    then=st.integers(0, 300),
)
def test_who_is_displaced_is_whoever_is_too_many_for_the_day(at: list[int], first: int, then: int):
    """Against a naive model: so many as do not fit, the latest confirmed first; raising moves nobody."""
    w = World()
    room = dict.fromkeys(range(24), 10)
    numbers = []
    for n, hour in enumerate(at):
        if room[hour]:
            numbers.append(w.book(n, start=w.window(day=1, hour=hour)))
            room[hour] -= 1
    left = numbers
    for capacity in (first, then):
        told = cut(w, capacity)
        over = max(0, len(left) - capacity)
        assert told["displaced"] == over
        left = left[: len(left) - over]
        assert [n for n in numbers if w.status(n) == "confirmed"] == left
        assert told["capacity"] == max(capacity, len(left))
        places = [w.slot(w.window(day=1, hour=hour)).capacity for hour in range(24)]
        assert sum(places) == told["capacity"]
    w.check()
