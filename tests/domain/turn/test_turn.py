"""Arrival, call, miss, exceptions and undo."""

from __future__ import annotations

import dataclasses
import json

import pytest

from kezek.domain.account.actor import TIMER
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.change import Cancel
from kezek.domain.booking.context import context_of
from kezek.domain.booking.lapse import Lapse
from kezek.domain.booking.proposal import Way, way_of
from kezek.domain.booking.transition import Verb
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import HOUR, MINUTE, SECOND, Moment
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.turn.approve import Approve, Propose
from kezek.domain.turn.arrive import Arrive, WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross, TurnBack
from kezek.domain.turn.undo import Undo
from kezek.domain.turn.waiting import present, waiting
from tests.world import GUARDS, PEOPLE, TODAY, A, B, D, World, X, vehicle

OFFICER, SECOND_OFFICER, BOSS = PEOPLE["officer"], PEOPLE["second"], PEOPLE["supervisor"]
CARRIER, AGENCY = PEOPLE["carrier"], PEOPLE["agency"]


def arrive(w: World, *numbers: int, line: str = A) -> None:
    for number in numbers:
        w.done(Arrive("", PEOPLE[GUARDS[line]], number))


def booked(w: World, n: int, hour: int, line: str = A, day: int = 0) -> int:
    return w.book(n, line=line, start=w.window(line, day=day, hour=hour))


def in_line(w: World, line: str = A) -> list[int]:
    of = w.line(line)
    now = max(w.now.at, w.last().at)
    here = present(Facts(w.store.reader), of)
    found = waiting(here, of, w.rules[of.regulation], now)
    return [entry.turn.number for entry in found]


def call(w: World, line: str = A) -> int:
    return w.done(Call("", PEOPLE[GUARDS[line]], line))["number"]


# Arrival.


def test_the_booked_window_counts_first_then_arrival_then_the_number():
    w = World()
    nine, ten, ten_too, early = (booked(w, n, hour) for n, hour in enumerate((9, 10, 10, 11)))
    arrive(w, early, ten_too)
    w.wait(minutes=1)
    arrive(w, ten, nine)
    w.until(w.window(hour=11))
    assert in_line(w) == [nine, ten_too, ten, early]


def test_an_early_truck_waits_for_its_window():
    w = World()
    early, later = booked(w, 1, 11), booked(w, 2, 10)
    arrive(w, early, later)
    assert w.refused(Call("", OFFICER, A)) == "window_not_open"
    w.until(w.window(hour=10))
    assert call(w) == later
    w.done(Admit("", OFFICER, later))
    answer = w.do(Call("", OFFICER, A))
    assert (answer.reason, answer.facts["opens"]) == ("window_not_open", w.window(hour=11))
    w.until(w.window(hour=11))
    assert call(w) == early


def test_a_late_truck_keeps_its_place_until_the_limit():
    w = World()
    late, on_time = booked(w, 1, 9), booked(w, 2, 12)
    w.until(w.window(hour=13))
    arrive(w, on_time)
    assert w.status(late) == "late"
    arrive(w, late)
    assert w.body() == {"late": 0}
    assert in_line(w) == [late, on_time]


def test_after_the_limit_a_late_truck_falls_behind_the_current_window():
    w = World()
    late, current, following = booked(w, 1, 9), booked(w, 2, 13), booked(w, 3, 14)
    w.until(w.window(hour=13) + 1)
    arrive(w, late)
    assert w.body() == {"late": 1}
    w.wait(minutes=5)
    arrive(w, current, following)
    w.until(w.window(hour=14))
    assert in_line(w) == [current, late, following]


@pytest.mark.parametrize("minutes", [1, 61, 119])
def test_behind_the_current_window_holds_for_windows_of_any_length(minutes):
    w = World()
    late = booked(w, 1, 6, line=X)
    current, following = booked(w, 2, 8, line=X), booked(w, 3, 10, line=X)
    w.until(w.window(X, hour=8) + min(minutes, 29) * MINUTE)
    arrive(w, late, line=X)
    assert w.body() == {"late": 1}
    w.until(w.window(X, hour=8) + minutes * MINUTE)
    arrive(w, current, following, line=X)
    w.until(w.window(X, hour=10))
    assert in_line(w, X) == [current, late, following]


