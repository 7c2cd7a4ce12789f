"""A decree that takes effect at a local midnight, with bookings and a line across it, on every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from kezek.app.booking.lost_time import lost_times
from kezek.app.booking.regroup import proposals
from kezek.app.turn.line_log import LineLog
from kezek.app.turn.line_past import LinePast
from kezek.app.turn.line_state import state_of
from kezek.domain.booking.change import Move
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.kernel.instant import DAY, HOUR, MINUTE, day_start
from kezek.domain.kernel.money import Money
from kezek.domain.kernel.refusal import Reason
from kezek.domain.network.register import missing_days
from kezek.domain.regulation.regulation import ChosenBy
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from kezek.planning.question import LineState, OrderChange
from tests.decree import MIDNIGHT, NO_LONGER_PUBLISHED, TOMORROW, decreed
from tests.stored import StoredWorld
from tests.world import PEOPLE, A, rules


@pytest.fixture
def yard(store) -> StoredWorld:
    return StoredWorld(store, decreed())


def test_what_was_promised_to_a_driver_stays(yard):
    window = yard.window(day=1, hour=10)
    early = yard.book(1, start=window)
    fee = yard.ticket(early).fee
    moves = yard.ticket(early).moves_left
    yard.until(MIDNIGHT)
    late = yard.book(2, start=window)
    assert yard.ticket(early).fee == fee
    assert yard.ticket(late).fee == Money(2 * fee.minor, "KZT")
    assert (yard.ticket(early).moves_left, yard.ticket(late).moves_left) == (moves, 0)
    refused = yard.do(Move(yard.key(), PEOPLE["carrier"], late, window + HOUR))
    assert refused.reason is Reason.MOVES_EXHAUSTED
    yard.done(Move(yard.key(), PEOPLE["carrier"], early, window + HOUR))
    # The later booking is over an hour after its window, the earlier one is only late.
    yard.until(window + 2 * HOUR + MINUTE + HOUR)
    assert yard.ticket(late).status == "no_show"
    assert yard.ticket(early).status == "late"


def test_a_decree_may_say_that_a_limit_holds_for_older_bookings_too(store):
    yard = StoredWorld(store, decreed(transition={"no_show_after": ChosenBy.NOW}))
    window = yard.window(day=1, hour=10)
    early = yard.book(1, start=window)
    yard.until(window + 2 * HOUR + MINUTE)
    assert yard.ticket(early).status == "no_show"
    # The row's own time is a day later; the vehicle is free already.
    again = yard.book(1, start=yard.window(day=1, hour=20))
    assert (yard.booking(early).outcome, yard.booking(early).ended_at) == ("no_show", yard.now.at)
    assert yard.ticket(again).status == "confirmed"


def test_a_closure_tells_the_end_of_the_time_that_the_displaced_were_promised(store):
    yard = StoredWorld(store, decreed(displaced_for=HOUR))
    older = yard.book(1, start=yard.window(day=2))
    yard.until(MIDNIGHT)
    close = CloseDay(yard.key(), PEOPLE["agency"], A, "2026-06-15", "works")
    told = yard.done(close)
    assert told["until"] == yard.booking(older).look_at == MIDNIGHT + rules()["kz"].displaced_for
    # Nobody stands in this day: a booking that is displaced now has the newer time.
    empty = CloseDay(yard.key(), PEOPLE["agency"], A, "2026-06-16", "works")
    assert yard.done(empty)["until"] == MIDNIGHT + HOUR


def test_the_order_of_the_line_changes_at_midnight(yard):
    window = yard.window(hour=22)
    plain = [yard.book(n, start=window) for n in (1, 2)]
    urgent = yard.book(3, start=window, who="officer", vehicle_class="priority")
    yard.until(window)
    for number in (*plain, urgent):
        yard.done(Arrive(yard.key(), PEOPLE["officer"], number))
    yard.until(MIDNIGHT - 1)
    assert [e.turn.number for e in yard.queue().entries] == [urgent, *plain]
    assert yard.queue().until == MIDNIGHT
    yard.until(MIDNIGHT)
    assert [e.turn.number for e in yard.queue().entries] == [plain[0], urgent, plain[1]]


def with_fresh_class() -> Regulations:
    """A decree from tomorrow on that only adds a class, at the beginning of the cycle."""
    kz = rules()["kz"]
    decree = replace(
        kz,
        effective_on=TOMORROW,
        classes=kz.classes | {"fresh": replace(kz.classes["in_turn"], name="fresh")},
        interleave=("fresh", *kz.interleave),
    )
    return Regulations(rules(), rules().known, [decree])


def test_a_class_of_a_decree_may_arrive_before_the_decree_begins(store):
    """Its truck stands in the line, the forecast plays it, and it is called at the end of the cycle."""
    yard, cycle = StoredWorld(store, with_fresh_class()), rules()["kz"].interleave
    evening = yard.window(hour=22)
    plain = yard.book(1, start=evening)
    early = yard.book(2, start=MIDNIGHT, vehicle_class="fresh")
    yard.until(evening)
    for number in (early, plain):
        yard.done(Arrive(yard.key(), PEOPLE["officer"], number))
    assert [e.turn.number for e in yard.queue().entries] == [plain, early]
    assert state(yard).interleave == (*cycle, "fresh")
    yard.done(Call(yard.key(), PEOPLE["officer"], A))
    yard.done(Admit(yard.key(), PEOPLE["officer"], plain))
    yard.until(MIDNIGHT)
    assert yard.served().at(yard.now.at).interleave == ("fresh", *cycle)
    yard.done(Call(yard.key(), PEOPLE["officer"], A))
    assert yard.ticket(early).status == "called"


def test_a_class_of_a_decree_has_no_windows_before_it(store):
    yard = StoredWorld(store, with_fresh_class())
    number = yard.book(1, start=yard.window(day=1), vehicle_class="fresh")
    early = Move(yard.key(), PEOPLE["carrier"], number, yard.window(hour=22))
    assert yard.do(early).reason is Reason.WINDOW_UNKNOWN
    # A closure before the decree takes the window; the class is known in the windows after it.
    yard.done(CloseDay(yard.key(), PEOPLE["agency"], A, TOMORROW, "works"))
    assert yard.ticket(number).status == "displaced"
    (view,) = yard.views([number])
    lost = lost_times(yard.store.reader, [view])
    (found,) = proposals([view], lost, yard.places, yard.now.at)
    assert found.start == yard.window(day=2, hour=0)
    yard.done(Move(yard.key(), PEOPLE["carrier"], number, found.start))
    assert yard.ticket(number).status == "confirmed"


def test_caps_are_those_of_the_window_whenever_it_is_booked(yard):
    """Today's windows keep the old share, tomorrow's have one place, also if booked today."""
    for n in (1, 2):
        yard.book(n, start=yard.window(hour=20), who="officer", vehicle_class="priority")
    yard.book(3, start=yard.window(day=1, hour=10), who="officer", vehicle_class="priority")
    answer = yard.do(
        yard.book_command(
            4, start=yard.window(day=1, hour=11), who="officer", vehicle_class="priority"
        )
    )
    assert answer.reason is Reason.CLASS_FULL


def test_published_windows_stay_and_later_days_are_cut_anew(yard):
    yard.until(day_start(date(2026, 6, 15), "Asia/Almaty"))
    for command in missing_days(yard.store.reader, yard.rules, yard.now.at):
        yard.done(command)
    length = {}
    for on in ("2026-07-13", NO_LONGER_PUBLISHED):
        first = day_start(date.fromisoformat(on), "Asia/Almaty")
        slots = yard.store.reader.slots(A, first, first + DAY)
        length[on] = {b.start - a.start for a, b in pairwise(slots)}
    assert length == {"2026-07-13": {HOUR}, NO_LONGER_PUBLISHED: {2 * HOUR}}
    far = yard.store.reader.slots(A, first, first + DAY)[5].start
    number = yard.book(9, start=far)
    assert yard.ticket(number).window_end == far + 2 * HOUR


def test_yesterday_is_told_as_before_the_decree(yard):
    """But that yesterday's forecasts know the decree that was to come."""
    window = yard.window(hour=12)
    numbers = [yard.book(n, start=window) for n in (1, 2)]
    yard.until(window)
    for number in numbers:
        yard.done(Arrive(yard.key(), PEOPLE["officer"], number))
    for number in numbers:
        yard.done(Call(yard.key(), PEOPLE["officer"], A))
        yard.done(Admit(yard.key(), PEOPLE["officer"], number))
        yard.done(Cross(yard.key(), PEOPLE["officer"], number))
    yard.until(MIDNIGHT + HOUR)
    told = []
    for regulations in (decreed(), rules()):
        yard.rules = regulations
        past = LinePast(yard.store.reader, yard.served(), yard.now.at - DAY)
        told.append(list(past.arrivals(9)))
    knew = {change.at for one in told[0] for change in one.state.changes}
    assert knew == {MIDNIGHT}
    without = [one._replace(state=replace(one.state, changes=())) for one in told[0]]
    assert repr(without) == repr(told[1])
    assert len(without) == 2


