"""Forecasts are renewed where something happened, shown while they are fresh, and scored by night."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import pytest

from kezek.app.checkpoint.checkpoint import Network
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.forecast import forecast as module
from kezek.app.forecast.accuracy import Accuracy, Calibration
from kezek.app.forecast.calibrated_forecast import calibrated
from kezek.app.forecast.forecast import AGE, EACH, IDLE_SECONDS, LiveForecasts
from kezek.app.forecast.replay import Pasts, Scores
from kezek.app.forecast.usual_wait import UsualWait, hour_of_week
from kezek.app.port import PlannerFault, StoreFault
from kezek.app.turn.queue import Queues
from kezek.cli.server.serving import _forecasting
from kezek.domain.kernel.instant import DAY, HOUR, MINUTE, SECOND, Moment
from kezek.domain.turn.arrive import Arrive
from kezek.planning.question import (
    UNCORRECTED,
    Correction,
    Corrections,
    ErrorExample,
    JoinForecast,
    LineForecast,
    LineState,
    Range,
    TrainingResult,
    TruckForecast,
)
from tests.app.turn.test_line_past import Twin, arrive, call, through
from tests.planning.stand_in import forecast
from tests.world import PEOPLE, A, B, D, World, X

EVERY = [A, B, D, X]


class Planner(Twin):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.corrections: dict[str, Corrections] = {}
        self.fault = ""

    async def forecast(self, asked: LineState, corrections=UNCORRECTED) -> LineForecast:
        self.lines.append(asked.line)
        self.corrections[asked.line] = corrections
        if self.fault:
            raise PlannerFault(self.fault)
        return forecast(asked)


class Scene:
    """A world with forecasts over it; the watch hears of what the world does when it is told."""

    def __init__(self) -> None:
        self.world, self.watch, self.planner = World(), ChangeFeed(), Planner()
        self.network = network = Network(self.world.store, self.world.rules, self.watch)
        queues = Queues(self.world.store, self.watch)
        self.forecasts = LiveForecasts(
            self.world.store, network, queues, self, self.watch, self.planner
        )

    def now(self) -> Moment:
        return self.world.now

    def hear(self) -> None:
        events = self.world.store.reader.events(self.watch.position, 1_000)
        if events:
            self.watch.announce(events)

    def turn(self) -> float:
        return asyncio.run(self.forecasts._turn(self.planner))

    def turns(self) -> list[str]:
        """Lines that are asked about until nobody needs it."""
        self.planner.lines.clear()
        while self.turn() != IDLE_SECONDS:
            pass
        return list(self.planner.lines)


@pytest.fixture
def scene(monkeypatch) -> Scene:
    monkeypatch.setattr(module, "NIGHT_REST_SECONDS", 0)
    made = Scene()
    made.hear()
    return made


def test_at_the_start_every_line_is_asked_about_once(scene):
    assert sorted(scene.turns()) == sorted(EVERY)
    assert scene.turns() == []


def test_a_line_is_asked_about_again_when_something_happened(scene):
    scene.turns()
    arrive(scene.world, 1)
    scene.hear()
    assert scene.turns() == [], "not at once"
    scene.world.wait(seconds=EACH / SECOND)
    assert scene.turns() == [A]


def test_a_line_in_which_nothing_happens_is_asked_about_seldom(scene):
    scene.turns()
    scene.world.wait(seconds=AGE / SECOND - 1)
    assert scene.turns() == []
    scene.world.wait(seconds=1)
    assert sorted(scene.turns()) == sorted(EVERY)


def test_lines_that_somebody_looks_at_go_first(scene):
    scene.turns()
    scene.world.wait(hours=1)
    scene.forecasts.of(D, scene.world.now.at)
    assert scene.turns()[0] == D


def test_what_a_question_costs_the_server_is_a_small_part_of_its_time(scene, monkeypatch):
    state = scene.forecasts.state
    for took, rest in ((0.005, 0.2), (0.02, 0.8), (5.0, 1.0)):

        def slow(post, took=took):
            scene.world.wait(seconds=took)
            return state(post)

        monkeypatch.setattr(scene.forecasts, "state", slow)
        assert scene.turn() == pytest.approx(rest)


def test_a_planner_that_took_long_is_left_alone_for_longer(scene, monkeypatch):
    forecast = scene.planner.forecast
    for took, rest in ((0.02, 0.12), (0.1, 0.6), (3.0, 1.0)):

        async def slow(*of, took=took):
            scene.world.wait(seconds=took)
            return await forecast(*of)

        monkeypatch.setattr(scene.planner, "forecast", slow)
        assert scene.turn() == pytest.approx(rest)


def test_an_outlook_is_shown_for_an_hour(scene):
    scene.turns()
    at = scene.world.now.at
    assert scene.forecasts.of(A, at).as_of == at
    assert scene.forecasts.of(A, at + HOUR - 1) is not None
    assert scene.forecasts.of(A, at + HOUR) is None
    assert scene.forecasts.of(A, at - 1) is None, "a clock that ran ahead has told of nothing"


@pytest.mark.parametrize("state", ["starting", "down"])
def test_while_the_planner_is_away_nothing_is_read_and_the_pages_know_why(scene, state):
    scene.planner.state = state
    assert scene.turn() == IDLE_SECONDS
    assert scene.planner.lines == []
    assert scene.forecasts.no_basis(A, scene.world.now.at) == f"planner_{state}"


def test_a_line_that_the_planner_stumbles_over_does_not_silence_the_others(scene):
    scene.planner.fault = "stumbled"
    scene.turn()
    stumbled = scene.planner.lines[0]
    scene.planner.fault = ""
    others = scene.turns()
    now = scene.world.now.at
    assert scene.forecasts.no_basis(stumbled, now) == "planner_stumbled"
    assert {scene.forecasts.no_basis(line, now) for line in others} == {"nobody_crossed"}
    scene.world.wait(seconds=EACH / SECOND)
    assert stumbled in scene.turns()


def test_a_database_that_fails_is_tried_again(scene, monkeypatch, caplog):
    def failing(post):
        raise StoreFault("the disk is full")

    monkeypatch.setattr(scene.forecasts, "state", failing)
    assert scene.turn() == IDLE_SECONDS
    assert "has no forecast: the disk is full" in caplog.text


def test_without_a_planner_nothing_is_kept_and_the_pages_know_why(scene):
    lone = LiveForecasts(scene.world.store, None, None, scene, scene.watch, None)
    asyncio.run(lone.keep())
    asyncio.run(lone.score())
    assert lone.of(A, scene.world.now.at) is None
    assert lone.no_basis(A, scene.world.now.at) == "planner_off"
    assert _forecasting(SimpleNamespace(forecasts=lone)) == [lone.read_usual]


def test_an_edition_is_new_only_when_a_reader_would_see_it(scene):
    number = arrive(scene.world, 1)
    call(scene.world)
    through(scene.world, number)
    scene.hear()
    scene.turns()
    before = scene.forecasts.edition(A)
    scene.world.wait(seconds=AGE / SECOND)
    scene.planner.lines.clear()
    state = scene.forecasts.state(scene.network.of_line("kz_a.exit"))
    scene.forecasts.take(state, scene.forecasts.of(A, scene.world.now.at).forecast, 1)
    assert scene.forecasts.edition(A) == before
    scene.world.book(2)
    scene.world.done(Arrive(scene.world.key(), PEOPLE["officer"], 2))
    scene.hear()
    scene.turns()
    assert scene.forecasts.edition(A) == before + 1
    assert scene.forecasts.edition() >= before + 1


def test_who_follows_a_line_is_woken_by_a_new_edition(scene):
    async def play() -> list[bool]:
        with scene.watch.stream(A) as mine, scene.watch.stream(D) as other:
            state = scene.forecasts.state(scene.network.of_line("kz_a.exit"))
            scene.forecasts.take(state, forecast(state), 1)
            return [await mine.wait(5), await other.wait(0.01)]

    assert asyncio.run(play()) == [True, False]


def crossings(scene: Scene, count: int, first: int = 1) -> None:
    for n in range(first, first + count):
        number = arrive(scene.world, n)
        call(scene.world)
        through(scene.world, number)
    scene.hear()


def score(scene: Scene) -> None:
    """As often as there are lines: one is scored at a time."""
    for _ in EVERY:
        asyncio.run(scene.forecasts._score_next(scene.planner))


def night(scene: Scene, trucks: int = 40) -> None:
    """After trucks have crossed at the first line, what was forecast is scored."""
    crossings(scene, trucks)
    scene.turns()
    score(scene)


def test_past_forecasts_are_scored_once_a_local_day(scene):
    night(scene)
    first = scene.forecasts.scores(A)
    assert first.crossed.trucks >= 30
    scene.world.wait(minutes=30)
    score(scene)
    assert scene.forecasts.scores(A) is first
    scene.world.wait(hours=24)
    score(scene)
    assert scene.forecasts.scores(A).at == scene.world.now.at


def read(scene: Scene) -> None:
    """As often as there are lines, and once more: one is read at a time."""
    for _ in (*EVERY, ""):
        asyncio.run(scene.forecasts._read_next())


def test_what_is_usual_is_read_once_a_local_day_with_no_planner_nor_outlook(scene, monkeypatch):
    scene.forecasts.planner = None
    line, start = scene.world.line(), scene.world.window(day=2)
    found, asked = {hour_of_week(start, line.zone): UsualWait(1, 2, 3, days=4)}, []

    def usual_waits(_, line, *__):
        asked.append(line.id)
        return found if line.id == A else {}

    monkeypatch.setattr(module, "usual_waits", usual_waits)
    scene.forecasts.of(D, scene.world.now.at)
    assert not scene.forecasts.usual_read(A)
    read(scene)
    assert asked[0] == D, "somebody looks at it"
    assert sorted(asked) == sorted(EVERY)
    assert scene.forecasts.usual(line, start).days == 4
    assert scene.forecasts.usual(line, start + HOUR) is None
    editions = [scene.forecasts.edition(one) for one in EVERY]
    assert editions == [1] * len(EVERY), "that nothing is usual is news too"
    assert all(scene.forecasts.usual_read(one) for one in EVERY)
    scene.world.wait(hours=2)
    read(scene)
    assert len(asked) == len(EVERY), "an empty past is not read again each hour"
    scene.world.wait(hours=22)
    read(scene)
    assert len(asked) == 2 * len(EVERY)
    assert [scene.forecasts.edition(one) for one in EVERY] == editions


def test_a_past_that_cannot_be_read_is_tried_again_within_the_hour(scene, monkeypatch, caplog):
    def failing(_, line, *__):
        if line.id == A:
            raise StoreFault("the disk is full")
        return {}

    monkeypatch.setattr(module, "usual_waits", failing)
    read(scene)
    assert [scene.forecasts.usual_read(one) for one in EVERY] == [False, True, True, True]
    assert f"what is usual at {A} is not read: the disk is full" in caplog.text
    monkeypatch.setattr(module, "usual_waits", lambda *_: {})
    read(scene)
    assert not scene.forecasts.usual_read(A), "not at once"
    scene.world.wait(hours=1)
    read(scene)
    assert scene.forecasts.usual_read(A)


def test_who_follows_a_line_is_woken_when_its_past_was_read(scene):
    async def play() -> list[bool]:
        with scene.watch.stream(A) as mine, scene.watch.stream(D) as other:
            scene.forecasts.take_usual(A, {})
            return [await mine.wait(5), await other.wait(0.01)]

    assert asyncio.run(play()) == [True, False]


def test_a_line_that_somebody_looks_at_is_scored_first(scene):
    scene.turns()
    scene.forecasts.of(D, scene.world.now.at)
    asyncio.run(scene.forecasts._score_next(scene.planner))
    assert [line for line in EVERY if scene.forecasts.scores(line)] == [D]


def test_a_line_that_cannot_be_scored_does_not_keep_the_others_from_it(scene, monkeypatch):
    async def failing(store, planner, post, now, **more):
        if post.line.id == A:
            raise PlannerFault("stumbled")
        return Pasts((), ())

    monkeypatch.setattr(module, "pasts_of", failing)
    scene.turns()
    score(scene)
    assert [line for line in EVERY if scene.forecasts.scores(line)] == [B, D, X]
    tried = dict(scene.forecasts._tried)
    score(scene)
    assert scene.forecasts._tried == tried, "not again at once"


def test_a_line_with_too_little_to_score_is_looked_at_again_within_the_hour(scene):
    night(scene, 3)
    assert scene.forecasts.scores(A).crossed is None
    crossings(scene, 40, first=10)
    score(scene)
    assert scene.forecasts.scores(A).crossed is not None


LEARNED = Correction((-1,), (0.1,), (0,), (0,))


def knows(examples: Sequence[ErrorExample]) -> TrainingResult:
    """Every error beforehand."""
    return TrainingResult(tuple(example.error for example in examples), LEARNED)


def knows_little(examples: Sequence[ErrorExample]) -> TrainingResult:
    """Nothing of any use."""
    return TrainingResult((0.0,) * len(examples), LEARNED)


@pytest.mark.parametrize(
    ("taught", "used"), [(knows, Corrections(LEARNED, LEARNED)), (knows_little, UNCORRECTED)]
)
def test_a_line_is_asked_about_with_what_it_was_taught_where_that_is_worth_something(
    scene, monkeypatch, taught, used
):
    async def learn(examples):
        return taught(examples)

    monkeypatch.setattr(scene.planner, "learn", learn)
    night(scene)
    scores = scene.forecasts.scores(A)
    assert scores.called.loss_corrected is not None
    # All past forecasts were had again without it, as the next correction is learned from the twin's.
    assert set(scene.planner.corrections.values()) == {UNCORRECTED}
    scene.world.wait(seconds=AGE / SECOND)
    scene.turns()
    assert scene.planner.corrections == {A: used, B: UNCORRECTED, D: UNCORRECTED, X: UNCORRECTED}
    forecast = scene.forecasts.of(A, scene.world.now.at)
    assert forecast.scores.corrected is (used != UNCORRECTED)


def test_a_line_that_was_scored_before_anything_was_learned_is_scored_once_more(scene, monkeypatch):
    night(scene)
    first = scene.forecasts.scores(A)
    assert first.called.loss_corrected is None

    async def learn(examples):
        return knows(examples)

    monkeypatch.setattr(scene.planner, "learn", learn)
    asyncio.run(scene.forecasts._learn(scene.planner, B, scene.world.now.at))
    found = scene.forecasts.scores(A)
    assert found.called.corrected
    assert found.at == first.at, "its night is not over again"
    asyncio.run(scene.forecasts._learn(scene.planner, D, scene.world.now.at))
    assert scene.forecasts.scores(A) is found


def test_a_planner_that_goes_while_it_learns_leaves_the_line_its_scores(scene, monkeypatch):
    async def learn(examples):
        raise PlannerFault("slow")

    monkeypatch.setattr(scene.planner, "learn", learn)
    night(scene)
    scores = scene.forecasts.scores(A)
    assert scores.crossed.trucks >= 30
    assert (scores.crossed.loss_corrected, scores.corrections) == (None, UNCORRECTED)


def test_an_answer_that_was_asked_for_before_the_line_was_scored_is_not_shown(scene, monkeypatch):
    scene.turns()
    before = scene.forecasts.of(A, scene.world.now.at)
    answer = scene.planner.forecast

    async def slow(asked, corrections=UNCORRECTED):
        told = await answer(asked, corrections)
        scene.forecasts._scores[asked.line] = Scores(scene.world.now.at)
        return told

    scene.world.wait(seconds=AGE / SECOND)
    scene.forecasts.of(A, scene.world.now.at)
    monkeypatch.setattr(scene.planner, "forecast", slow)
    scene.turn()
    assert scene.forecasts.of(A, scene.world.now.at) is before
    monkeypatch.undo()
    scene.world.wait(seconds=EACH / SECOND)
    assert scene.turns()[0] == A
    assert scene.forecasts.of(A, scene.world.now.at) is not before


WAITS = Range(tuple(n * 10 * MINUTE for n in range(1, 8)))


def test_shown_ranges_are_moved_by_what_was_learnt():
    twice = Calibration((0.5,) * 7, {("priority", "short"): (0.0,) * 7})
    good = Accuracy(40, 0.8, 0.9, 1.0, None, None, 5.0)
    scores = Scores(0, good, good, move_called=twice, move_crossed=twice)
    now = 10 * DAY
    at = Range(tuple(now + wait for wait in WAITS.at))
    told = LineForecast(
        line=A,
        as_of=now,
        horizon=now + DAY,
        seed=1,
        replications=200,
        no_basis="",
        trucks=(
            TruckForecast(1, at, at),
            TruckForecast(2, at, at),
            TruckForecast(3, None, at),
        ),
        joins=(JoinForecast("in_turn", WAITS, WAITS), JoinForecast("priority", WAITS, WAITS)),
        lengths=(),
    )
    shown = calibrated(told, scores, "short", {1: "in_turn", 2: "priority"})
    mine, other, called = shown.trucks
    assert mine.called.at[0] == now + round(20 * MINUTE * 2.718281828459045**0.5) - 10 * MINUTE
    assert (other.called, called) == (at, told.trucks[2])
    assert shown.joins[0].crossed.at[3] - WAITS.at[3] > 0
    assert shown.joins[1] == told.joins[1]
    assert replace(shown, trucks=told.trucks, joins=told.joins) == told