def test_no_show_is_true_the_moment_it_is():
    w = World()
    number = booked(w, 1, 9)
    w.until(w.window(hour=10) + 24 * HOUR - 1)
    assert w.status(number) == "late"
    w.wait(seconds=0.001)
    assert w.status(number) == "no_show"
    assert w.refused(Arrive("", OFFICER, number)) == "wrong_status"
    assert w.kinds(number)[-1] == "not_shown", "the desk has met it and settled it"


# Calls.


def test_a_missed_call_returns_behind_the_current_window_and_the_last_one_ends():
    w = World()
    first, second = booked(w, 1, 9), booked(w, 2, 9)
    arrive(w, first, second)
    assert call(w) == first
    w.wait(minutes=20)
    assert w.status(first) == "arrived"
    assert call(w) == second, "settled before the next call"
    assert w.kinds(first)[-1] == "missed"
    for _ in range(2):
        assert call(w) == first
        w.wait(minutes=20)
    w.tick()
    assert w.status(first) == "no_show"
    assert w.kinds(first)[-1] == "not_shown"
    w.check()


def test_the_place_after_a_missed_call_does_not_depend_on_the_timer():
    for prompt in (True, False):
        w = World()
        first, next_window = booked(w, 1, 10), booked(w, 2, 11)
        w.until(w.window(hour=10))
        arrive(w, first, next_window)
        assert call(w) == first
        w.wait(minutes=20)
        if prompt:
            w.tick()
        w.wait(minutes=45)
        assert call(w) == first, "it missed during its own window, before the next began"


def test_who_is_called_early_and_misses_gains_nothing_on_the_own_window():
    w = World()
    early, on_time = booked(w, 1, 15), booked(w, 2, 9)
    arrive(w, early, on_time)
    w.done(Call("", OFFICER, A, early, "perishable"))
    w.set_aside(early, "miss", "driver_gone")
    assert in_line(w) == [on_time, early]
    assert call(w) == on_time
    assert w.refused(Call("", OFFICER, A)) == "window_not_open"


def test_a_walk_in_that_misses_stands_before_those_who_come_later():
    w = World()
    first, second = w.walk_in(1), w.walk_in(2)
    w.wait(minutes=1)
    assert call(w) == first
    w.set_aside(first, "miss", "driver_gone")
    w.wait(minutes=1)
    third = w.walk_in(3)
    assert in_line(w) == [second, first, third]


def test_an_officer_serves_the_own_post_only():
    w = World()
    number = booked(w, 1, 9, line=B)
    assert w.refused(Arrive("", OFFICER, number)) == "not_allowed"
    arrive(w, number, line=B)
    assert w.refused(Call("", OFFICER, B)) == "not_allowed"
    answer = w.refused(Call("", OFFICER, A, number, "medical"))
    assert answer == "booking_unknown"


# Walk-ins.


def test_walk_ins_are_capped_per_local_day_and_need_no_vin():
    w = World()
    guard = PEOPLE["kg_officer"]
    for n in range(20):
        w.done(WalkIn("", guard, D, vehicle(n, vin="")))
    assert w.refused(WalkIn("", guard, D, vehicle(99))) == "class_full"
    w.wait(hours=24)
    w.done(WalkIn("", guard, D, vehicle(99)))
    w.check()


def test_a_rule_without_a_cap_lets_every_walk_in_join():
    w = World()
    for n in range(40):
        w.walk_in(n, line=X)
    assert w.day(X).taken["walk_in"] == 40


def test_a_walk_in_with_a_live_booking_is_refused():
    w = World()
    w.book(1, line=B)
    assert w.refused(WalkIn("", OFFICER, A, vehicle(1))) == "vehicle_booked"


# Exceptions.


def crowd(w: World) -> tuple[int, int]:
    head, other = booked(w, 1, 9), booked(w, 2, 9)
    arrive(w, head, other)
    return head, other


