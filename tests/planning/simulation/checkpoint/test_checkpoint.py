"""What holds in every run of the checkpoint, and how a model input that cannot be played is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kezek.app.regulation.version_file import shipped_regulations
from kezek.planning.simulation.checkpoint.checkpoint import play, replicate, run
from kezek.planning.simulation.checkpoint.checkpoint_input import (
    BadModelInput,
    Booked,
    Calls,
    Duration,
    Habit,
    ModelInput,
    ModelRules,
    ModelStage,
    WalkInStream,
)
from kezek.planning.simulation.checkpoint.checkpoint_record import (
    CROSSED,
    NO_SHOW,
    OUT,
    TOO_LATE,
    UNFINISHED,
)
from kezek.planning.simulation.checkpoint.checkpoint_variates import variates_of
from kezek.planning.simulation.variate.steps import Steps
from tests.planning.simulation.checkpoint.random_input import plan_of

DAY = 86_400.0
PUNCTUAL = Habit(0.0, Duration("deterministic", 0.0))
TEN_MINUTES = (Duration("deterministic", 600.0),)


def small(**changes: object) -> ModelInput:
    """Four trucks at 0 and four at 1 o'clock, two lanes of ten minutes."""
    rules = ModelRules(("in_turn",), (0,), 3600.0, 3600.0, 7200.0, 1800.0, 1)
    gate = ModelStage("gate", Steps.constant(2.0), TEN_MINUTES)
    model = ModelInput(rules, DAY, (gate,), Booked.of([(0.0, 0, 4), (3600.0, 0, 4)]), (PUNCTUAL,))
    return replace(model, **changes)


def busy(days: int = 20) -> ModelInput:
    """Two classes and walk-ins, two stages, three shifts: about a load of 0.9."""
    rules = ModelRules(
        ("in_turn", "priority", "walk_in"), (0, 0, 1, 2), 3600.0, 7200.0, 4e4, 1800.0, 1
    )
    rows = [(h * 3600.0, of, n) for h in range(days * 24) for of, n in ((0, 11), (1, 3))]
    habit = Habit(0.06, Duration("measured", quantiles=(-5400.0, -1800.0, 0.0, 3600.0)))
    lanes = Steps.repeated([(0.0, 3.0), (6 * 3600.0, 5.0)], every=DAY, until=days * DAY)
    gate = ModelStage("gate", lanes, (Duration("lognormal", 800.0, 0.5),) * 3)
    inspected = ModelStage(
        "customs", Steps.constant(9.0), (Duration("gamma", 1500.0, 0.7),) * 3, (), (0.1,) * 3
    )
    return ModelInput(
        rules,
        days * DAY,
        (gate, replace(inspected, inspection_time=Duration("exponential", 3600.0))),
        Booked.of(rows),
        (habit,) * 3,
        (WalkInStream(2, Steps.constant(2.0)),),
        Calls(travel=Duration("lognormal", 300.0, 0.3), missed=0.02),
    )


def test_every_truck_is_accounted_for_and_its_steps_follow_each_other():
    for number in range(60):
        model = plan_of(number)
        records = play(model, variates_of(model, number, 0))
        trucks = records.trucks
        outcome = trucks["outcome"]
        assert set(outcome) <= {CROSSED, NO_SHOW, TOO_LATE, OUT, UNFINISHED}
        through = outcome == CROSSED
        assert (np.isnan(trucks["left"]) == ~through).all()
        steps_of = [trucks["arrived"], trucks["joined"], trucks["called"]]
        steps_of += [
            records.passages[name][:, place]
            for place in range(records.passages.shape[1])
            for name in ("queued", "started", "ended")
        ]
        steps_of += [trucks["left"]]
        # Standing trucks joined before the start, which their record leaves open; so do passers-by.
        for truck in np.flatnonzero(through):
            seen = [column[truck] for column in steps_of if not math.isnan(column[truck])]
            assert seen == sorted(seen), f"truck {truck} of plan {number}"


def test_no_lane_is_free_while_somebody_queues():
    records, model = run(busy(), seed=3), busy()
    for place, stage in enumerate(model.stages):
        seen = records.passages[:, place]
        seen = seen[~np.isnan(seen["started"])]
        starts, ends = np.sort(seen["started"]), np.sort(seen["ended"])
        levels = np.array([stage.lanes.now(at) for at in starts])
        # Inside at a start, this truck not counted: fewer than lanes are open.
        inside = np.arange(len(starts)) - np.searchsorted(ends, starts, side="right")
        assert (inside < levels).all()
        # Who starts later than it queued starts at an end or when lanes open: never for nothing.
        waited = seen[seen["started"] > seen["queued"]]
        assert len(waited) > 100
        assert np.isin(waited["started"], np.concatenate((ends, stage.lanes.at))).all()


def test_littles_law_holds_in_every_run():
    records = run(busy(), seed=5)
    trucks = records.trucks[records.crossed()]
    arrived, left = np.sort(trucks["arrived"]), np.sort(trucks["left"])
    begin, end = arrived[0], left[-1]
    moments = np.sort(np.concatenate((arrived, left)))
    inside = np.searchsorted(arrived, moments, "right") - np.searchsorted(left, moments, "right")
    mean_inside = (inside[:-1] * np.diff(moments)).sum() / (end - begin)
    rate, stay = len(trucks) / (end - begin), (trucks["left"] - trucks["arrived"]).mean()
    assert mean_inside == pytest.approx(rate * stay, rel=1e-9)


def test_records_cannot_be_changed():
    records = run(small(), seed=1)
    for array in (records.trucks, records.passages, records.inspected):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = array[...]