def state(yard: StoredWorld) -> LineState:
    log = LineLog(A)
    log.read_on(yard.store.reader)
    measured = log.measured(yard.now.at)
    return state_of(yard.store.reader, yard.served(), yard.queue(), measured, 1)


def test_a_forecast_knows_the_decree_in_its_hours(yard):
    """Asked at ten in the evening and at one at night, each by the rules of every moment."""
    newer = ("in_turn", "priority", "accelerated", "postal", "walk_in")
    yard.until(MIDNIGHT - 2 * HOUR)
    before = state(yard)
    assert before.interleave == rules()["kz"].interleave
    assert before.next_round == ("walk_in",)
    assert before.changes == (OrderChange(MIDNIGHT, newer, ()),)
    yard.until(MIDNIGHT + HOUR)
    after = state(yard)
    assert (after.interleave, after.next_round, after.changes) == (newer, (), ())
    # The published windows of both days are of an hour.
    assert {hour.start % HOUR for hour in before.hours} == {0}
    shared = [hour for hour in before.hours if hour.start >= MIDNIGHT + HOUR]
    assert tuple(shared) == after.hours[: len(shared)]


def test_trucks_are_expected_as_long_as_was_promised_to_each(yard):
    window = yard.window(day=1, hour=10)
    early = yard.book(1, start=window)
    yard.until(MIDNIGHT)
    late = yard.book(2, start=window)
    was = rules()["kz"]
    limits = {one.number: one.lapses_at for one in state(yard).expected}
    assert limits == {early: window + HOUR + was.no_show_after, late: window + 2 * HOUR}