def test_out_of_turn_needs_a_published_cause_and_a_second_name_afterwards():
    w = World()
    head, other = crowd(w)
    answer = w.do(Call("", OFFICER, A, other))
    assert (answer.reason, answer.facts["next"]) == ("out_of_turn", head)
    assert w.refused(Call("", OFFICER, A, other, "a friend")) == "reason_missing"
    told = w.done(Call("", OFFICER, A, other, "live_animals"))
    assert told["exception"] == "awaiting"
    assert w.last().kind == "called_out_of_turn"
    assert w.refused(Approve("", SECOND_OFFICER, other)) == "not_allowed", "not in charge"
    w.done(Approve("", BOSS, other))
    assert w.booking(other).exception == "approved"
    assert w.refused(Approve("", BOSS, other)) == "nothing_to_approve"
    assert w.line().cursor == 0, "an exception does not move the cycle"


def test_one_may_propose_and_another_call():
    w = World()
    _, other = crowd(w)
    w.done(Approve("", BOSS, other, "humanitarian"))
    assert w.refused(Approve("", OFFICER, other, "medical")) == "proposed_already"
    assert w.done(Call("", OFFICER, A, other))["exception"] == "approved"


def test_who_proposed_and_calls_alone_awaits_a_second_name():
    w = World()
    _, other = crowd(w)
    w.done(Approve("", OFFICER, other, "humanitarian"))
    assert w.done(Call("", OFFICER, A, other))["exception"] == "awaiting"
    w.done(Approve("", AGENCY, other))


def test_nobody_writes_free_text_into_the_log_as_a_cause():
    w = World()
    _, other = crowd(w)
    w.done(Approve("", BOSS, other, "humanitarian"))
    assert w.refused(Call("", OFFICER, A, other, "for Mr Invented")) == "reason_missing"
    w.done(Call("", OFFICER, A, other))
    assert w.refused(Approve("", AGENCY, other, "for Mr Invented")) == "reason_missing"


def test_an_exception_is_proposed_only_for_who_is_still_to_be_called():
    w = World()
    head, _ = crowd(w)
    call(w)
    for asked in (Approve("", BOSS, head, "medical"), Propose("", BOSS, head, "call", "medical")):
        answer = w.do(asked)
        assert (answer.reason, answer.facts["status"]) == ("wrong_status", "called")


def test_a_call_by_rule_ends_a_proposed_call_out_of_turn_and_its_undo_brings_it_back():
    w = World()
    head, _ = crowd(w)
    w.done(Propose("", BOSS, head, "call", "medical"))
    told = w.done(Call("", OFFICER, A))
    assert (told["number"], told["proposal"]) == (head, "ended")
    assert json.loads(w.last().body)["proposal"] == "ended"
    now = w.booking(head)
    assert (now.exception, now.exception_cause, now.exception_by) == ("", "", 0)
    w.done(Undo("", OFFICER, head))
    before = w.booking(head)
    assert (before.exception, before.exception_cause) == ("proposed", "medical")


@pytest.mark.parametrize("last", [False, True])
def test_who_admits_after_the_call_ran_out_hears_when_it_did(last):
    w = World()
    number = booked(w, 1, 9)
    w.until(w.window(hour=9))
    arrive(w, number)
    most = w.rules[w.line().regulation].misses_max
    for _ in range(most + 1 if last else 1):
        call(w)
        until = w.booking(number).call_until
        w.until(until + MINUTE)
    answer = w.do(Admit("", OFFICER, number))
    assert (answer.reason, answer.facts["until"]) == ("call_missed", until)
    assert answer.facts.get("wrong") == ("last" if last else None)
    answer = w.do(Propose("", OFFICER, number, "miss", "driver_gone"))
    assert answer.reason == ("wrong_status" if last else "call_missed")


@pytest.mark.parametrize("steps", range(4))
@pytest.mark.parametrize("cause", ["", "live_animals"])
def test_what_a_page_offers_is_what_is_decided(steps, cause):
    w = World()
    _, number = crowd(w)
    call_ = Call("", OFFICER, A, number, cause or "medical")
    if not cause:
        w.done(Propose("", BOSS, number, "call", "medical"))
    for step in (call_, Admit("", OFFICER, number), Cross("", OFFICER, number))[:steps]:
        w.done(step)
    at = context_of(Facts(w.store.reader), number, w.rules, w.now.at)
    offered = way_of(Verb.TURN_BACK, at.booking, at.status)
    answer = w.do(TurnBack("", OFFICER, number, "papers"))
    told = {"second_person_needed": Way.TWO, "wrong_status": Way.NONE}
    assert offered is told.get(getattr(answer, "reason", ""), Way.ALONE)


