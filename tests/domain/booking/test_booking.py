"""Booking: one active booking per vehicle and authority, the horizon, the pools and what is typed."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.app.desk.batch import run
from kezek.domain.account.actor import PUBLIC, TIMER, Actor, Role
from kezek.domain.booking.booking import (
    CODE_LETTERS,
    SALT_BYTES,
    SALT_LETTERS,
    Particulars,
    code_of,
    numbers_of,
    salt_of,
    shift_of,
    shifted,
)
from kezek.domain.booking.change import AddDriver, Cancel, Move
from kezek.domain.booking.lapse import GiveBack
from kezek.domain.booking.release import Release
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.kernel.instant import DAY, HOUR, MINUTE, to_datetime
from kezek.domain.slot.place import Return
from kezek.domain.turn.arrive import Arrive
from tests.world import PEOPLE, TODAY, A, B, D, World, X, granted

OFFICER, AGENCY, CARRIER = PEOPLE["officer"], PEOPLE["agency"], PEOPLE["carrier"]


# One active booking.


def test_a_vehicle_books_once_on_all_lines_of_an_authority_by_plate():
    w = World()
    w.book(1, plate="701AAA02", vin="")
    again = w.book_command(1, line=B, plate="701AAA02", vin="")
    assert w.refused(again) == "vehicle_booked"
    assert w.refused(w.book_command(1, line=B, plate="701AAA02")) == "vehicle_booked"


def test_a_vehicle_books_once_on_all_lines_of_an_authority_by_vin():
    w = World()
    w.book(1)
    same_truck = w.book_command(1, line=B, plate="TST 99999", country="KG")
    answer = w.do(same_truck)
    assert (answer.reason, answer.facts["by"]) == ("vehicle_booked", "vin")


def test_a_transit_truck_books_once_with_each_authority():
    w = World()
    for line in (A, D, X):
        w.book(1, line=line)
    w.check()


def test_the_same_plate_of_another_country_is_another_vehicle():
    w = World()
    w.book(1, plate="701AAA02", vin="")
    assert w.book(1, plate="701AAA02", country="KG")


@pytest.mark.parametrize(
    "plate", ["701-aaa-02", " 701 AAA 02", "701ААА02", "701.A.A.A.02", "７０１ＡＡＡ０２"]
)
def test_a_plate_spelled_otherwise_is_the_same_vehicle(plate):
    w = World()
    w.book(1, vin="", plate="701AAA02")
    assert w.refused(w.book_command(1, vin="", plate=plate)) == "vehicle_booked"


def test_a_booking_that_has_lapsed_refuses_nobody():
    w = World()
    first = w.book(1)
    w.until(w.booking(first).look_at)
    second = w.book(1, start=w.window(day=3))
    assert w.status(first) == "no_show"
    assert w.kinds(first)[-1] == "not_shown"
    assert w.status(second) == "confirmed"
    w.check()


def test_plate_and_vin_held_by_two_lapsed_bookings_refuse_nobody():
    w = World()
    w.book(1, plate="701AAA02", vin="")
    w.book(2, plate="TST 2")
    w.wait(hours=48)
    assert w.book(1, plate="701AAA02", vin="TESTTRUCK00000002", start=w.window(day=3))
    w.check()


# Time.


def test_the_window_that_runs_now_can_be_booked_and_one_that_is_over_cannot():
    w = World()
    running = w.window(hour=9)
    assert w.book(1, start=running)
    assert w.refused(w.book_command(2, start=w.window(hour=8))) == "window_past"
    w.until(running + HOUR)
    assert w.refused(w.book_command(3, start=running)) == "window_past"


@pytest.mark.parametrize(("line", "days"), [(A, 30), (D, 14), (X, 2)])
def test_the_horizon_is_the_regulation_s(line, days):
    w = World()
    last = w.window(line, day=days, hour=22)
    assert w.book(1, line=line, start=last)
    assert w.refused(w.book_command(2, line=line, start=last + DAY)) == "horizon_exceeded"


@pytest.mark.parametrize("start", [-(10**30), -1, 0, 10**15, 10**18, 10**40])
def test_instants_beyond_all_calendars_are_refused(start):
    w = World()
    reason = "window_past" if start < w.now.at else "horizon_exceeded"
    assert w.refused(w.book_command(1, start=start)) == reason
    number = w.book(1)
    assert w.refused(Move("", CARRIER, number, start)) == reason


def test_nobody_books_a_closed_day_and_the_answer_says_why():
    w = World()
    w.done(CloseDay("", AGENCY, A, TODAY.isoformat(), "avalanche"))
    answer = w.do(w.book_command(1))
    assert (answer.reason, answer.facts["why"]) == ("day_closed", "avalanche")


# Pools and caps.


def test_an_accelerated_booking_takes_a_kept_place_up_to_its_share_of_the_day():
    w = World()
    capacity = w.day().capacity
    share = -(-capacity // 100)
    for n in range(share):
        w.book(n, vehicle_class="accelerated", start=w.window(hour=10 + n))
    answer = w.refused(w.book_command(share, vehicle_class="accelerated", start=w.window(hour=20)))
    assert answer == "class_full"
    assert w.book(share, vehicle_class="accelerated", start=w.window(day=1)), "a new local day"
    w.check()


def test_ordinary_trucks_never_take_kept_places():
    w = World()
    for n in range(w.left(B, 1)):
        w.book(n, line=B, start=w.window(B, day=1, hour=n // 2))
    last = w.window(B, day=1, hour=23)
    assert w.slot(last, B).free > 0
    assert w.refused(w.book_command(999, line=B, start=last)) == "class_full"
    assert w.book(999, line=B, start=last, vehicle_class="accelerated")
    w.check()


def test_a_protected_place_is_nobody_s_to_book():
    w = World()
    start = w.window(B)
    assert (w.slot(start, B).capacity, w.slot(start, B).protected) == (4, 2)
    for n in range(2):
        w.book(n, line=B, start=start)
    assert w.refused(w.book_command(3, line=B, start=start)) == "slot_full"


def test_a_known_taken_place_gets_its_booking_without_using_a_free_one():
    w = World()
    start = w.window(B)
    free, left = w.slot(start, B).free, w.left(B)
    w.book(1, line=B, start=start, who="demo", protected=True)
    assert (w.slot(start, B).free, w.left(B)) == (free, left)
    w.book(2, line=B, start=start, who="demo", protected=True)
    third = w.book_command(3, line=B, start=start, who="demo", protected=True)
    assert w.refused(third) == "slot_full"
    assert w.booking(1).simulated
    w.check()


# Giving back.


def test_a_cancelled_place_comes_back_only_after_its_delay():
    w = World()
    start = w.window(X, hour=12)
    number = w.book(1, line=X, start=start)
    w.book(3, line=X, start=start)
    assert w.refused(w.book_command(2, line=X, start=start)) == "slot_full"
    w.done(Cancel("", CARRIER, number, delay=20 * MINUTE))
    assert w.refused(w.book_command(2, line=X, start=start)) == "slot_full"
    assert w.refused(GiveBack("", TIMER, number, start)) == "window_unknown", "it is not time"
    w.wait(minutes=20)
    w.tick()
    assert w.book(2, line=X, start=start)
    assert w.refused(GiveBack("", TIMER, number, start)) == "window_unknown", "it came back once"
    w.check()


def test_a_place_whose_window_is_over_does_not_come_back():
    w = World()
    number = w.book(1, start=w.window(hour=9))
    w.until(w.window(hour=10))
    w.done(Cancel("", CARRIER, number))
    assert w.slot(w.window(hour=9)).taken == 1
    w.check()


def test_a_closure_settles_the_places_that_were_given_back():
    w = World()
    start = w.window(day=1)
    number = w.book(1, start=start)
    w.done(Cancel("", CARRIER, number))
    w.done(CloseDay("", AGENCY, A, "2026-06-14", "flood"))
    assert w.refused(GiveBack("", TIMER, number, start)) == "window_unknown"
    assert w.slot(start).capacity == 0
    w.check()


# Moving.


def test_a_move_within_a_day_counts_and_keeps_the_books():
    w = World()
    number = w.book(1, start=w.window(hour=12))
    told = w.done(Move("", CARRIER, number, w.window(hour=15), delay=MINUTE))
    assert told["start"] == w.window(hour=15)
    assert w.booking(number).moves == 1
    assert (w.slot(w.window(hour=12)).taken, w.slot(w.window(hour=12)).protected) == (0, 1)
    w.check()
    w.wait(minutes=1)
    w.tick()
    assert w.slot(w.window(hour=12)).protected == 0
    w.check()


def test_a_booking_that_moves_back_gets_its_own_place_and_no_place_is_lost():
    w = World()
    noon, three = w.window(hour=12), w.window(hour=15)
    number = w.book(1, start=noon)
    for start in (three, noon, three):
        w.done(Move("", CARRIER, number, start, delay=HOUR))
        w.check()
    w.wait(hours=1)
    w.tick()
    assert (w.slot(noon).protected, w.slot(three).protected) == (0, 0)
    assert not w.store.reader.all(Return)
    w.check()


def test_the_way_back_leads_past_no_cap():
    """One accelerated place a day at this post: given back, it went to somebody else meanwhile."""
    w = World()
    start = w.window(B, day=1, hour=10)
    number = w.book(1, line=B, start=start, vehicle_class="accelerated")
    away = Move(w.key(), PEOPLE["carrier"], number, w.window(B, day=2, hour=10), HOUR)
    assert w.done(away)["number"] == number
    w.book(2, line=B, start=w.window(B, day=1, hour=12), vehicle_class="accelerated")
    back = Move(w.key(), PEOPLE["carrier"], number, start, HOUR)
    assert w.refused(back) == "class_full"
    assert w.day(B, 1).taken["accelerated"] == 1
    w.check()


def test_moves_are_counted_limited_and_end_with_the_window():
    w = World()
    number = w.book(1, line=D, start=w.window(D, day=1))
    for day in (2, 3):
        w.done(Move("", CARRIER, number, w.window(D, day=day)))
    assert w.refused(Move("", CARRIER, number, w.window(D, day=4))) == "moves_exhausted"
    other = w.book(2, line=D, start=w.window(D, day=1))
    w.until(w.window(D, day=1) - HOUR)
    assert w.booking(w.done(Move("", CARRIER, other, w.window(D, day=2)))["number"]).moves == 1
    w.wait(minutes=1)
    third = w.book(3, line=D, start=w.window(D, day=1))
    assert w.refused(Move("", CARRIER, third, w.window(D, day=2))) == "move_too_late"


def test_a_displaced_booking_moves_free_uncounted_and_whenever_it_likes():
    w = World()
    number = w.book(1, line=X, start=w.window(X))
    w.done(CloseDay("", PEOPLE["xx_agency"], X, TODAY.isoformat(), "flood"))
    assert w.status(number) == "displaced"
    fee = w.booking(number).fee_minor
    w.wait(hours=10)
    w.done(Move("", CARRIER, number, w.window(X, day=2)))
    assert (w.booking(number).moves, w.booking(number).fee_minor) == (0, fee)
    assert w.booking(number).displaced_at is None
    w.check()


def test_what_is_known_of_a_booking_is_kept_as_long_as_the_booking_lives():
    w = World()
    number = w.book(1, start=w.window(day=1))
    for day in (30, 29):
        w.done(Move("", CARRIER, number, w.window(day=day)))
    w.store.sweep(answers_before=0, particulars_before="2026-07-20")
    w.done(Cancel("", CARRIER, number))
    assert not w.claims()


def test_a_move_that_finds_no_place_changes_nothing():
    w = World()
    number = w.book(1, line=X, start=w.window(X, hour=10))
    for n in (2, 3):
        w.book(n, line=X, start=w.window(X, hour=14))
    before = w.slot(w.window(X, hour=10), X)
    assert w.refused(Move("", CARRIER, number, w.window(X, hour=14))) == "slot_full"
    assert w.slot(w.window(X, hour=10), X) == before
    w.check()


# Who.


def test_whoever_shows_the_ticket_needs_no_account():
    w = World()
    number, other = w.book(1), w.book(2)
    holder = Actor(0, "ticket", ticket=number)
    assert w.refused(Cancel("", PUBLIC, number)) == "not_allowed"
    assert w.refused(Cancel("", holder, other)) == "not_allowed"
    w.done(Cancel("", holder, number))


@pytest.mark.parametrize("grant", [(Role.READER, "*"), (Role.CLERK, "kz_b")])
def test_the_account_alone_owns_nothing_where_its_key_may_not_book(grant):
    w = World()
    number = w.book(1)
    narrowed = replace(CARRIER, grants=frozenset({grant}))
    assert w.refused(Cancel("", narrowed, number, cause="papers")) == "not_allowed"
    assert w.refused(AddDriver("", narrowed, number, "Invented Second")) == "not_allowed"
    assert w.refused(Move("", narrowed, number, w.window(day=1))) == "not_allowed"
    w.done(Cancel("", CARRIER, number))


@pytest.mark.parametrize("who", ["clerk", "officer", "supervisor", "agency"])
def test_staff_say_why_they_change_a_booking_that_is_not_theirs(who):
    w = World()
    number, own = w.book(1), w.book(2, who=who)
    for cause in ("", "a friend"):
        assert w.refused(Cancel("", PEOPLE[who], number, cause=cause)) == "reason_missing"
        assert w.refused(Move("", PEOPLE[who], number, w.window(day=1), cause=cause)) == (
            "reason_missing"
        )
    w.done(Move("", PEOPLE[who], number, w.window(day=1), cause="breakdown"))
    assert w.body()["cause"] == "breakdown"
    w.done(Cancel("", PEOPLE[who], number, cause="asked_by_driver"))
    assert w.body()["cause"] == "asked_by_driver"
    w.done(Cancel("", PEOPLE[who], own))
    assert "cause" not in w.body()


def test_nothing_but_published_words_stands_in_the_log_as_a_cause():
    w = World()
    assert w.refused(Cancel("", CARRIER, w.book(1), cause="my neighbour")) == "reason_missing"


# The end.


def test_particulars_are_kept_a_month_after_the_end_or_the_window():
    w = World()
    early, late = w.book(1, start=w.window(day=9)), w.book(2)
    w.done(Cancel("", CARRIER, early))
    assert w.store.reader.get(Particulars, early).erase_on == "2026-07-22"
    w.until(w.window(hour=13))
    w.done(Arrive("", OFFICER, late))
    w.wait(hours=96)
    w.set_aside(late, "turn_back", "papers")
    assert w.store.reader.get(Particulars, late).erase_on == "2026-07-17"


def test_a_sweep_leaves_a_live_booking_its_particulars_and_so_its_end_frees_the_vehicle():
    w = World()
    number = w.book(1)
    w.until(w.window(hour=12))
    w.done(Arrive("", OFFICER, number))
    w.wait(hours=24 * 90)
    sweep(w)
    assert w.store.reader.get(Particulars, number) is not None
    w.set_aside(number, "turn_back", "papers")
    assert w.claims() == set()
    w.wait(hours=24 * 32)
    assert sweep(w) > 0
    assert w.store.reader.get(Particulars, number) is None


def sweep(w: World) -> int:
    today = to_datetime(w.now.at).date().isoformat()
    return w.store.sweep(answers_before=0, particulars_before=today)


def test_a_displaced_booking_ends_without_a_fault_when_no_new_time_is_taken():
    w = World()
    number = w.book(1, start=w.window(day=1))
    w.done(CloseDay("", AGENCY, A, "2026-06-14", "flood"))
    w.wait(hours=24 * 30 - 1)
    w.tick()
    assert w.status(number) == "displaced"
    w.wait(hours=1)
    assert w.status(number) == "cancelled"
    # The vehicle is free at once, before any timer says so.
    w.book(1, start=w.window(day=30))
    assert w.booking(number).outcome == "cancelled"
    assert "not_shown" not in w.kinds(number)
    assert w.account("carrier").claims_lost == 0
    w.check()


def test_a_new_time_ends_the_wait_for_one():
    w = World()
    number = w.book(1, start=w.window(day=1))
    w.done(CloseDay("", AGENCY, A, "2026-06-14", "flood"))
    w.done(Move("", CARRIER, number, w.window(day=2)))
    assert w.booking(number).look_at == w.window(day=2) + 25 * HOUR


def test_a_release_is_counted_against_the_account_that_booked():
    w = World()
    number = w.book(1, who="rival")
    w.done(Release("", OFFICER, number, "registration_shown"))
    assert w.account("rival").claims_lost == 1
    assert w.account("carrier").claims_lost == 0
    assert w.body()["holder"] == PEOPLE["rival"].account
    assert w.book(1, who="carrier"), "the owner books at once"
    w.check()


def test_the_public_s_blocking_booking_is_released_too():
    w = World()
    number = w.book(1, who="public")
    w.done(Release("", AGENCY, number, "sold_vehicle"))
    assert w.status(number) == "released"


def test_drivers_are_added_up_to_the_regulation_s_number():
    w = World()
    number = w.book(1, line=D)
    w.done(AddDriver("", CARRIER, number, " Invented  Second "))
    assert w.refused(AddDriver("", CARRIER, number, "Third")) == "drivers_too_many"
    w.check()


def test_the_world_knows_its_people():
    assert granted(World(), "agency") == {("agency", "kz")}


# What is typed.


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("plate", "A" * 10_000_000, "plate_impossible"),
        ("plate", "А\u0301" * 1000, "plate_impossible"),
        ("plate", "\u202e10000TST", None),
        ("plate", "TST\u200b00001", None),
        ("plate", "TST\ud80000001", "plate_impossible"),
        ("plate", "🚚🚚", "plate_impossible"),
        ("plate", "京A12345", "plate_impossible"),
        ("plate", "", "plate_impossible"),
        ("country", "K" * 1_000_000, "plate_impossible"),
        ("country", "ＫＺ", "plate_impossible"),
        ("trailer", "-" * 1_000_000, "plate_impossible"),
        ("vin", "1" * 1_000_000, "vin_impossible"),
        ("vin", "TESTTRUCK0000000O", "vin_impossible"),
        ("phone", "1" * 1_000_000, "phone_impossible"),
        ("phone", "٠١٢٣٤٥٦٧٨", "phone_impossible"),
        ("drivers", ("x" * 1_000_000,), "driver_missing"),
        ("drivers", ("Invented\n",), None),
        ("drivers", ("Inv\0ented",), "driver_missing"),
        ("drivers", ("Inv\ud800ented",), "driver_missing"),
        ("drivers", ("Invented",) * 10_000, "drivers_too_many"),
        ("drivers", (), None),
    ],
)
def test_whatever_is_typed_is_accepted_or_refused_by_name(field, value, reason):
    w = World()
    answer = w.do(w.book_command(1, **{field: value}))
    assert getattr(answer, "reason", None) == reason
    w.check()


# Codes.


def test_code_and_number_find_each_other():
    last = 3 * 32**4
    for number in (*range(1, 2000), 32**4 - 1, 32**4, 32**4 + 1, last):
        assert number in numbers_of(code_of(number), last)
    assert all(code_of(n) == code_of(7) for n in numbers_of(code_of(7), last))
    assert len(numbers_of(code_of(7), last)) == 3


@pytest.mark.parametrize("code", ["", "A", "AAAAA", "O0I1", "абвг", "a" * 1_000_000])
def test_what_is_no_code_finds_no_booking(code):
    assert numbers_of(code, 10**9) == []


@given(st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES))
def test_a_salt_holds_all_of_its_chance_and_begins_with_the_code(chance):
    salt = salt_of(chance)
    assert len(salt) == SALT_LETTERS
    assert set(salt) <= set(CODE_LETTERS)
    assert code_of(7, salt) == salt[:4]
    read = 0
    for letter in reversed(salt):
        read = read * 32 + CODE_LETTERS.index(letter)
    assert read.to_bytes(SALT_BYTES) == chance


def test_the_same_number_in_two_histories_has_two_codes():
    told = []
    for salt in ("K7QDAAAA", "ZZ22BBBB"):
        w = World()
        command = w.book_command(1)
        answer = run(w.store, [command], w.rules, w.now, lambda salt=salt: salt).answers[0]
        told.append((answer.outcome["number"], answer.outcome["code"]))
    assert told == [(1, "K7QD"), (1, "ZZ22")]


def test_bookings_of_one_database_have_different_codes_whatever_their_chance():
    w = World()
    chance, codes = random.Random(5), set()
    for n in range(40):
        command = w.book_command(n, start=w.window(day=1, hour=n // 9))
        salt = salt_of(chance.randbytes(SALT_BYTES))
        answer = run(w.store, [command], w.rules, w.now, lambda salt=salt: salt).answers[0]
        booking = w.booking(answer.outcome["number"])
        assert booking.salt[4:] == salt[4:]
        codes.add(booking.code)
    first, second = (w.booking(n).salt for n in (1, 2))
    assert second == shifted(2, second, shift_of(1, first))
    assert len(codes) == 40


@given(st.integers(1, 10**9), st.text(CODE_LETTERS, min_size=16, max_size=16))
def test_the_first_booking_draws_the_shift_of_the_codes(number, salt):
    shift = shift_of(number, salt)
    assert shifted(number, salt, shift) == salt
    assert shifted(number, salt, shift + 1)[:4] != salt[:4]
    assert shifted(number + 1, salt, shift)[4:] == salt[4:]


@given(st.integers(1, 10**9), st.integers(0, 2**20 - 1))
def test_under_one_shift_a_million_bookings_in_a_row_have_different_codes(first, shift):
    salt = "2" * 16
    codes = {shifted(n, salt, shift)[:4] for n in range(first, first + 3_000)}
    assert len(codes) == 3_000


def test_a_million_bookings_in_a_row_have_different_codes():
    codes = {code_of(n) for n in range(500_000, 600_000)}
    assert len(codes) == 100_000
