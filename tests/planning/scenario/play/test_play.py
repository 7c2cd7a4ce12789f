"""The answer: right figures, the same on any number of threads, differences on the same chance."""

from __future__ import annotations

import threading

import msgspec
import numpy as np
import pytest

from kezek.app.scenario.ground import shipped_ground
from kezek.planning.question import QUANTILES
from kezek.planning.scenario.answer.answer import Figure, ScenarioAnswer
from kezek.planning.scenario.play.measure import Tally, counts_of, error_of, quantiles_of
from kezek.planning.scenario.play.play import PlayStopped, job_of, play, verdict
from kezek.planning.simulation.checkpoint.checkpoint import run
from tests.planning.scenario.world.ground import HEAD, OWN, points

COMPARE = (
    '[compare]\ntitle = "one lane less"\n[compare.change]\n"checkpoint.*.stage.gate.lanes" = 1\n'
)
TEXT = HEAD.replace("replications = 4", "replications = 6\nseed = 7") + OWN


def answered(text: str, threads: int = 1) -> ScenarioAnswer:
    (point,) = points(text)
    return play(job_of(point, shipped_ground().regulations), threads=threads)


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads():
    one, three = (msgspec.json.encode(answered(TEXT + COMPARE, n)) for n in (1, 3))
    assert one == three
    other = msgspec.json.encode(answered((TEXT + COMPARE).replace("seed = 7", "seed = 8")))
    assert one != other


def test_figures_are_those_of_the_records():
    (point,) = points(TEXT)
    compiled = job_of(point, shipped_ground().regulations).world[0]
    waits, hours = [], []
    for n in range(6):
        records = run(compiled.model, 7, n)
        stays = records.stays()[records.crossed()]
        stays = stays[records.trucks["arrived"][records.crossed()] < compiled.counted_until]
        stays = stays[records.trucks["arrived"][records.crossed()][: len(stays)] >= -np.inf]
        waits.append(stays / 60)
        hours.append(stays.sum() / 3_600)
    post = answered(TEXT).posts[0]
    # Trucks that come before the first day's midnight belong to the day before.
    assert post.wait.value == pytest.approx(np.mean([w.mean() for w in waits]), rel=0.02)
    assert post.trucks.value == pytest.approx(np.mean([len(w) for w in waits]), rel=0.05)
    assert post.worst_of_all <= max(w.max() for w in waits) + 1e-9
    assert sum(band.trucks.value for band in post.bands) == pytest.approx(post.trucks.value)
    assert sum(hour.trucks for hour in post.hours) == pytest.approx(post.trucks.value)
    groups = {group.name: group.trucks.value for group in post.groups}
    assert groups["all"] == pytest.approx(groups["early"] + groups["on_time"] + groups["late"])


def test_quantiles_of_counted_waits_are_right_to_one_percent():
    chance = np.random.default_rng(3)
    waits = chance.lognormal(4, 1, 50_000)
    counts = np.bincount((np.log1p(waits) / 0.01).astype(int), minlength=1_300)
    found = quantiles_of(counts)
    assert found == pytest.approx(np.quantile(waits, QUANTILES), rel=0.01)
    assert quantiles_of(np.zeros(1_300, dtype=np.int64)) == (0.0,) * 7


def test_an_error_is_the_deviation_over_the_root_of_the_runs():
    assert error_of([1.0, 2.0, 3.0, float("nan")]) == pytest.approx(1 / np.sqrt(3))
    assert error_of([1.0]) is None


def test_one_run_alone_says_that_it_knows_no_error():
    post = answered(TEXT.replace("replications = 6", "replications = 1")).posts[0]
    assert post.wait.error is None
    assert post.groups[0].quantiles[0].error is None


def test_on_the_same_chance_a_small_difference_shows():
    answer = answered(TEXT.replace("lanes = 2", "lanes = 4") + COMPARE.replace("= 1\n", "= 3\n"))
    whole = next(d for d in answer.differences if d.group == "all")
    assert whole.verdict == "loses"
    # Played on chance of its own each world's error would hide it.
    assert whole.minutes.error < answer.posts[0].wait.error
    (pair,) = answer.paired
    assert pair.worse.value > pair.better.value


def test_worlds_with_other_trucks_are_not_compared_truck_by_truck():
    answer = answered(TEXT + COMPARE.replace('stage.gate.lanes" = 1', 'demand.factor" = 1.1'))
    assert answer.paired == ()


def test_a_verdict_needs_more_than_two_errors_and_a_half():
    said = {-2.7: "wins", -2.5: "same", 2.5: "same", 2.7: "loses"}
    assert {gap: verdict(Figure(value=gap, error=1.0)) for gap in said} == said
    assert verdict(Figure(value=5.0)) == "same"


def test_a_line_that_cannot_clear_is_played_and_said():
    post = answered(TEXT).posts[0]
    assert post.load < 1.0
    over = answered(TEXT.replace("minutes = 12", "minutes = 60").replace("= 80", "= 96"))
    assert over.posts[0].load == pytest.approx(0.95 * 96 * 60 / (2 * 1440))
    assert over.posts[0].tight == "gate"
    assert over.posts[0].wait.value > 5 * post.wait.value


def test_whoever_asks_to_stop_is_heard_between_two_runs():
    (point,) = points(TEXT)
    stop = threading.Event()
    with pytest.raises(PlayStopped):
        play(
            job_of(point, shipped_ground().regulations),
            advance=lambda _: stop.set(),
            stop=stop,
        )


def test_the_order_in_which_runs_end_does_not_matter():
    (point,) = points(TEXT)
    compiled = job_of(point, shipped_ground().regulations).world[0]
    takes = [counts_of(compiled, run(compiled.model, 7, n)) for n in range(6)]
    forth, back = Tally(compiled, 6), Tally(compiled, 6)
    for n in range(6):
        forth.add(n, takes[n])
        back.add(5 - n, takes[5 - n])
    assert forth.quantiles(0) == back.quantiles(0)
    assert np.array_equal(forth.lengths(), back.lengths())
