"""A scenario's file: what it may leave out, and what is said when it is wrong."""

from __future__ import annotations

import pytest

from kezek.app.scenario.ground import shipped_ground
from kezek.planning.scenario.world.ground import NETWORK, shipped, studies
from kezek.planning.scenario.world.problem import ScenarioWrong
from tests.planning.scenario.world.ground import HEAD, OWN, points


def told(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ScenarioWrong) as wrong:
        points(text)
    return [(p.line, p.field, p.sentence) for p in wrong.value.problems]


def test_a_file_says_only_what_differs_and_the_rest_is_the_network_that_ships():
    (point,) = points(HEAD + '[demand]\nfactor = 1.5\n[[checkpoint]]\nid = "kz_syrym"\n')
    post = point.world.checkpoint[0]
    assert (post.name, post.zone, post.regulation) == ("Syrym", "Asia/Almaty", "kz")
    assert post.capacity_per_day == 707
    assert (post.demand.factor, post.demand.per_day) == (1.5, 383.8)
    assert [stage.name for stage in post.stage or ()] == ["documents", "customs"]


def test_a_checkpoint_that_does_not_ship_is_described_in_full():
    (point,) = points(HEAD + OWN)
    assert point.world.checkpoint[0].capacity_per_day == 96


CASES = {
    "no TOML": (HEAD + "x = = 1\n", 5, "", "this is not TOML"),
    "a checkpoint nobody knows": (
        HEAD + '[[checkpoint]]\nid = "kz_sirym"\n',
        6,
        "checkpoint[0].id",
        "Did you mean kz_syrym",
    ),
    "a checkpoint without capacity": (
        HEAD + '[[checkpoint]]\nid = "kz_kegen"\n',
        6,
        "checkpoint[0].id",
        "ships without capacity",
    ),
    "a field nobody knows": (
        HEAD + OWN + "lane = 3\n",
        16,
        "checkpoint[0].stage[0].lane",
        "there is no such field",
    ),
    "a field that is missing": (
        HEAD + '[[checkpoint]]\nid = "kz_syrym"\n[[checkpoint.stage]]\nname = "x"\nlanes = 1\n',
        7,
        "checkpoint[0].stage[0].minutes",
        "this field is missing",
    ),
    "negative time": (
        HEAD + OWN.replace("minutes = 12", "minutes = -12"),
        15,
        "checkpoint[0].stage[0].minutes",
        "found -12",
    ),
    "a number that is none": (
        HEAD + OWN.replace("minutes = 12", "minutes = nan"),
        15,
        "checkpoint[0].stage[0].minutes",
        "",
    ),
    "a station without lanes": (
        HEAD + OWN.replace("lanes = 2", "lanes = 0"),
        14,
        "checkpoint[0].stage[0].lanes",
        "nobody would ever pass",
    ),
    "a word for a number": (
        HEAD + OWN.replace("lanes = 2", 'lanes = "two"'),
        14,
        "checkpoint[0].stage[0].lanes",
        "found 'two'",
    ),
    "a class's number that is too large": (
        HEAD + "[rules]\ncap_places = { in_turn = 5, walk_in = 1000000 }\n" + OWN,
        6,
        "rules.cap_places.walk_in",
        "expected a whole number <= 100000, found 1000000",
    ),
    "a class that is none": (
        HEAD + "[rules]\ncap_percent = { in_turn = 5, walkin = 1 }\n" + OWN,
        6,
        "rules.cap_percent.walkin",
        "knows the classes in_turn",
    ),
    "days that do not rise": (
        (HEAD + OWN).replace("until = 2026-06-17", "until = 2026-06-15"),
        3,
        "until",
        "no day is left",
    ),
    "a rule set nobody has": (
        HEAD + OWN.replace('"kz"\n', '"xx"\n'),
        9,
        "checkpoint[0].regulation",
        "there are: kg-dostuk, kz",
    ),
    "more trucks than anybody has seen": (
        HEAD
        + OWN.replace("per_day = 80", "per_day = 80\ndemand.factor = 1000").replace(
            "per_day = 80", "per_day = 100000"
        ),
        11,
        "checkpoint[0].demand.per_day",
        "200,000,000 trucks in a run",
    ),
    "a class left out of the cycle": (
        HEAD + OWN + '[checkpoint.rules]\ninterleave = ["in_turn"]\n',
        17,
        "checkpoint[0].rules.interleave",
        "would wait for ever",
    ),
    "a closure that ends before it begins": (
        HEAD
        + OWN
        + "[[checkpoint.closure]]\nfrom = 2026-06-16T10:00:00\nuntil = 2026-06-16T08:00:00\n",
        18,
        "checkpoint[0].closure[0].until",
        "is not after",
    ),
    "a path that leads nowhere": (
        HEAD
        + OWN
        + '[compare]\ntitle = "x"\n[compare.change]\n"checkpoint.kz_x.opens" = "01:00"\n',
        19,
        "compare.change.checkpoint.kz_x.opens",
        "there is no 'kz_x'",
    ),
    "a change that is wrong in itself": (
        HEAD
        + OWN
        + '[compare]\ntitle = "x"\n[compare.change]\n"checkpoint.*.stage.gate.lanes" = -1\n',
        19,
        "compare.change.checkpoint.*.stage.gate.lanes",
        "found -1",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_told_with_line_and_field(case: str):
    text, line, field, words = CASES[case]
    found = told(text)
    assert [(at, where) for at, where, _ in found] == [(line, field)]
    assert words in found[0][2]


def test_every_fault_is_told_at_once():
    text = (HEAD + OWN).replace("lanes = 2", "lanes = 0").replace('"Asia/Almaty"', '"Asia/Nowhere"')
    assert {field for _, field, _ in told(text)} == {
        "checkpoint[0].zone",
        "checkpoint[0].stage[0].lanes",
    }


def test_a_sweep_is_every_combination_of_its_values():
    sweep = (
        '[sweep.change]\n"demand.factor" = [1, 2]\n"checkpoint.*.stage.gate.lanes" = [1, 2, 3]\n'
    )
    found = points(HEAD + OWN + sweep)
    seen = [tuple(point.change.values()) for point in found]
    assert seen == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]
    assert [point.world.checkpoint[0].stage[0].lanes for point in found] == [1, 2, 3] * 2
    factors = [point.world.checkpoint[0].demand.factor for point in found]
    assert factors == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize("name", studies())
def test_every_scenario_that_ships_can_be_read(name: str):
    assert points(shipped(name))


def test_the_calibrated_network_is_every_line_that_ships():
    ground = shipped_ground()
    assert len(ground.calibrated) == 47
    assert NETWORK in studies()
