"""Capacity and demand from the real board, and the file that is written from it."""

from __future__ import annotations

from datetime import date

from kezek.cli.scenario.simulate_calibration import network_scenario
from kezek.domain.checkpoint.board_day import BoardDay
from kezek.planning.scenario.world.calibration import lanes_of, read_post
from kezek.planning.scenario.world.ground import NETWORK, calibrated, shipped


def board(*ordinary: int, kept: int = 1) -> list[BoardDay]:
    return [
        BoardDay("kz_x", date(2026, 6, 13 + n), True, free, kept) for n, free in enumerate(ordinary)
    ]


def read(days: list[BoardDay]):
    return read_post(days, seen_on=date(2026, 6, 13), seen_hour=12)


def test_the_scenario_that_ships_is_the_one_that_the_board_gives():
    assert network_scenario() == shipped(NETWORK), "run: kezek simulate --calibrate"


def test_demand_is_the_larger_of_tomorrow_and_of_the_rest_of_today():
    # Of the afternoon's 48 places 12 are left: three in four of a day's 96 are wanted.
    assert read(board(11, 80, 95)).demand == 72
    assert read(board(47, 20, 95)).demand == 75


def test_a_post_full_for_a_week_wants_at_least_what_it_has():
    found = read(board(0, 0, 0, 0, 0, 0, 0, 0, 95))
    assert (found.capacity, found.demand, found.full_days, found.at_least) == (96, 96, 7, True)


def test_a_post_closed_all_month_has_no_scenario():
    assert read([BoardDay("kz_x", date(2026, 6, 13), False, 0, 0)]) is None


def test_real_posts_say_what_is_a_lower_bound():
    basis = {name: entry["basis"]["demand.per_day"] for name, entry in calibrated().items()}
    at_least = {name for name, words in basis.items() if "so at least capacity" in words}
    assert at_least == {"kz_nur_zholy", "kz_kalzhat_kolzhat", "kz_dostyk"}
    assert basis["kg_dostuk"].startswith("ours")


def test_stated_lanes_count_where_they_can_be_for_trucks_alone():
    assert lanes_of("2 -> 6 planned", 202) == (2, True)
    assert lanes_of("8 (was 4)", 51) == (1, False)
    assert lanes_of(None, 707) == (8, False)