# Undo.


@pytest.mark.parametrize("verb", ["arrive", "call", "admit", "cross", "turn_back", "miss"])
def test_undo_restores_the_facts_and_the_cursor(verb):
    w = World()
    number = booked(w, 1, 9)
    story = {
        "arrive": Arrive("", OFFICER, number),
        "call": Call("", OFFICER, A),
        "admit": Admit("", OFFICER, number),
        "cross": Cross("", OFFICER, number),
    }
    if verb == "turn_back":
        story.pop("cross")
        story[verb] = TurnBack("", OFFICER, number, "papers")
    if verb == "miss":
        story.pop("cross")
        story.pop("admit")
        story["propose"] = Propose("", SECOND_OFFICER, number, "miss", "driver_gone")
        story[verb] = Approve("", OFFICER, number)
    for name, command in story.items():
        before, cursor, claims = w.booking(number), w.line().cursor, w.claims()
        w.done(command)
        if name == verb:
            break
    w.wait(seconds=10)
    assert w.done(Undo("", OFFICER, number))["undone"] == verb
    after = w.booking(number)
    kept = {"step": "", "proposal": ""}
    assert {**fields(after), **kept} == {**fields(before), **kept}
    assert w.line().cursor == cursor
    assert w.claims() == claims
    assert w.last().kind == "undone"
    assert w.refused(Undo("", OFFICER, number)) in ("nothing_to_undo", "wrong_status")
    w.check()


def fields(booking: object) -> dict:
    return {name: getattr(booking, name) for name in booking.__slots__}


def test_undo_has_ten_seconds_of_real_time_however_fast_the_demo_runs():
    w = World()
    arrive(w, booked(w, 1, 9))
    w.now = Moment(w.now.at + 5 * HOUR, w.now.real + 10 * SECOND)
    w.done(Undo("", OFFICER, 1))
    arrive(w, 1)
    w.now = Moment(w.now.at, w.now.real + 10 * SECOND + 1)
    assert w.refused(Undo("", OFFICER, 1)) == "undo_too_late"


def test_a_wall_clock_set_back_gives_nobody_more_time():
    w = World()
    arrive(w, booked(w, 1, 9))
    w.now = Moment(w.now.at, w.now.real - HOUR)
    assert w.refused(Undo("", OFFICER, 1)) == "undo_too_late"


def test_only_who_did_it_takes_it_back():
    w = World()
    arrive(w, booked(w, 1, 9))
    assert w.refused(Undo("", SECOND_OFFICER, 1)) == "nothing_to_undo"
    assert w.refused(Undo("", CARRIER, 1)) == "not_allowed"


def test_an_undone_call_leaves_the_cycle_where_a_later_call_put_it():
    w = World()
    first, second = crowd(w)
    assert [call(w), call(w)] == [first, second]
    cursor = w.line().cursor
    w.done(Undo("", OFFICER, first))
    assert w.line().cursor == cursor
    assert in_line(w) == [first]


def test_an_approval_survives_the_undoing_of_a_later_step():
    w = World()
    _, other = crowd(w)
    w.done(Call("", OFFICER, A, other, "medical"))
    w.done(Admit("", OFFICER, other))
    w.done(Approve("", BOSS, other))
    w.done(Undo("", OFFICER, other))
    assert w.status(other) == "called"
    assert w.booking(other).exception == "approved"


def test_who_is_undone_after_somebody_booked_the_vehicle_is_refused():
    w = World()
    arrive(w, booked(w, 1, 9))
    w.set_aside(1, "turn_back", "papers", first=SECOND_OFFICER, second=OFFICER)
    second = w.book(1, line=B, start=w.window(B, day=1))
    assert w.refused(Undo("", OFFICER, 1)) == "vehicle_booked"
    w.done(Cancel("", CARRIER, second))
    w.done(Undo("", OFFICER, 1))
    w.check()


