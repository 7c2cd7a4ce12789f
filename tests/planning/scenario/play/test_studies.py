"""The five studies, played again in small: the pages' figures hold, and so does what they say."""

from __future__ import annotations

import csv
import importlib.util
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from kezek.planning.scenario.answer.answer import ScenarioAnswer
from kezek.planning.scenario.world.ground import NETWORK, shipped, studies
from tests.planning.scenario.world.ground import points

ROOT = Path(__file__).parents[4]
PAGES = ROOT / "docs" / "studies"
STUDIES = [name for name in studies() if name != NETWORK]
RUNS = 3


@cache
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("studies", ROOT / "tools" / "studies.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def small(name: str) -> ScenarioAnswer:
    return tool().played(name, RUNS)


def published(name: str) -> dict[str, dict[str, str]]:
    with (PAGES / f"{name}.csv").open(encoding="utf-8") as file:
        return {row["world"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", STUDIES)
def test_the_figures_of_a_page_come_again(name: str):
    answer, page = small(name), published(name)
    for world, post in (("this", answer.posts[0]), ("other", answer.other[0])):
        for column, figure in (
            ("wait_minutes", post.wait),
            ("trucks", post.trucks),
            ("truck_hours", post.truck_hours),
        ):
            told, error = (float(page[world][c]) for c in (column, f"{column}_error"))
            # The page's error is that of its many runs; a few have as much more as their root is less.
            runs = points(shipped(name))[0].world.replications
            apart = 6 * error * (1 + (runs / RUNS) ** 0.5) + 0.002 * told
            assert figure.value == pytest.approx(told, abs=apart), (world, column)
        left = int(page[world]["without_a_place"])
        assert post.calendar.left == pytest.approx(left, rel=0.05)


@pytest.mark.parametrize("name", STUDIES)
def test_a_page_has_its_seed_its_picture_and_says_what_is_assumed(name: str):
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    world = points(shipped(name))[0].world
    assert f"{world.replications} runs, seed {world.seed}" in text
    assert f"({name}.svg)" in text
    assert (PAGES / f"{name}.svg").read_text(encoding="utf-8").startswith("<svg")
    for heading in ("## The answer", "## What is data", "## What is assumed (ours)"):
        assert heading in text
    assert re.search(r"± is one standard error", text)


def test_a_booking_saves_the_wait_beyond_the_own_time():
    answer = small("dostuk_booked_or_live")
    booked, live = (post.groups[0].beyond.value for post in (answer.posts[0], answer.other[0]))
    assert 0.4 * live < booked < 0.6 * live


def test_a_limit_below_demand_moves_the_queue_to_the_calendar():
    answer = small("nur_zholy_650")
    assert answer.posts[0].calendar.left == 0
    assert answer.other[0].calendar.left == 31 * 50
    assert next(d for d in answer.differences if d.group == "all").verdict == "wins"


def test_who_is_told_waits_at_home():
    answer = small("syrym_two_weeks_closed")
    told, untold = answer.posts[0], answer.other[0]
    assert untold.truck_hours.value > 20 * told.truck_hours.value
    assert untold.longest.value > 5_000
    assert told.longest.value < 100
    assert told.calendar.late_until == "2026-07-15"


def test_a_draw_leaves_bots_less_and_people_more():
    answer = small("draw_or_first_come")
    first, draw = answer.posts[0].release, answer.other[0].release
    assert first.bots.value > 40
    assert draw.bots.value < 25
    assert draw.days.value < first.days.value
    assert draw.empty.value < first.empty.value


def test_lanes_alone_take_less_than_a_third_of_the_wait():
    answer = small("lanes_on_one_side")
    before, after = (post.groups[0].beyond.value for post in (answer.posts[0], answer.other[0]))
    assert 0.66 * before < after < 0.9 * before
