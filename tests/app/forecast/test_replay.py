"""All lines teach each line's next forecasts, and a line takes that only where its own loss falls."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from kezek.app.forecast import replay as module
from kezek.app.forecast.accuracy import NONE, Past, accuracy_of, calibration_of, gain_of
from kezek.app.forecast.replay import (
    GAIN_ERRORS,
    Pasts,
    Scores,
    TrainingResults,
    scored,
    training_results_of,
)
from kezek.app.port import PlannerFault
from kezek.domain.kernel.instant import DAY, HOUR, MINUTE
from kezek.planning.forecast.correction import learn
from kezek.planning.forecast.features import features_of, line_features, moved, off_by
from kezek.planning.planner import _invented
from kezek.planning.question import UNCORRECTED, Correction, ErrorExample, Range, TrainingResult

LINE = _invented()
FIRST = 20_000 * DAY
TRUCKS = 120
TEN = tuple("abcdefghij")
LEAF = Correction((-1,), (0.0,), (0,), (0,))


class Learning:
    """A planner that only learns."""

    def __init__(self, taught=learn) -> None:
        self.taught, self.asked = taught, list[int]()

    async def learn(self, examples: Sequence[ErrorExample]) -> TrainingResult:
        self.asked.append(len(examples))
        return self.taught(examples)


def by_hour(at: int) -> float:
    return 0.7 * math.sin(2 * math.pi * (at % DAY) / DAY)


def never(at: int) -> float:
    return 0.0


def pasts(seed: int, wrong=by_hour, *, noise: float = 0.25) -> Pasts:
    """A line's 120 trucks of thirty days: what was told, and what came of it."""
    rng = np.random.default_rng(seed)
    found = []
    for n in range(TRUCKS):
        at = FIRST + (2 * n + int(rng.integers(0, 2))) * 30 * DAY // (2 * TRUCKS) + seed * MINUTE
        middle = int(rng.integers(30, 240)) * MINUTE
        told = Range(tuple(off_by(middle, step * 0.1) for step in range(-3, 4)))
        wait = off_by(middle, wrong(at) + float(rng.normal(0, noise)))
        features = features_of(line_features(replace(LINE, now=at)), told, ordinary=True)
        found.append(
            Past(at, at + wait, "in_turn", "short", told, wait, middle, None, features),
        )
    return Pasts(found, [replace(one, wait=one.wait + HOUR) for one in found])


def taught(kept: dict[str, Pasts], planner: Learning | None = None) -> dict[str, TrainingResults]:
    return asyncio.run(training_results_of(planner or Learning(), kept))


def test_a_twin_that_is_wrong_by_the_hour_is_corrected_and_the_loss_falls():
    kept = {line: pasts(n) for n, line in enumerate(TEN)}
    results = taught(kept)
    for line, mine in kept.items():
        plain, scores = scored(mine, FIRST), scored(mine, FIRST, results[line])
        good = scores.called
        assert good.corrected
        assert (good.loss, good.loss_uncorrected) == (good.loss_corrected, plain.called.loss)
        assert good.loss < 0.85 * plain.called.loss
        assert scores.corrections.called == results[line].called.correction is not None


def test_how_far_ranges_are_moved_is_learned_from_corrected_ones():
    kept = {line: pasts(n) for n, line in enumerate(TEN)}
    result = taught(kept)["a"]
    mine = kept["a"].called
    corrected = [
        replace(past, forecast=moved(past.forecast, error))
        for past, error in zip(mine, result.called.expected, strict=True)
    ]
    scores = scored(kept["a"], FIRST, result)
    assert scores.move_called == calibration_of(corrected) != calibration_of(mine)
    assert scores.called.inside80 == accuracy_of(corrected).inside80


