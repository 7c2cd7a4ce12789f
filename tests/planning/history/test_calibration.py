from __future__ import annotations

import numpy as np

from kezek.planning.history.calibration import grains, in_steps
from kezek.planning.history.series import HOUR, Series, WaitHistory


def step_at(values: list[float], when: int) -> float:
    """The step known at so many hours after the first of the values, an hour apart."""
    one = Series("a", np.arange(len(values)) * HOUR, np.array(values))
    (told,) = grains(WaitHistory((one,)), np.zeros(1, np.int64), np.array([when * HOUR]))
    return float(told)


def test_a_step_is_that_of_the_values_known_at_the_origin():
    values = [60.0, 120.0, 0.0, 180.0, 90.0, 91.5]
    assert [step_at(values, hour) for hour in (0, 3, 4, 5, 9)] == [60, 60, 30, 1.5, 1.5]


def test_values_without_a_step_have_none():
    assert step_at([0.0, 0.0], 1) == 0
    assert step_at([1 / 3, 1.0], 1) == 0


def test_only_values_with_a_step_are_put_on_it():
    told = in_steps(np.array([44.0, 46.0, 46.0]), np.array([30.0, 30.0, 0.0]))
    np.testing.assert_array_equal(told, [30.0, 60.0, 46.0])
