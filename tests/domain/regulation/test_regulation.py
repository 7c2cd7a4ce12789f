"""Rule sets are files: what ships is whole, and what does not hold together is refused by name."""

from __future__ import annotations

import pytest

from kezek.app.regulation.regulation import RegulationFault, parse_regulation
from kezek.app.regulation.version_file import shipped_regulations
from kezek.domain.kernel.instant import HOUR, MINUTE
from tests.world import TINY, rules


def test_two_rule_sets_ship_and_every_number_says_where_it_comes_from():
    shipped = shipped_regulations()
    assert set(shipped) == {"kz", "kg-dostuk"}
    for regulation in shipped.values():
        assert {"interleave", "fee_unit", "window_minutes"} <= set(regulation.notes)
        for name, note in regulation.notes.items():
            assert note.basis in ("law", "observed") or note.basis.startswith("unknown, ours: "), (
                name
            )
            assert note.source or note.basis.startswith("unknown, ours: "), name


def test_what_the_order_of_the_law_says_is_what_the_file_says():
    kz = rules()["kz"]
    assert (kz.window, kz.horizon_days) == (HOUR, 30)
    assert kz.fee("in_turn").minor == 432_500
    assert kz.fee("accelerated").minor == 43_250_000
    assert {name: rule.cap(700) for name, rule in kz.classes.items()} == {
        "in_turn": None,
        "priority": 35,
        "postal": 7,
        "accelerated": 7,
        "walk_in": 24,
    }


def test_a_third_tiny_rule_set_needs_no_code():
    tiny = parse_regulation(TINY)
    assert (tiny.window, tiny.moves_max, tiny.call_for) == (120 * MINUTE, None, 5 * MINUTE)
    assert tiny.shares(100) == {}


@pytest.mark.parametrize("capacity", [0, 1, 2, 3, 10, 24, 700, 10_000])
def test_the_kept_pool_leaves_an_ordinary_place_and_covers_its_shares(capacity):
    for regulation in rules().values():
        kept = sum(regulation.shares(capacity).values())
        reserved = [r for r in regulation.classes.values() if r.pool and r.pool.reserved]
        shares = [rule.cap_percent for rule in reserved]
        assert 0 <= kept <= max(0, capacity - 1)
        assert kept * 100 >= min(sum(shares) * capacity, max(0, capacity - 1) * 100)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("window_minutes = { value = 120", "window_minutes = { value = 0", "window"),
        ("window_minutes = { value = 120", "window_minutes = { value = 50", "window"),
        ("window_minutes = { value = 120", "window_minutes = { value = 90", "window"),
        ("window_minutes = { value = 120", "window_minutes = { value = -60", "window_minutes"),
        ("call_minutes = { value = 5", "call_minutes = { value = 0", "gate"),
        ("drivers_max = { value = 1", "drivers_max = { value = 0", "drive"),
        ('"in_turn", "walk_in"]', '"in_turn"]', "interleave"),
        ('"in_turn", "walk_in"]', '"in_turn", "rocket"]', "rocket"),
        ('name = "walk_in"', 'name = "in_turn"', "twice"),
        ('pool = "none"', 'pool = "kep"', "line 36: class[1].pool: the pool 'kep' is not one"),
        ('pool = "ordinary"', 'pool = "none"', "line 36: class[1].pool: 'in_turn' and 'walk_in'"),
        ('pool = "ordinary"', 'pool = "kept"', "line 28: class[0]: no class on sale"),
        (
            '"in_turn", "walk_in"]',
            '"in_turn", "in_turn"]',
            "line 35: class[1].name: the class 'walk_in'",
        ),
        (
            '"in_turn", "walk_in"]',
            '"in_turn", "walk_in", "bus"]',
            "line 8: interleave[2]: the cycle",
        ),
        ('name = "walk_in"', 'name = "Walk-in"', "line 35: class[1].name"),
        ('name = "walk_in"', f'name = "{"w" * 33}"', "class[1].name"),
        (
            '[[class]]\nname = "in',
            '[[pool]]\nname = "a"\n[[pool]]\nname = "b"\n[[class]]\nname = "in',
            "line 28: pool[0]: one",
        ),
        (
            '[[class]]\nname = "in',
            '[[pool]]\nname = "none"\n[[class]]\nname = "in',
            "pool[0].name: 'none'",
        ),
        ("fee_units = 3", "fee_units = 3\ncap_percent = 101", "100 %"),
        ("fee_units = 3", "", "fee_units"),
        ("fee_units = 3", "fee_units = 3\nsurprise = 1", "surprise"),
        ("horizon_days", "horizon_weeks", "horizon"),
        ("[notes.interleave]", "[notes.interleave", "tiny"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused_with_the_place(old, new, told):
    assert old in TINY
    with pytest.raises(RegulationFault, match=r"^tiny: ") as caught:
        parse_regulation(TINY.replace(old, new), "tiny")
    assert told in str(caught.value)
    assert caught.value.permanent
