"""What forecasts were worth is computed from what came, and nothing is claimed of too little."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from kezek.app.forecast.accuracy import (
    GROUP_MIN,
    NONE,
    SCORED_MIN,
    Past,
    accuracy_of,
    calibration_of,
)
from kezek.domain.kernel.instant import DAY, HOUR, MINUTE
from kezek.planning.forecast.features import SOFT, regime_of
from kezek.planning.planner import _invented
from kezek.planning.question import QUANTILES, HourCapacity, Range, TwinWaiting

FORECAST = Range(tuple(n * MINUTE for n in (10, 20, 30, 40, 50, 60, 70)))


def past(n: int, wait: float, **changes: object) -> Past:
    """The n-th truck of a day, forecast at 10 to 70 minutes."""
    made = Past(
        at=n * MINUTE,
        known_at=n * MINUTE + round(wait * MINUTE),
        vehicle_class="in_turn",
        regime="short",
        forecast=FORECAST,
        wait=round(wait * MINUTE),
        last_wait=40 * MINUTE,
        by_pace=None,
    )
    return replace(made, **changes)


def test_a_small_example_by_hand():
    # Of thirty trucks 24 waited 40 minutes, three 15 and three 65.
    waits = [40.0] * 24 + [15.0] * 3 + [65.0] * 3
    found = accuracy_of([past(n, wait) for n, wait in enumerate(waits)])
    # 15 and 65 lie outside 20 to 60, and inside 10 to 70.
    assert (found.trucks, found.inside80, found.inside90) == (30, 0.8, 1.0)
    assert found.error == 0.0
    # A wait of 40: .05*30 + .10*20 + .25*10 + .5*0 + .25*10 + .10*20 + .05*30 = 12 over seven.
    # A wait of 15: .05*5 + .9*5 + .75*15 + .5*25 + .25*35 + .1*45 + .05*55 = 44.5; of 65 the same.
    assert found.loss == pytest.approx((24 * 12 + 6 * 44.5) / 7 / 30)
    # One number for every quantile costs half its distance: 25 minutes for six of thirty.
    assert found.loss_last_wait == pytest.approx(6 * 25 / 2 / 30)
    assert found.loss_by_pace is None


def test_the_last_trucks_wait_is_held_only_to_trucks_of_which_it_said_something():
    told = [past(n, 40, last_wait=None if n % 2 else 30 * MINUTE) for n in range(30)]
    assert accuracy_of(told).loss_last_wait == pytest.approx(5.0)


def test_of_too_few_trucks_nothing_is_claimed():
    few = [past(n, 40) for n in range(SCORED_MIN - 1)]
    assert accuracy_of(few) is None
    assert calibration_of(few) is NONE
    assert accuracy_of([]) is None


def test_ranges_are_scored_as_they_were_shown_and_not_as_hindsight_moves_them():
    # Every truck waits twice as long as was said; on the first day nobody could know.
    first = [past(n, 80) for n in range(100)]
    second = [replace(one, at=one.at + DAY, known_at=one.known_at + DAY) for one in first]
    assert accuracy_of(first).inside90 == 0.0
    assert accuracy_of([*first, *second]).inside90 == 0.5


def test_what_was_not_over_at_midnight_moves_nothing():
    first = [past(n, 80, known_at=2 * DAY) for n in range(100)]
    second = [past(n, 80, at=DAY + n * MINUTE, known_at=2 * DAY) for n in range(100)]
    assert accuracy_of([*first, *second]).inside90 == 0.0


def test_each_quantile_is_moved_by_its_own_errors():
    # Errors of the 50 % mark: waits of 40 forecast, 1 to 99 minutes came, each once.
    seen = [past(n, n) for n in range(1, 100)]
    moved = calibration_of(seen).of(FORECAST, "in_turn", "short")
    # The 95 % mark of a hundred is the ninety-fifth: so long did 95 of 100 wait at most.
    expected = [math.ceil(100 * share) for share in QUANTILES]
    assert [round(wait / MINUTE) for wait in moved.at] == expected


def test_after_calibration_as_many_lie_inside_as_the_range_says():
    seen = [past(n, 30 + n % 90) for n in range(400)]
    calibration = calibration_of(seen)
    moved = calibration.of(FORECAST, "in_turn", "short")
    inside = sum(moved.at[1] <= one.wait <= moved.at[5] for one in seen) / len(seen)
    assert inside == pytest.approx(0.8, abs=0.02)


def test_a_group_with_enough_errors_has_its_own_and_a_small_one_the_lines():
    long = [past(n, 140, regime="long") for n in range(GROUP_MIN)]
    short = [past(n, 40) for n in range(200)]
    closed = [past(n, 40, regime="closed") for n in range(GROUP_MIN - 1)]
    calibration = calibration_of([*long, *short, *closed])
    assert set(calibration.groups) == {("in_turn", "long"), ("in_turn", "short")}
    assert calibration.of(FORECAST, "in_turn", "long").at[3] == 140 * MINUTE
    assert calibration.of(FORECAST, "in_turn", "closed") == calibration.of(FORECAST, "x", "y")


def test_a_moved_range_still_rises_and_is_never_negative():
    seen = [past(n, 0.1 * (n % 3)) for n in range(100)]
    moved = calibration_of(seen).of(FORECAST, "in_turn", "short")
    assert list(moved.at) == sorted(moved.at)
    assert moved.at[0] >= 0


def test_without_errors_nothing_is_moved():
    assert NONE.of(FORECAST, "in_turn", "short") == FORECAST
    assert SOFT > 0


@pytest.mark.parametrize(
    ("capacities", "waiting", "regime"),
    [
        ((0, 9, 9), 0, "closed"),
        ((), 5, "closed"),
        ((2, 2, 2), 6, "short"),
        ((2, 2, 2), 7, "long"),
        ((2, 0, 0), 3, "long"),
    ],
)
def test_the_regime_is_the_lines_condition(capacities, waiting, regime):
    state = replace(
        _invented(),
        hours=tuple(HourCapacity(n * HOUR, places) for n, places in enumerate(capacities)),
        waiting=tuple(TwinWaiting(n, "in_turn", (0, 0, n, n)) for n in range(waiting)),
    )
    assert regime_of(state) == regime