def test_a_seed_gives_the_same_bits_and_another_replication_others():
    one, same, other = run(busy(), 7), run(busy(), 7), run(busy(), 7, 1)
    assert one.trucks.tobytes() == same.trucks.tobytes()
    assert one.passages.tobytes() == same.passages.tobytes()
    assert one.trucks.tobytes() != other.trucks.tobytes()


def test_replications_give_the_same_bits_on_any_number_of_threads():
    def measure(records):
        stays = records.stays()
        return np.array([np.nanmean(stays), np.nanmax(stays), np.count_nonzero(records.crossed())])

    one, three = (replicate(busy(3), 11, 13, threads=n, measure=measure) for n in (1, 3))
    for name in ("mean", "error", "least", "most"):
        assert getattr(one, name).tobytes() == getattr(three, name).tobytes()
    runs = np.array([measure(run(busy(3), 11, replication)) for replication in range(13)])
    np.testing.assert_allclose(one.mean, runs.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(one.error, runs.std(axis=0, ddof=1) / math.sqrt(13), rtol=1e-9)


def test_the_same_trucks_come_under_another_rule():
    model = busy()
    other = replace(model, rules=replace(model.rules, interleave=(1, 0, 2), keeps_place_for=0.0))
    one, two = variates_of(model, 3, 0), variates_of(other, 3, 0)
    for name in one._fields:
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert not np.array_equal(play(model, one).waits(), play(other, two).waits(), equal_nan=True)


def test_the_shares_and_means_that_are_asked_for_are_drawn():
    model = replace(busy(200), walk_ins=())
    drawn = variates_of(model, 1, 0)
    assert np.isinf(drawn.arrived).mean() == pytest.approx(0.06, abs=0.003)
    assert drawn.service_times[0].mean() == pytest.approx(800.0, rel=0.01)
    assert drawn.service_times[0].std() == pytest.approx(400.0, rel=0.02)
    plain = drawn.service_times[1][~drawn.inspected[1]]
    assert plain.mean() == pytest.approx(1500.0, rel=0.01)
    assert plain.std() == pytest.approx(1050.0, rel=0.02)
    assert drawn.inspected[1].mean() == pytest.approx(0.1, abs=0.004)
    assert (drawn.misses > 0).mean() == pytest.approx(0.02, abs=0.002)


def test_a_load_above_one_is_played_and_the_line_grows():
    model = small(booked=Booked.of([(h * 3600.0, 0, 20) for h in range(24)]))
    waits = run(model, 1).waits()
    assert waits[-1] > 12 * 3600.0
    assert (np.diff(waits.reshape(24, 20).mean(axis=1)) > 0).all()


def test_a_stage_that_closes_for_ever_leaves_trucks_unfinished():
    gate = ModelStage("gate", Steps.constant(2.0).closed(1500.0, math.inf), TEN_MINUTES)
    trucks = run(small(stages=(gate,)), 1).trucks
    assert trucks["left"][:4].tolist() == [600.0, 600.0, 1200.0, 1200.0]
    assert trucks["outcome"].tolist() == [CROSSED] * 4 + [UNFINISHED] * 4


def test_rules_are_those_of_the_live_regulation():
    regulations = shipped_regulations()
    assert regulations
    for regulation in regulations.values():
        rules = ModelRules.of(regulation)
        cycle = tuple(rules.classes[of] for of in rules.interleave)
        assert cycle == tuple(regulation.interleave)
        assert rules.keeps_place_for == regulation.keeps_place_for / 1000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"stages": ()}, "stages"),
        ({"stages": (ModelStage("gate", Steps.constant(0.0), TEN_MINUTES),)}, "stages[0].lanes"),
        ({"stages": (ModelStage("gate", Steps.constant(1.0), ()),)}, "stages[0].service_times"),
        ({"stages": (ModelStage("gate", Steps((5.0,), (1.0,)), TEN_MINUTES),)}, "stages[0].lanes"),
        (
            {
                "stages": (
                    ModelStage("gate", Steps.constant(1.0), (Duration("lognormal", -1.0, 0.5),)),
                )
            },
            "stages[0].service_times[0].mean",
        ),
        (
            {"stages": (ModelStage("gate", Steps.constant(1.0), (Duration("normal", 1.0),)),)},
            "stages[0].service_times[0].distribution",
        ),
        ({"habits": ()}, "habits"),
        ({"habits": (Habit(1.5, Duration("deterministic")),)}, "habits[0].no_show"),
        ({"habits": (Habit(0.5, Duration("measured")),)}, "habits[0].offset.quantiles"),
        ({"booked": Booked.of([(math.nan, 0, 1)])}, "booked.start"),
        ({"booked": Booked.of([(0.0, 0, -1)])}, "booked.trucks"),
        ({"booked": Booked.of([(0.0, 3, 1)])}, "booked.vehicle_class"),
        ({"calls": Calls(wip_limit=0)}, "calls.wip_limit"),
        ({"calls": Calls(per_hour=Steps.constant(-1.0))}, "calls.per_hour"),
        ({"waiting_places": 0}, "waiting_places"),
        ({"accepted": Steps((0.0, 0.0), (1.0, 2.0))}, "accepted"),
        ({"until": math.inf}, "until"),
        ({"rules": replace(small().rules, interleave=())}, "rules.interleave"),
        ({"rules": replace(small().rules, keeps_place_for=-1.0)}, "rules.keeps_place_for"),
        ({"walk_ins": (WalkInStream(0, Steps.constant(math.nan)),)}, "walk_ins[0].per_hour"),
    ],
)
def test_a_plan_that_cannot_be_played_is_told_which_field_is_wrong(changes, field):
    with pytest.raises(BadModelInput) as told:
        run(small(**changes), 1)
    assert told.value.field == field
    assert str(told.value) == f"{field} {told.value.why}"
    assert len(told.value.why) > 10
