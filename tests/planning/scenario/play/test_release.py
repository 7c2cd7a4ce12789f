"""Who gets the places when programs ask too."""

from __future__ import annotations

import pytest

from kezek.planning.scenario.play.release import played_release, with_bots
from tests.planning.scenario.world.ground import HEAD, OWN, points


def world(release: str, **bots: float):
    said = "".join(f"{name} = {value}\n" for name, value in bots.items())
    demand = OWN.replace("per_day = 80", "per_day = 110")
    (point,) = points(HEAD + f'[bots]\nrelease = "{release}"\n{said}' + demand)
    return point.world


def test_the_fastest_take_what_they_ask_for_and_a_draw_gives_each_entry_its_chance():
    first, draw = (
        played_release(world(rule, entries_percent=30)) for rule in ("first_come", "draw")
    )
    # 110 people make 70 % of the entries, so 47 are bots' and all of them get one of the 96 places.
    assert first.bots.value == pytest.approx(100 * 47 / 96, abs=5)
    assert draw.bots.value < 32
    assert draw.empty.value < first.empty.value
    for release in (first, draw):
        shares = release.direct.value + release.resold.value + release.empty.value
        assert shares == pytest.approx(100)


def test_bots_that_sell_everything_leave_nothing_empty():
    assert played_release(world("draw", entries_percent=30, resold_percent=100)).empty.value < 1


def test_without_bots_nothing_changes():
    (point,) = points(HEAD + OWN)
    assert with_bots(point.world) is point.world
    assert played_release(point.world) is None


def test_what_stands_empty_is_a_booking_that_never_comes():
    scenario = world("first_come", entries_percent=30, resold_percent=50)
    empty = played_release(scenario).empty.value
    demand = with_bots(scenario).checkpoint[0].demand
    assert demand.no_show_percent == pytest.approx(100 - 95 * (1 - empty / 100))
    assert demand.factor == pytest.approx(1 / (1 - empty / 100))
