"""An agency's picture: what is taken, what a change would do, and what was decided."""

from __future__ import annotations

from datetime import date

import pytest

from kezek.app.calendar.affected import Affected, AffectedOutcome, affected_table, have_moved
from kezek.app.calendar.agency import calendar, closures, effect_of, governed, hours
from kezek.app.checkpoint.checkpoint import Network
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.log import page as log_page
from kezek.domain.booking.change import Cancel, Move
from kezek.domain.calendar.capacity import CloseDay, OpenDay, SetCapacity
from kezek.domain.kernel.instant import DAY, day_start
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.turn.arrive import Arrive
from tests.world import PEOPLE, TODAY, A, B, World

TOMORROW = "2026-06-14"
TOMORROW_DATE = date(2026, 6, 14)


@pytest.fixture
def w() -> World:
    return World()


def post(w: World, line: str = A):
    return Network(w.store, w.rules, ChangeFeed()).of_line(line)


def cut(w: World, capacity: int, on: str = TOMORROW) -> SetCapacity:
    return SetCapacity(w.key(), PEOPLE["agency"], A, on, capacity, "one scanner")


def test_taken_counts_our_bookings_and_places_known_to_be_gone(w):
    for n in range(3):
        w.book(n, line=B, start=w.window(B, day=1, hour=n))
    day = calendar(w.store.reader, post(w, B), w.now.at)[1]
    assert (day.booked, day.known, day.capacity) == (3, 48, 96)
    assert day.taken == 51


@pytest.mark.parametrize("capacity", [0, 23, 24, 48, 240, 300])
def test_the_preview_tells_what_the_change_then_does(w, capacity):
    for n in range(10):
        w.book(n, start=w.window(day=1, hour=12))
    command = cut(w, capacity)
    told = effect_of(w.store.reader, command, w.rules, w.now)
    before = w.day(ahead=1)
    w.done(command)
    after = w.day(ahead=1)
    assert not isinstance(told, Refused)
    assert told.displaced == sum(e.kind == "displaced" for e in w.events())
    assert told.displaced + told.stays == 10
    assert told.capacity == after.capacity
    pools = w.rules["kz"].pools
    free = sum(after.left(pool) - before.left(pool) for pool in pools)
    assert (told.added, told.removed) == (max(0, free), max(0, -free))


def test_a_preview_changes_nothing(w):
    w.book(1, start=w.window(day=1))
    end = w.last().position
    effect_of(w.store.reader, cut(w, 0), w.rules, w.now)
    assert w.last().position == end
    assert w.day(ahead=1).capacity == 240


def test_trucks_that_are_here_keep_their_places_and_the_preview_says_so(w):
    number = w.book(1, start=w.window(hour=10))
    w.done(Arrive(w.key(), PEOPLE["officer"], number))
    close = CloseDay(w.key(), PEOPLE["agency"], A, "2026-06-13", "flood")
    told = effect_of(w.store.reader, close, w.rules, w.now)
    assert not isinstance(told, Refused)
    assert (told.displaced, told.stays, told.capacity) == (0, 1, 1)


def test_a_refusal_is_previewed_too(w):
    told = effect_of(w.store.reader, cut(w, 99_999), w.rules, w.now)
    assert isinstance(told, Refused)
    assert told.reason is Reason.CAPACITY_IMPOSSIBLE


def test_closed_days_name_the_decision_that_closed_them(w):
    for n in range(2):
        w.book(n, start=w.window(day=1))
    w.done(CloseDay(w.key(), PEOPLE["agency"], A, TOMORROW, "flood"))
    days = calendar(w.store.reader, post(w), w.now.at)
    (closed,) = closures(w.store.reader, A, days)
    assert (closed.on.isoformat(), closed.reason, closed.displaced) == (TOMORROW, "flood", 2)
    assert closed.decision is not None
    assert closed.decision.actor == f"account:{PEOPLE['agency'].account}"
    w.done(OpenDay(w.key(), PEOPLE["agency"], A, TOMORROW, 240, "dry again"))
    days = calendar(w.store.reader, post(w), w.now.at)
    assert closures(w.store.reader, A, days) == []


def test_an_agency_governs_the_lines_of_its_authority(w):
    lines = Network(w.store, w.rules, ChangeFeed()).served().values()
    names = {who: [p.checkpoint.id for p in governed(lines, PEOPLE[who])] for who in PEOPLE}
    assert names["agency"] == ["kz_a", "kz_b"]
    assert names["kg_agency"] == ["kg_dostuk"]
    assert names["officer"] == names["admin"] == names["carrier"] == []