def test_a_limit_that_the_decree_changes_for_all_changes_at_midnight(store):
    yard = StoredWorld(store, decreed(transition={"no_show_after": ChosenBy.NOW}))
    evening = yard.book(1, start=yard.window(hour=18))
    night = yard.book(2, start=yard.window(hour=23))
    yard.until(MIDNIGHT - HOUR)
    limits = {one.number: one.lapses_at for one in state(yard).expected}
    # By the older rules both had a day; by the newer one the first has lapsed when they begin.
    assert limits == {evening: MIDNIGHT, night: MIDNIGHT + HOUR}


def test_a_past_forecast_is_had_again_by_the_rules_of_its_moment(yard):
    """A truck came in the evening; asked about after midnight, its forecast is the evening's."""
    window = yard.window(hour=21)
    number, later = yard.book(1, start=window), yard.book(2, start=yard.window(day=1, hour=10))
    yard.until(MIDNIGHT - 2 * HOUR)
    yard.done(Arrive(yard.key(), PEOPLE["officer"], number))
    live = state(yard)
    yard.wait(minutes=5)
    for command in (Call(yard.key(), PEOPLE["officer"], A), Admit("a", PEOPLE["officer"], number)):
        yard.done(command)
    yard.done(Cross("c", PEOPLE["officer"], number))
    yard.until(MIDNIGHT + HOUR)
    past = LinePast(yard.store.reader, yard.served(), yard.now.at - DAY)
    (arrival,) = past.arrivals(9)
    again = arrival.state
    for name in ("now", "interleave", "next_round", "changes", "waiting", "expected", "window"):
        assert getattr(again, name) == getattr(live, name), name
    assert [one.number for one in again.expected] == [later]
