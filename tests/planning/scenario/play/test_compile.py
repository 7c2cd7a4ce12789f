"""From a scenario to the model input that is played."""

from __future__ import annotations

import numpy as np
import pytest

from kezek.app.scenario.ground import shipped_ground
from kezek.planning.scenario.play.compile import Compiled, arrival_duration, compile_post
from kezek.planning.scenario.world.scenario import ScenarioArrival
from tests.planning.scenario.world.ground import HEAD, OWN, points

HOUR = 3_600.0


def compiled(text: str = HEAD + OWN) -> Compiled:
    (point,) = points(text)
    return compile_post(point.world, 0, shipped_ground().regulations)


def test_places_become_bookings_by_window():
    model = compiled().model
    # A day more is played than counts.
    assert model.booked.trucks.sum() == 3 * 80
    assert set(model.booked.start % HOUR) == {0.0}
    assert model.rules.window == HOUR
    assert model.until == 72 * HOUR


def test_the_warm_up_comes_before_what_counts():
    found = compiled(HEAD + "warm_up_days = 1\n" + OWN)
    assert found.counted_from == 24 * HOUR
    assert found.counted_until == 72 * HOUR


def test_the_demand_that_does_not_book_walks_in_up_to_its_cap():
    found = compiled(HEAD + "[demand]\nbooked_percent = 50\n" + OWN)
    (walking,) = found.model.walk_ins
    assert found.model.rules.classes[walking.vehicle_class] == "walk_in"
    assert walking.per_hour.now(5 * HOUR) == pytest.approx(24 / 24)
    assert found.refused_per_day == pytest.approx(16)


def test_shifts_closures_and_restrictions_set_the_lanes():
    text = (
        HEAD
        + OWN
        + """\
shift = [{ from = "22:00", until = "06:00", lanes = 1 }, { from = "12:00", until = "13:00", lanes = 0 }]
[[checkpoint.closure]]
from = 2026-06-16T08:00:00
until = 2026-06-16T10:00:00
[[checkpoint.restriction]]
from = 2026-06-16T14:00:00
until = 2026-06-16T16:00:00
percent = 50
"""
    )
    lanes = compiled(text).model.stages[0].lanes
    seen = {hour: lanes.now(hour * HOUR) for hour in (1, 7, 12, 13, 23, 30, 31, 33, 35, 38, 40)}
    assert seen == {1: 1, 7: 2, 12: 0, 13: 2, 23: 1, 30: 2, 31: 2, 33: 0, 35: 2, 38: 1, 40: 2}


def test_lanes_are_closed_with_the_checkpoint_and_open_again_after_the_last_day():
    lanes = (
        compiled(
            HEAD
            + OWN.replace(
                "[[checkpoint.stage]]", 'opens = "08:00"\ncloses = "20:00"\n[[checkpoint.stage]]'
            )
        )
        .model.stages[0]
        .lanes
    )
    assert [lanes.now(hour * HOUR) for hour in (7, 8, 19, 20, 24 * 9 + 9)] == [0, 2, 2, 0, 2]


def test_a_load_above_one_is_allowed_and_named():
    found = compiled(HEAD + "[demand]\nfactor = 4\n" + OWN.replace("96", "960"))
    assert (round(found.load, 2), found.tight) == (round(304 * 12 / (2 * 1440), 2), "gate")


def test_a_class_never_goes_over_its_cap_of_the_day():
    text = HEAD + "[demand.classes]\nin_turn = 50\npriority = 50\n" + OWN
    model = compiled(text).model
    of_class = model.booked.vehicle_class == model.rules.classes.index("priority")
    days = model.booked.start[of_class] // (24 * HOUR)
    assert np.bincount(days.astype(int), model.booked.trucks[of_class]).tolist() == [5.0, 5.0, 5.0]


def test_rules_of_the_file_stand_in_for_the_regulation():
    found = compiled(HEAD + "[rules]\nkeeps_place_minutes = 7\nwindow_minutes = 30\n" + OWN).model
    assert (found.rules.keeps_place_for, found.rules.window) == (420.0, 1_800.0)


def test_earliness_is_a_normal_law_between_its_bounds():
    span = arrival_duration(ScenarioArrival())
    assert (span.distribution, span.mean, span.deviation) == ("truncated_normal", -3_600.0, 5_400.0)
    assert (span.least, span.most) == (-21_600.0, 21_600.0)


def test_without_a_deviation_everybody_comes_at_the_mean():
    still = arrival_duration(ScenarioArrival(mean_minutes=-5, deviation_minutes=0))
    assert (still.distribution, still.mean) == ("deterministic", -300.0)
