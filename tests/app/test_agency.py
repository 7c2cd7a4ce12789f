"""An agency's picture: what is taken, what a change would do, and what was decided."""

from __future__ import annotations

import pytest

from kezek.app.agency import calendar, closures, effect_of, governed
from kezek.app.checkpoint import Network
from kezek.app.watch import Watch
from kezek.domain.booking.change import Cancel
from kezek.domain.calendar.capacity import CloseDay, OpenDay, SetCapacity
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.turn.arrive import Arrive
from tests.world import PEOPLE, TODAY, A, B, World

TOMORROW = "2026-06-14"


@pytest.fixture
def w() -> World:
    return World()


def post(w: World, line: str = A):
    return Network(w.store, w.rules, Watch()).of_line(line)


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
    free = after.ordinary_left + after.kept_left - before.ordinary_left - before.kept_left
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
    posts = Network(w.store, w.rules, Watch()).posts().values()
    names = {who: [p.checkpoint.id for p in governed(posts, PEOPLE[who])] for who in PEOPLE}
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
