"""The twin from a live line: as sure as it says, in order, and silent where it knows nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from kezek.domain.kernel.instant import HOUR, MINUTE
from kezek.domain.turn.order import Turn, line_up
from kezek.planning.forecast.twin import NOBODY_CALLED, NOBODY_CROSSED, forecast
from kezek.planning.question import (
    Expected,
    HourCapacity,
    LineForecast,
    LineState,
    MeasuredPast,
    Range,
    TwinCalled,
    TwinWaiting,
)
from kezek.planning.simulation.checkpoint.checkpoint import run
from tests.planning.forecast import past

NOW = past.EPOCH + 10 * HOUR
PACE = 3 * MINUTE


def a_line(*, waiting: int = 30, calls: int = 400, **changes: object) -> LineState:
    """Trucks of one window, called every three minutes for as long as is known."""
    called = tuple(NOW - n * PACE for n in range(calls, 0, -1))
    state = LineState(
        line="one",
        now=NOW,
        interleave=("in_turn", "walk_in"),
        ordinary="in_turn",
        walk_in="walk_in",
        cursor=0,
        window=HOUR,
        keeps_place_for=HOUR,
        no_show_after=2 * HOUR,
        waiting=tuple(
            TwinWaiting(n, "in_turn", (NOW - 5 * HOUR, 0, NOW - 5 * HOUR + n, n))
            for n in range(1, waiting + 1)
        ),
        expected=(
            Expected(900, "in_turn", NOW + 2 * HOUR),
            Expected(901, "in_turn", NOW + 9 * HOUR),
        ),
        at_gate=(
            TwinCalled(800, "in_turn", False, NOW - MINUTE),
            TwinCalled(801, "in_turn", True, NOW),
        ),
        hours=tuple(HourCapacity(NOW + n * HOUR, 20) for n in range(24)),
        measured=MeasuredPast(
            since=NOW - max(1, calls) * PACE,
            called=called,
            crossed=called,
            approach=tuple(n % 7 * MINUTE for n in range(calls)),
            gate=tuple((15 + n % 20) * MINUTE for n in range(calls)),
            early=tuple((n % 90 - 60) * MINUTE for n in range(calls)),
            shown=calls,
            not_shown=calls // 20,
            walked_in=0,
        ),
        seed=5,
    )
    return replace(state, **changes)


def of(told: LineForecast, number: int):
    return next(truck for truck in told.trucks if truck.number == number)


def holds(told: Range, truth: float) -> bool:
    return told.at[0] <= past.instant(truth) <= told.at[-1]


def width(told: Range) -> int:
    return told.at[-1] - told.at[0]


@pytest.mark.parametrize("load", [0.97, 1.0])
def test_nine_of_ten_truths_of_a_simulated_checkpoint_lie_inside_the_range_of_nine_tenths(load):
    model, moments = past.model(9, load=load), np.random.default_rng(5)
    inside: dict[str, list[bool]] = defaultdict(list)
    for replication in range(16):
        records = run(model, 11, replication)
        for cut in moments.uniform(4 * 86_400.0, 7 * 86_400.0, 4):
            state = past.state(model, records, cut, replication)
            told = forecast(state)
            came = records.trucks
            here = {one.number: "waiting" for one in state.waiting}
            here |= {one.number: "at the gate" for one in state.at_gate}
            for truck in told.trucks:
                at = came["called"][truck.number - 1], came["left"][truck.number - 1]
                if np.isnan(at[1]) or past.instant(at[1]) >= told.horizon:
                    continue
                kind = here.get(truck.number, "expected")
                if truck.called is not None:
                    inside[f"{kind} called"].append(holds(truck.called, at[0]))
                inside[f"{kind} crossed"].append(holds(truck.crossed, at[1]))
    covered = {kind: sum(those) / len(those) for kind, those in inside.items()}
    assert len(covered) == 5
    assert all(0.85 <= share <= 0.95 for share in covered.values()), covered


def test_who_stands_further_back_is_across_later_at_every_quantile():
    told = forecast(a_line())
    called = [of(told, number).called.at for number in range(1, 31)]
    crossed = [of(told, number).crossed.at for number in range(1, 31)]
    assert (np.diff(called, axis=0) > 0).all()
    # What happens at the gate is each truck's own luck, and noise of some minutes.
    assert (np.diff(crossed, axis=0)[:, 1:6] > -6 * MINUTE).all()
    assert (np.array(crossed)[5:] > np.array(crossed)[:-5]).all()
    for truck in told.trucks:
        for range_ in (truck.called, truck.crossed):
            assert range_ is None or list(range_.at) == sorted(range_.at)


def test_the_order_of_the_forecast_is_that_of_the_live_line():
    classes = ("in_turn", "walk_in")
    waiting = tuple(
        TwinWaiting(
            n,
            classes[n % 3 == 0],
            (0 if n % 3 == 0 else NOW - HOUR * (n % 4), 0, NOW - n * MINUTE, n),
        )
        for n in range(1, 25)
    )
    state = a_line(waiting=0, interleave=("in_turn", "in_turn", "walk_in"), cursor=7)
    state = replace(state, waiting=waiting)
    turns = [Turn(one.number, one.vehicle_class, one.key) for one in waiting]
    live = line_up(turns, state.interleave, state.cursor, NOW, in_round=state.in_round)
    order = [entry.turn.number for entry in live]
    told = forecast(state)
    assert sorted(order, key=lambda number: of(told, number).called.at[3]) == order


def test_a_young_log_gives_wider_ranges():
    young, old = forecast(a_line(calls=5)), forecast(a_line(calls=400))
    assert width(of(young, 30).called) > 2 * width(of(old, 30).called)
    assert width(of(young, 801).crossed) > 0


def test_a_line_of_which_nothing_was_measured_is_not_told_anything():
    assert forecast(a_line(calls=0)).no_basis == NOBODY_CALLED
    state = a_line()
    silent = forecast(replace(state, measured=replace(state.measured, crossed=(), gate=())))
    assert silent.no_basis == NOBODY_CROSSED
    assert silent.trucks == silent.joins == silent.lengths == ()


def test_nobody_is_called_while_the_calendar_is_closed():
    hours = tuple(HourCapacity(NOW + n * HOUR, 0 if n < 6 else 20) for n in range(24))
    told = forecast(a_line(hours=hours))
    assert min(of(told, 1).called.at) >= NOW + 6 * HOUR
    closed = forecast(a_line(hours=tuple(HourCapacity(NOW + n * HOUR, 0) for n in range(24))))
    assert of(closed, 1).called.at == (closed.horizon,) * 7
    assert closed.horizon == NOW + 24 * HOUR


def test_half_the_capacity_is_twice_the_wait():
    whole = of(forecast(a_line()), 30).called.at[3] - NOW
    hours = tuple(HourCapacity(NOW + n * HOUR, 10 if n < 6 else 20) for n in range(24))
    half = of(forecast(a_line(hours=hours)), 30).called.at[3] - NOW
    assert whole == pytest.approx(30 * PACE, rel=0.1)
    assert half == pytest.approx(2 * whole, rel=0.15)


def test_nobody_is_called_before_the_window_begins():
    early = TwinWaiting(99, "in_turn", (NOW + 3 * HOUR, 0, NOW - HOUR, 99))
    told = forecast(a_line(waiting=0, expected=()))
    assert (
        of(forecast(replace(a_line(waiting=0), waiting=(early,))), 99).called.at[0]
        >= NOW + 3 * HOUR
    )
    assert told.joins[0].called.at[3] < HOUR


def test_joining_now_is_being_behind_those_who_wait_and_disturbs_nobody():
    told = forecast(a_line(expected=()))
    mine = next(one for one in told.joins if one.vehicle_class == "in_turn")
    last = of(told, 30).called.at[3] - NOW
    assert last < mine.called.at[3] < last + 3 * PACE
    assert mine.crossed.at[3] > mine.called.at[3]
    # A walk-in's class has nobody in line: the cycle comes to it after the next truck.
    walk_in = next(one for one in told.joins if one.vehicle_class == "walk_in")
    assert walk_in.called.at[3] < 3 * PACE
    other = forecast(a_line(expected=(), interleave=("in_turn",)))
    assert of(other, 30).called.at == of(told, 30).called.at


def test_the_line_gets_shorter_by_the_pace():
    told = forecast(a_line(waiting=60, expected=()))
    assert [one.at for one in told.lengths[:2]] == [NOW + HOUR, NOW + 2 * HOUR]
    assert told.lengths[0].waiting[3] == pytest.approx(40, abs=3)
    assert told.lengths[1].waiting[3] == pytest.approx(20, abs=4)
    assert told.lengths[5].waiting == (0,) * 7


def test_who_is_expected_is_asked_for_only_in_futures_in_which_it_comes():
    told = forecast(a_line(waiting=0))
    assert of(told, 900).called.at[0] >= NOW + HOUR
    # Long after its window, with nobody ever having come so late: it will not come any more.
    gone = forecast(a_line(waiting=0, expected=(Expected(902, "in_turn", NOW - 2 * HOUR),)))
    assert all(truck.number != 902 for truck in gone.trucks)


def test_the_same_state_gives_the_same_answer_and_another_seed_another():
    state = a_line()
    assert forecast(state) == forecast(state)
    assert forecast(state).trucks != forecast(replace(state, seed=6)).trucks


def test_a_truck_at_the_gate_has_spent_what_it_has():
    admitted = tuple(TwinCalled(n, "in_turn", True, NOW - n * MINUTE) for n in (0, 10, 20, 30, 500))
    told = forecast(a_line(at_gate=admitted))
    medians = [of(told, number).crossed.at[3] for number in (0, 10, 20, 30)]
    assert medians == sorted(medians, reverse=True)
    assert all(min(of(told, one.number).crossed.at) >= NOW for one in admitted)


def test_the_range_bears_that_trucks_of_an_hour_that_has_begun_may_come_late():
    """Booked for the hour before, not there yet, and still first if they come: they widen the range."""
    mine = TwinWaiting(1, "in_turn", (NOW, 0, NOW - 20 * MINUTE, 1))
    ahead = tuple(TwinWaiting(n, "in_turn", (NOW, 0, NOW - HOUR + n, n)) for n in range(2, 12))
    line = a_line()
    often_late = replace(line.measured, early=tuple(n % 120 * MINUTE for n in range(400)))
    alone = replace(line, waiting=(*ahead, mine), expected=(), measured=often_late)
    late = tuple(Expected(900 + n, "in_turn", NOW - HOUR) for n in range(12))
    told = [
        {truck.number: truck for truck in forecast(state).trucks}[1].called
        for state in (alone, replace(alone, expected=late))
    ]
    without, with_late = told
    assert with_late.at[-2] > without.at[-2] + 5 * MINUTE, "the late end bears the risk"
    assert with_late.at[-2] - with_late.at[1] > without.at[-2] - without.at[1], "and it is wider"


def test_who_asks_about_a_window_is_called_in_it_and_disturbs_nobody():
    state = a_line()
    asked = (NOW, NOW + HOUR, NOW + 9 * HOUR)
    plain, told = forecast(state), forecast(replace(state, asked=asked))
    assert replace(told, windows=()) == plain
    assert [one.start for one in told.windows] == list(asked)
    waits = [one.called.at for one in told.windows]
    assert all(low >= 0 for low, *_ in waits)
    # Thirty wait now, ten in an hour; in nine hours nobody but the one expected.
    medians = [at[3] for at in waits]
    assert medians[0] > medians[1] > medians[2]
    assert abs(medians[0] - 30 * PACE) < 20 * MINUTE


def test_a_window_nobody_can_be_called_in_waits_until_the_line_opens():
    hours = tuple(HourCapacity(NOW + n * HOUR, 0 if n < 3 else 20) for n in range(24))
    told = forecast(a_line(waiting=0, hours=hours, asked=(NOW + HOUR,)))
    assert told.windows[0].called.at[0] >= 2 * HOUR
