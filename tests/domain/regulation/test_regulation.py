"""Rule sets are files: what ships is whole, and what does not hold together is refused by name."""

from __future__ import annotations

import pytest

from kezek.app.regulation.regulation import RegulationFault, parse_regulation, shipped_regulations
from kezek.domain.kernel.instant import HOUR, MINUTE
from kezek.domain.regulation.regulation import Pool
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
    assert tiny.kept(100) == 0


@pytest.mark.parametrize("capacity", [0, 1, 2, 3, 10, 24, 700, 10_000])
def test_the_kept_pool_leaves_an_ordinary_place_and_covers_its_shares(capacity):
    for regulation in rules().values():
        kept = regulation.kept(capacity)
        shares = [r.cap_percent for r in regulation.classes.values() if r.pool is Pool.KEPT]
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
        ('pool = "none"', 'pool = "ordinary"', "walk_in"),
        ('name = "walk_in"', 'name = "in_turn"', "twice"),
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
