from __future__ import annotations

import numpy as np
import pytest

from kezek.planning.history.series import (
    HOUR,
    Held,
    Series,
    WaitHistory,
    hour_of_week,
)

MONDAY = 1_780_272_000  # 2026-06-01T00:00Z


def irregular(seed: int = 1, count: int = 60) -> Series:
    chance = np.random.default_rng(seed)
    at = MONDAY + np.cumsum(chance.integers(60, 4 * HOUR, count))
    return Series("a", at, chance.integers(0, 50, count).astype(float))


def by_the_second(one: Series, end: int, span: int) -> np.ndarray:
    """The value held at every second of a window: what the integral must agree with."""
    seconds = np.arange(max(end - span, one.at[0]), end)
    return one.value[np.searchsorted(one.at, seconds, side="right") - 1]


@pytest.mark.parametrize("hours", [1, 6, 48])
def test_window_means_are_those_of_the_value_held_each_second(hours: int):
    one = irregular()
    held = Held(one)
    for end in (int(one.at[30]), int(one.at[40]) + 17, int(one.at[-1]) + 5 * HOUR):
        window = by_the_second(one, end, hours * HOUR)
        when = np.array([end])
        assert held.mean(when, hours * HOUR)[0] == pytest.approx(window.mean())
        assert held.spread(when, hours * HOUR)[0] == pytest.approx(window.std(), abs=1e-4)


def test_a_window_ends_where_the_history_begins():
    one = irregular()
    assert Held(one).mean(one.at[:1], 24 * HOUR)[0] == one.value[0]


def test_a_value_is_as_old_as_its_sample_and_unmoved_since_it_changed():
    one = Series("a", np.array([0, 100, 200]), np.array([5.0, 7.0, 7.0]))
    when = np.array([250])
    assert (Held(one).at(when)[0], Held(one).age(when)[0], Held(one).unmoved(when)[0]) == (
        7,
        50,
        150,
    )


def test_the_hour_of_the_week_is_local_and_follows_the_clock_s_changes():
    winter, summer = 1_768_478_400, 1_784_116_800  # Thursday and Wednesday, noon in UTC
    assert list(hour_of_week(np.array([winter, summer]), "UTC")) == [84, 60]
    assert list(hour_of_week(np.array([winter, summer]), "America/Tijuana")) == [76, 53]


def test_a_history_cut_at_an_instant_knows_nothing_later():
    one = irregular()
    cut = WaitHistory((one,)).until(int(one.at[10]))
    assert list(cut.series[0].at) == list(one.at[:11])
    assert not WaitHistory((one,)).until(int(one.at[0]) - 1).series