def test_what_time_has_changed_cannot_be_undone():
    w = World()
    arrive(w, booked(w, 1, 9))
    call(w)
    w.now = Moment(w.now.at + 20 * MINUTE, w.now.real + SECOND)
    assert w.refused(Undo("", OFFICER, 1)) == "nothing_to_undo"
    assert w.kinds(1)[-1] == "missed"


def test_an_undone_arrival_of_a_closed_day_keeps_its_place():
    w = World()
    arrive(w, booked(w, 1, 12))
    w.done(CloseDay("", AGENCY, A, TODAY.isoformat(), "flood"))
    assert w.slot(w.window(hour=12)).capacity == 1
    w.done(Undo("", OFFICER, 1))
    assert w.status(1) == "confirmed"
    w.check()


def test_the_timer_lapses_what_nobody_else_meets():
    w = World()
    arrive(w, booked(w, 1, 9))
    call(w)
    w.wait(minutes=20)
    w.done(Lapse("", TIMER, 1))
    assert json.loads(w.last().body) == {"misses": 1, "most": 2}


def test_a_call_out_of_turn_has_the_cause_that_was_proposed():
    w = World()
    number = booked(w, 1, 12)
    w.done(Approve("", OFFICER, number, "medical"))
    arrive(w, number)
    w.done(Call("", SECOND_OFFICER, A, number, "perishable"))
    assert w.body().items() >= {"cause": "medical", "exception": "approved"}.items()
    assert w.booking(number).exception_cause == "medical"


def test_the_second_approval_names_the_cause_of_the_first():
    w = World()
    number = booked(w, 1, 12)
    arrive(w, number)
    w.done(Call("", OFFICER, A, number, "live_animals"))
    assert w.store.reader.awaiting(A) == [number]
    w.done(Approve("", BOSS, number))
    assert w.body() == {"cause": "live_animals", "exception": "approved"}
    assert w.store.reader.awaiting(A) == []


def test_an_undone_call_out_of_turn_leaves_no_cause():
    w = World()
    number = booked(w, 1, 12)
    arrive(w, number)
    w.done(Call("", OFFICER, A, number, "medical"))
    w.done(Undo("", OFFICER, number))
    assert (w.booking(number).exception, w.booking(number).exception_cause) == ("", "")


def test_undoing_a_call_in_turn_keeps_an_approval_given_meanwhile():
    w = World()
    head, other = crowd(w)
    w.done(Call("", OFFICER, A, other, "perishable"))
    w.set_aside(other, "miss", "driver_gone")
    for _ in (head, other):
        w.done(Call("", SECOND_OFFICER, A))
    assert w.status(other) == "called", "in its turn"
    w.done(Approve("", BOSS, other))
    w.done(Undo("", SECOND_OFFICER, other))
    assert w.booking(other).exception == "approved"


def test_nobody_approves_what_one_has_asked_for_by_way_of_another_call():
    w = World()
    _, other = crowd(w)
    w.done(Call("", BOSS, A, other, "perishable"))
    w.set_aside(other, "miss", "driver_gone")
    w.done(Call("", OFFICER, A, other, "medical"))
    assert w.body().items() >= {"cause": "perishable", "exception": "awaiting"}.items()
    assert w.refused(Approve("", BOSS, other)) == "same_approver"
    w.done(Undo("", OFFICER, other))
    assert (w.booking(other).exception, w.booking(other).exception_cause) == (
        "awaiting",
        "perishable",
    )
    w.done(Approve("", AGENCY, other))
    assert w.booking(other).exception == "approved"


def test_a_time_that_the_rules_have_moved_is_set_anew():
    w = World()
    number = booked(w, 1, 12)
    due = w.booking(number).look_at
    kz = w.rules["kz"]
    later = dataclasses.replace(kz, no_show_after=kz.no_show_after * 2)
    w.rules = Regulations({**w.rules, "kz": later})
    w.now = Moment(due, due)
    assert w.store.reader.due(Booking, due, 9) == [number]
    w.done(Lapse("", TIMER, number))
    assert w.status(number) == "late"
    assert w.store.reader.due(Booking, due, 9) == []
    w.now = Moment(due + kz.no_show_after, due + kz.no_show_after)
    w.done(Lapse("", TIMER, number))
    assert w.status(number) == "no_show"
