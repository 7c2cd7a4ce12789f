"""What past errors teach: of the past alone, worth something where the twin errs alike, else nothing."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.app.port import PlannerFault
from kezek.domain.kernel.instant import DAY, HOUR, MINUTE
from kezek.planning.forecast import correction as module
from kezek.planning.forecast.correction import (
    BLOCK,
    ERROR_MAX,
    EXAMPLES_MIN,
    WEEK_KNOWN,
    DamagedCorrection,
    corrected,
    corrected_forecast,
    expect,
    learn,
)
from kezek.planning.forecast.features import (
    NAMES,
    SOFT,
    error_of,
    features_of,
    line_features,
    moved,
    off_by,
    regime_of,
)
from kezek.planning.forecast.twin import forecast
from kezek.planning.library import NotInstalled, lightgbm
from kezek.planning.planner import Able, _invented, serve
from kezek.planning.protocol import (
    LENGTH,
    Learn,
    Learned,
    Predict,
    Predicted,
    Ready,
    Unable,
    answer_of,
    framed,
    question_of,
)
from kezek.planning.question import (
    UNCORRECTED,
    Correction,
    Corrections,
    ErrorExample,
    HourCapacity,
    JoinForecast,
    LineForecast,
    Range,
    TruckForecast,
)
from kezek.system.planner import SpawnedPlanner
from tests.app.forecast.test_planner import played, until
from tests.planning.forecast.correction_trial import BY_HOUR, STEADY, tried

LINE = _invented()
# Mid-block, so that no whole number of days is special.
FIRST = 20_000 * DAY + 5 * HOUR
DAYS = 30
# A leaf alone: whatever is known, a tenth more.
TENTH = Correction((-1,), (0.1,), (0,), (0,))


def hour_error(at: int) -> float:
    """A twin that is wrong by the hour of the day."""
    return 0.6 * math.sin(2 * math.pi * (at % DAY) / DAY)


def examples(count: int = 1_500, *, seed: int = 1, noise: float = 0.3, by_hour: bool = True):
    """Forecasts over thirty days, in order, each over after some hours."""
    rng = np.random.default_rng(seed)
    made = []
    for place in range(count):
        at = FIRST + place * DAYS * DAY // count
        line = line_features(replace(LINE, now=at))
        low = int(rng.integers(0, 90))
        waits = Range(tuple((low + n * 10) * MINUTE for n in range(7)))
        error = hour_error(at) * by_hour + float(rng.normal(0, noise))
        made.append(ErrorExample(at, at + 3 * HOUR, features_of(line, waits, ordinary=True), error))
    return made


def distance(told, expected) -> float:
    """The mean distance of errors from what was expected, of those that could be taught."""
    rows = [
        abs(example.error - shift)
        for example, shift in zip(told, expected, strict=True)
        if example.at > FIRST + 10 * DAY
    ]
    return sum(rows) / len(rows)


def test_a_twin_that_is_wrong_by_the_hour_is_put_right_by_what_was_known_before():
    told = examples()
    result = learn(told)
    assert distance(told, result.expected) < 0.7 * distance(told, [0.0] * len(told))
    later = examples(200, seed=9)
    shifts = expect(result.correction, np.array([example.features for example in later]))
    assert distance(later, shifts) < 0.7 * distance(later, [0.0] * len(later))


def test_a_twin_that_is_wrong_at_random_is_hardly_harmed():
    told = examples(by_hour=False)
    result = learn(told)
    assert distance(told, result.expected) < 1.03 * distance(told, [0.0] * len(told))


def test_what_a_day_is_told_hangs_on_nothing_that_was_not_over_before_its_block():
    told = examples()
    cut = (FIRST + 20 * DAY) // BLOCK * BLOCK
    rng = np.random.default_rng(2)
    noise = [
        example
        if example.known_at < cut
        else replace(
            example, error=float(rng.normal(0, 3)), features=tuple(rng.normal(0, 9, len(NAMES)))
        )
        for example in told
    ]
    before, after = learn(told).expected, learn(noise).expected
    asked = [place for place, example in enumerate(told) if example.known_at < cut]
    assert [before[place] for place in asked] == [after[place] for place in asked]
    assert before != after
    # And what was made before the cut but over after it has taught nobody before the cut.
    late = [replace(example, known_at=example.known_at + 40 * DAY) for example in told]
    assert set(learn(late).expected) == {0.0}


def test_a_weekday_is_told_from_a_day_that_is_over_when_it_has_come_three_times():
    told = examples(1_200)
    week = [place for place, name in enumerate(NAMES) if name.startswith("week")]
    rng = np.random.default_rng(3)
    other = [
        replace(
            example,
            features=tuple(
                float(rng.normal()) if place in week else feature
                for place, feature in enumerate(example.features)
            ),
        )
        for example in told
    ]
    before, after = learn(told).expected, learn(other).expected
    early = [place for place, example in enumerate(told) if example.at < FIRST + WEEK_KNOWN]
    assert [before[place] for place in early] == [after[place] for place in early]
    assert any(before[place] for place in early)
    assert before != after


def test_of_too_few_examples_nothing_is_learned():
    result = learn(examples(EXAMPLES_MIN - 1))
    assert (set(result.expected), result.correction) == ({0.0}, None)
    assert learn([]).expected == ()
    assert learn(examples(EXAMPLES_MIN)).correction is not None


def test_the_same_examples_teach_the_same_in_any_order():
    told = examples(600)
    result, other = learn(told), learn(told[::-1])
    assert result == learn(told)
    assert (other.expected[::-1], other.correction) == (result.expected, result.correction)


def test_the_trees_say_what_the_library_says():
    told = examples(600)
    features = np.array([example.features for example in told])
    errors = np.array([example.error for example in told])
    at = np.array([example.at for example in told])
    library = lightgbm()
    rows = library.Dataset(features, errors, params=module._TREES)
    trees = library.train(module._TREES, rows, module.ROUNDS)
    mine = module._grown(at, features, errors)
    assert expect(mine, features) == pytest.approx(trees.predict(features), abs=1e-12)


def test_no_range_is_moved_farther_than_was_ever_learned():
    far = replace(TENTH, threshold=(40.0,))
    features = np.zeros((2, len(NAMES)))
    assert expect(far, features).tolist() == [ERROR_MAX, ERROR_MAX]
    wild = [replace(example, error=example.error * 1_000) for example in examples(400)]
    assert all(abs(one) <= ERROR_MAX for one in learn(wild).expected)


def test_without_the_library_nothing_is_learned_and_nothing_fails(monkeypatch):
    def missing():
        raise NotInstalled(ImportError("no library"))

    monkeypatch.setattr(module, "lightgbm", missing)
    result = learn(examples(600))
    assert (set(result.expected), result.correction) == ({0.0}, None)
    assert corrected_forecast(LINE, UNCORRECTED) == forecast(LINE)
    # What another process has learned is followed without it.
    assert corrected_forecast(LINE, Corrections(TENTH)) != forecast(LINE)


waits = st.lists(st.integers(0, 60 * DAY), min_size=7, max_size=7).map(
    lambda found: Range(tuple(sorted(found)))
)


@given(waits, st.floats(-ERROR_MAX, ERROR_MAX))
def test_a_moved_range_rises_and_never_goes_below_nothing(told, error):
    shown = moved(told, error)
    assert list(shown.at) == sorted(shown.at)
    assert shown.at[0] >= 0
    assert moved(told, 0.0) == told


@given(st.integers(0, 60 * DAY), st.integers(0, 60 * DAY))
def test_a_wait_is_had_again_from_what_was_told_and_its_error(wait, told):
    # A wait of two months is exact to some milliseconds.
    assert off_by(told, error_of(wait, told)) == pytest.approx(wait, abs=10)


@given(
    waits,
    st.booleans(),
    st.integers(0, 2**52),
    st.integers(0, 30),
    st.integers(0, 10**9),
)
def test_features_are_finite_whatever_the_line(told, ordinary, now, hours, capacity):
    state = replace(
        LINE,
        now=now,
        waiting=LINE.waiting * (hours % 4),
        hours=tuple(HourCapacity(now + n * HOUR, capacity) for n in range(hours)),
    )
    features = features_of(line_features(state), told, ordinary=ordinary)
    assert len(features) == len(NAMES)
    assert all(math.isfinite(one) for one in features)


def test_features_tell_the_condition_by_name():
    at = 20_000 * DAY + 6 * HOUR
    crossed = (at - 4 * HOUR, at - 3 * HOUR, at - 2 * HOUR, at - 1)
    state = replace(LINE, now=at, measured=replace(LINE.measured, crossed=crossed))
    told = Range((0, MINUTE, MINUTE, 20 * MINUTE, HOUR, HOUR, 50 * MINUTE + 10 * HOUR))
    features = dict(zip(NAMES, features_of(line_features(state), told, ordinary=True), strict=True))
    assert features["median"] == pytest.approx(math.log(30 / 10))
    assert features["width"] == pytest.approx(math.log(660 / 10))
    assert (features["waiting"], features["at_gate"]) == (math.log1p(4), math.log1p(2))
    assert (features["capacity"], features["pace"]) == (math.log1p(18), math.log1p(2))
    assert (features["ordinary"], features["regime"]) == (1.0, 1.0)
    assert (features["day_sine"], features["day_cosine"]) == (pytest.approx(1), pytest.approx(0))
    assert regime_of(state) == "short"
    assert features_of(line_features(state), told, ordinary=False)[NAMES.index("ordinary")] == 0.0


def told_of(now: int) -> LineForecast:
    spans = tuple(n * 10 * MINUTE for n in range(1, 8))
    at = Range(tuple(now + span for span in spans))
    return LineForecast(
        line=LINE.line,
        as_of=now,
        horizon=now + DAY,
        seed=1,
        replications=200,
        no_basis="",
        trucks=(TruckForecast(7, None, at), TruckForecast(4, at, at)),
        joins=(JoinForecast("in_turn", Range(spans), Range(spans)),),
        lengths=(),
    )


def test_ranges_until_the_call_are_moved_as_a_whole_and_those_after_it_not():
    told = told_of(LINE.now)
    shown = corrected(told, LINE, Corrections(called=TENTH))
    gate, mine = shown.trucks
    assert gate == told.trucks[0]
    assert mine.crossed == told.trucks[1].crossed
    before, after = told.joins[0].called.at, shown.joins[0].called.at
    ratios = {round((b + SOFT) / (a + SOFT), 4) for a, b in zip(before, after, strict=True)}
    assert ratios == {round(math.exp(0.1), 4)}
    assert tuple(at - LINE.now for at in mine.called.at) == after
    assert shown.joins[0].crossed == told.joins[0].crossed
    assert corrected(told, LINE, UNCORRECTED) == told
    empty = replace(told, trucks=(), joins=(), no_basis="nobody_called")
    assert corrected(empty, LINE, Corrections(TENTH, TENTH)) == empty


def test_each_truck_is_moved_by_its_own_features():
    # Whoever was told more than twenty minutes waits longer.
    place = NAMES.index("median")
    tree = Correction((place, -1, -1), (math.log(3), 0.0, 0.5), (2, 0, 0), (0,))
    features = np.zeros((2, len(NAMES)))
    features[:, place] = (math.log(3), math.log(3.01))
    assert expect(tree, features).tolist() == [0.0, 0.5]
    twice = Correction(tree.feature * 2, tree.threshold * 2, (2, 0, 0, 5, 0, 0), (0, 3))
    assert expect(twice, features).tolist() == [0.0, 1.0]


DAMAGED = {
    "nothing": Correction((), (), (), ()),
    "no roots": replace(TENTH, roots=()),
    "a root outside": replace(TENTH, roots=(1,)),
    "a root before": replace(TENTH, roots=(-1,)),
    "a leaf without a number": replace(TENTH, threshold=(math.nan,)),
    "a leaf without end": replace(TENTH, threshold=(math.inf,)),
    "parts that are missing": replace(TENTH, right=()),
    "a branch that leads back": Correction((0, -1, -1), (0.0, 0.0, 0.0), (0, 0, 0), (0,)),
    "a branch that leads away": Correction((0, -1, -1), (0.0, 0.0, 0.0), (3, 0, 0), (0,)),
    "a node with nothing behind it": Correction((0,), (0.0,), (0,), (0,)),
    "a feature that is none": Correction((99, -1, -1), (0.0, 0.0, 0.0), (2, 0, 0), (0,)),
    "a feature below": Correction((-2, -1, -1), (0.0, 0.0, 0.0), (2, 0, 0), (0,)),
    "a number beyond all": replace(TENTH, right=(2**63,)),
}


@pytest.mark.parametrize("how", DAMAGED)
def test_a_damaged_correction_is_not_followed(how):
    with pytest.raises((DamagedCorrection, OverflowError)):
        expect(DAMAGED[how], np.zeros((1, len(NAMES))))


def test_what_a_planner_is_asked_and_answers_passes_through_its_frames():
    told = examples(400)
    result = learn(told)
    both = Corrections(result.correction, None)
    for question in (Learn(tuple(told)), Predict(LINE, both), Predict(LINE)):
        assert question_of(framed(question)[LENGTH:]) == question
    assert answer_of(framed(Learned(result))[LENGTH:]) == Learned(result)


def test_a_planner_learns_stumbles_over_what_is_damaged_and_goes_on():
    told = examples(400)
    questions = (
        Learn(tuple(told)),
        Predict(LINE, Corrections(DAMAGED["a branch that leads back"])),
        Learn((replace(told[0], features=(1.0,)),)),
        Predict(LINE, Corrections(TENTH)),
    )
    answers = io.BytesIO()
    strange = (6).to_bytes(LENGTH) + b"\xffwhat?"
    asked = io.BytesIO(strange + b"".join(map(framed, questions)))
    serve(asked, answers, Able(corrected_forecast, learn))
    answers.seek(0)
    found = []
    while head := answers.read(LENGTH):
        found.append(answer_of(answers.read(int.from_bytes(head))))
    assert found == [
        Ready(),
        Unable("ValidationError"),
        Learned(learn(told)),
        Unable("DamagedCorrection"),
        Unable("ValueError"),
        Predicted(corrected_forecast(LINE, Corrections(TENTH))),
    ]


def test_the_process_beside_a_server_learns_and_outlives_a_damaged_correction():
    planner = SpawnedPlanner()
    told = examples(600)

    async def play() -> None:
        await until(lambda: planner.state == "ready")
        result = await planner.learn(told)
        assert result == learn(told)
        with pytest.raises(PlannerFault) as fault:
            await planner.forecast(LINE, Corrections(DAMAGED["a feature that is none"]))
        assert (fault.value.code, planner.state) == ("stumbled", "ready")
        both = Corrections(result.correction, result.correction)
        shown = await planner.forecast(LINE, both)
        assert shown == corrected_forecast(LINE, both) != forecast(LINE)

    played(planner, play)


def test_of_simulated_posts_that_are_slow_at_night_the_twin_is_put_right():
    found = [
        good
        for scores in tried(BY_HOUR, 6, replications=20).values()
        for good in (scores.called, scores.crossed)
    ]
    assert sum(one.corrected for one in found) >= 9
    losses = [(one.loss_corrected, one.loss_uncorrected) for one in found]
    assert sum(one for one, _ in losses) < 0.9 * sum(one for _, one in losses)
    assert sum(one.inside80 for one in found) / len(found) == pytest.approx(0.8, abs=0.08)


def test_of_simulated_posts_that_are_steady_the_twin_is_left_as_it_is():
    for scores in tried(STEADY, 4, replications=20).values():
        for good in (scores.called, scores.crossed):
            assert good.loss <= good.loss_uncorrected
            assert good.loss_corrected == pytest.approx(good.loss_uncorrected, rel=0.05)
