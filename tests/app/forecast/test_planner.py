"""A planner that dies, hangs or babbles is started again, and whoever asked is told at once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kezek.app.port import PlannerFault
from kezek.planning.planner import _invented
from kezek.planning.question import QUANTILES, ErrorExample, LineForecast, TrainingResult
from kezek.system.planner import WAITING_MAX, SpawnedPlanner

ROOT = Path(__file__).parents[3]
LINE = _invented()


def stand_in(how: str = "") -> tuple[str, ...]:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import runpy; "
    program += f"sys.argv[1:] = {[how] if how else []!r}; "
    program += "runpy.run_module('tests.planning.stand_in', run_name='__main__')"
    return (sys.executable, "-c", program)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while True:
            if true():
                return
            await asyncio.sleep(0.01)


def played(planner: SpawnedPlanner, play) -> object:
    async def both() -> object:
        running = asyncio.create_task(planner.run())
        try:
            return await play()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    return asyncio.run(both())


def test_a_question_is_answered_by_another_process():
    planner = SpawnedPlanner(stand_in())

    async def play() -> LineForecast:
        await until(lambda: planner.state == "ready")
        return await planner.forecast(LINE)

    told = played(planner, play)
    assert (told.line, told.as_of, told.no_basis) == (LINE.line, LINE.now, "")
    assert [one.number for one in told.trucks[:4]] == [4, 3, 2, 1]
    assert len(told.joins[0].called.at) == len(QUANTILES)
    assert planner.state == "down"


def test_before_it_is_warm_a_planner_says_so():
    planner = SpawnedPlanner(stand_in("never_ready"))

    async def play() -> str:
        with pytest.raises(PlannerFault) as fault:
            await planner.forecast(LINE)
        return fault.value.code

    assert played(planner, play) == "starting"


def test_one_that_is_never_warm_is_started_again(caplog):
    planner = SpawnedPlanner(stand_in("never_ready"), start_seconds=0.05, pace_seconds=0.01)

    async def play() -> None:
        await until(lambda: caplog.text.count("the planner ended") >= 2)

    played(planner, play)


@pytest.mark.parametrize(
    ("how", "code"),
    [("dies", "down"), ("hangs", "slow"), ("babbles", "down"), ("stumbles", "stumbled")],
)
def test_who_asked_is_told_and_the_next_one_finds_it_ready_again(how, code):
    planner = SpawnedPlanner(stand_in(how), answer_seconds=0.5, pace_seconds=0.01)

    async def play() -> list[str]:
        codes = []
        for _ in range(2):
            await until(lambda: planner.state == "ready")
            with pytest.raises(PlannerFault) as fault:
                await planner.forecast(LINE)
            codes.append(fault.value.code)
        return codes

    assert played(planner, play) == [code, code]


EXAMPLES = tuple(ErrorExample(n, n, (), 0.1) for n in range(6_000))


def test_past_forecasts_are_learned_from_by_another_process():
    planner = SpawnedPlanner(stand_in())

    async def play() -> TrainingResult:
        await until(lambda: planner.state == "ready")
        return await planner.learn(EXAMPLES)

    assert played(planner, play) == TrainingResult((0.0,) * len(EXAMPLES), None)


def test_a_training_result_that_is_not_of_all_examples_is_none(caplog):
    planner = SpawnedPlanner(stand_in("forgets"))

    async def play() -> str:
        await until(lambda: planner.state == "ready")
        with pytest.raises(PlannerFault) as fault:
            await planner.learn(EXAMPLES)
        return fault.value.code

    assert played(planner, play) == "stumbled"
    assert "has learned nothing" in caplog.text
    assert len(caplog.text) < 1_000


def test_a_crowd_of_questions_is_refused_and_not_kept():
    planner = SpawnedPlanner(stand_in("hangs"), answer_seconds=0.5)

    async def play() -> list[str]:
        await until(lambda: planner.state == "ready")
        asked = [planner.forecast(LINE) for _ in range(WAITING_MAX + 2)]
        faults = await asyncio.gather(*asked, return_exceptions=True)
        return [fault.code for fault in faults]

    codes = played(planner, play)
    assert codes.count("busy") == 2
    assert codes[0] == "slow"


def test_a_line_of_thousands_passes_through_the_pipe():
    first = LINE.waiting[0]
    crowd = tuple(replace(first, number=n) for n in range(1, 5_001))
    planner = SpawnedPlanner(stand_in())

    async def play() -> LineForecast:
        await until(lambda: planner.state == "ready")
        return await planner.forecast(replace(LINE, waiting=crowd))

    assert len(played(planner, play).trucks) == 5_000 + len(LINE.at_gate)