def test_a_place_given_back_is_not_among_those_that_are_forgotten():
    w = World()
    w.done(Cancel("", PEOPLE["carrier"], w.book(1, line=B)))
    today = TODAY.isoformat()
    keep = SetCapacity("", PEOPLE["agency"], B, today, 48, "works")
    fewer = SetCapacity("", PEOPLE["agency"], B, today, 24, "works")
    effects = [effect_of(w.store.reader, command, w.rules, w.now) for command in (keep, fewer)]
    assert [effect.forgotten for effect in effects] == [0, 24]


def test_the_preview_says_who_loses_which_hour_and_which_hours_lose_places(w):
    numbers = [w.book(n, start=w.window(day=1, hour=10 + n % 2)) for n in range(6)]
    command = cut(w, 4)
    told = effect_of(w.store.reader, command, w.rules, w.now)
    assert not isinstance(told, Refused)
    latest = {numbers[4]: w.window(day=1, hour=10), numbers[5]: w.window(day=1, hour=11)}
    assert {one.number: one.start for one in told.affected} == latest
    assert {one.code for one in told.affected} == {w.booking(n).code for n in latest}
    assert {one.carrier for one in told.affected} == {"Invented carrier"}
    before = {slot.start: slot.capacity for slot in hours(w.store.reader, post(w), TOMORROW_DATE)}
    w.done(command)
    after = {slot.start: slot.capacity for slot in hours(w.store.reader, post(w), TOMORROW_DATE)}
    lost = {at: (before[at], after[at]) for at in before if after[at] < before[at]}
    assert {hour.start: (hour.before, hour.after) for hour in told.hours} == lost
    moved = {hour.start: hour.displaced for hour in told.hours if hour.displaced}
    assert moved == dict.fromkeys(latest.values(), 1)


def test_after_a_decision_it_is_known_who_has_chosen_a_new_time(w):
    chooses, waits, leaves = (w.book(n, start=w.window(day=1, hour=9)) for n in range(3))
    w.done(CloseDay(w.key(), PEOPLE["agency"], A, TOMORROW, "flood"))
    new = w.window(day=2, hour=8)
    w.done(Move(w.key(), PEOPLE["carrier"], chooses, new))
    w.done(Cancel(w.key(), PEOPLE["carrier"], leaves))
    first, past = (day_start(d, "Asia/Almaty") for d in (TOMORROW_DATE, date(2026, 6, 15)))
    rows = {one.number: one for one in have_moved(w.store.reader, A, first, past)}
    choices = {
        chooses: AffectedOutcome.CHOSEN,
        waits: AffectedOutcome.OPEN,
        leaves: AffectedOutcome.ENDED,
    }
    assert {n: one.choice for n, one in rows.items()} == choices
    assert rows[chooses].chosen == new
    assert rows[waits].start == w.window(day=1, hour=9)
    assert have_moved(w.store.reader, A, past, past + DAY) == ()


def test_who_lost_a_time_and_what_closed_the_day_is_known_however_much_came_after(w, monkeypatch):
    monkeypatch.setattr(log_page, "SCANNED_MAX", 1)
    monkeypatch.setattr(log_page, "_CHUNK", 1)
    number = w.book(1, start=w.window(day=1, hour=9))
    w.done(CloseDay(w.key(), PEOPLE["agency"], A, TOMORROW, "flood"))
    for truck in range(2, 6):
        w.book(truck, start=w.window(day=2, hour=8))
    first, past = (day_start(d, "Asia/Almaty") for d in (TOMORROW_DATE, date(2026, 6, 15)))
    assert [one.number for one in have_moved(w.store.reader, A, first, past)] == [number]
    (closed,) = closures(w.store.reader, A, calendar(w.store.reader, post(w), w.now.at))
    assert (closed.displaced, closed.decision is not None) == (1, True)


def test_a_name_that_begins_like_a_formula_is_no_formula_in_a_table():
    one = Affected(1, "K7PM", 0, "in_turn", "=1+1")
    assert affected_table([one], "UTC", ";").splitlines() == [
        "code;window;class;carrier;choice;new_window",
        "K7PM;1970-01-01 00:00;in_turn;'=1+1;open;",
    ]