def test_a_twin_that_is_wrong_at_random_is_left_alone():
    kept = {line: pasts(n, never) for n, line in enumerate(TEN)}
    results = taught(kept)
    for line, mine in kept.items():
        plain, scores = scored(mine, FIRST), scored(mine, FIRST, results[line])
        assert not scores.called.corrected
        assert scores.corrections == UNCORRECTED
        assert scores.move_called == plain.move_called
        assert scores.called.loss_corrected < 1.05 * plain.called.loss
        without = replace(scores.called, loss_corrected=None, loss_uncorrected=None)
        assert without == plain.called


def test_a_line_that_errs_unlike_the_others_is_left_alone():
    kept = {line: pasts(n) for n, line in enumerate(TEN)}
    kept["a"] = pasts(0, lambda at: -by_hour(at))
    scores = scored(kept["a"], FIRST, taught(kept)["a"])
    assert scores.called.loss_corrected > scores.called.loss_uncorrected == scores.called.loss
    assert scores.corrections == UNCORRECTED


@pytest.mark.parametrize(("errors", "taken"), [(GAIN_ERRORS / 2, False), (2 * GAIN_ERRORS, True)])
def test_what_chance_could_have_done_is_no_reason(monkeypatch, errors, taken):
    mine = pasts(1)
    half = TrainingResult(tuple(past.example.error / 2 for past in mine.called), LEAF)
    monkeypatch.setattr(module, "gain_of", lambda *_: (errors * 0.1, 0.1))
    scores = scored(mine, FIRST, TrainingResults(half, half))
    assert scores.called.loss_corrected < scores.called.loss_uncorrected
    assert scores.called.corrected is scores.corrected is taken


def test_a_gain_is_that_of_the_same_trucks_and_stands_beside_its_error():
    mine = pasts(1).called
    assert gain_of(mine, mine) == (0.0, 0.0)
    better = [replace(past, forecast=moved(past.forecast, past.example.error)) for past in mine]
    gain, error = gain_of(mine, better)
    assert gain == pytest.approx(accuracy_of(mine).loss - accuracy_of(better).loss)
    assert 0 < error < gain
    assert gain_of(better, mine) == (pytest.approx(-gain), pytest.approx(error))


def test_each_line_gets_what_concerns_it_and_all_are_asked_at_once():
    kept = {line: pasts(n) for n, line in enumerate("abc")}
    kept["b"] = Pasts(kept["b"].called[:7], kept["b"].crossed[:7])
    planner = Learning(
        lambda examples: TrainingResult(tuple(example.error for example in examples), LEAF)
    )
    results = taught(kept, planner)
    assert planner.asked == [2 * TRUCKS + 7] * 2
    for line, mine in kept.items():
        assert results[line].called.expected == tuple(past.example.error for past in mine.called)
        assert results[line].crossed.expected == tuple(past.example.error for past in mine.crossed)


def test_the_call_and_the_crossing_are_judged_each_by_itself():
    mine = pasts(1)
    perfect = TrainingResult(tuple(past.example.error for past in mine.called), LEAF)
    useless = replace(perfect, expected=(0.0,) * TRUCKS)
    scores = scored(mine, FIRST, TrainingResults(perfect, useless))
    assert (scores.called.corrected, scores.crossed.corrected) == (True, False)
    assert scores.corrections == replace(UNCORRECTED, called=perfect.correction)


def test_one_line_alone_has_too_little_to_learn_from():
    kept = {"a": pasts(0)}
    scores = scored(kept["a"], FIRST, taught(kept)["a"])
    assert scores == scored(kept["a"], FIRST)
    assert (scores.called.loss_corrected, scores.corrections) == (None, UNCORRECTED)


def test_of_too_few_trucks_nothing_is_claimed_though_others_taught():
    kept = {line: pasts(n) for n, line in enumerate(TEN)}
    few = kept["z"] = Pasts(pasts(99).called[:20], pasts(99).crossed[:20])
    assert scored(few, FIRST, taught(kept)["z"]) == Scores(FIRST, None, None, NONE, NONE)


def test_a_planner_that_goes_while_it_learns_is_told_of():
    def gone(examples):
        raise PlannerFault("down")

    with pytest.raises(PlannerFault):
        taught({"a": pasts(0)}, Learning(gone))
