"""Durations by class have the documented distributions."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

from kezek.planning.simulation.checkpoint.checkpoint_input import Duration
from kezek.planning.simulation.checkpoint.duration import add_durations, distribution_table
from kezek.planning.simulation.variate.chance import stream

MANY = 400_000
MINUTE = 60.0


def drawn(span: Duration, count: int = MANY) -> np.ndarray:
    out = np.zeros(count)
    add_durations(stream(3, 1, 0), np.zeros(count, np.int16), distribution_table([span]), out)
    return out


def arrival(mean: float, deviation: float, least: float = -360.0, most: float = 360.0) -> Duration:
    """The distribution of arrivals of docs/reference/scenarios.md, in minutes."""
    return Duration(
        "truncated_normal",
        mean * MINUTE,
        deviation=deviation * MINUTE,
        least=least * MINUTE,
        most=most * MINUTE,
    )


@pytest.mark.parametrize(
    ("mean", "deviation", "least", "most"),
    [
        (0, 10, -360, 360),
        (-60, 90, -360, 360),
        (0, 1, -360, 360),
        (-300, 200, -360, 30),
        (5, 5, 5, 20),
    ],
)
def test_a_truncated_normal_span_has_its_whole_distribution(
    mean: float, deviation: float, least: float, most: float
):
    """Kolmogorov and Smirnov's distance, at about one in a hundred thousand."""
    distribution = statistics.NormalDist(mean, deviation)
    low, high = distribution.cdf(least), distribution.cdf(most)
    seen = np.sort(drawn(arrival(mean, deviation, least, most))) / MINUTE
    assert least <= seen[0]
    assert seen[-1] <= most
    some = seen[:: MANY // 10_000]
    below = np.array([(distribution.cdf(at) - low) / (high - low) for at in some])
    assert np.abs(below - np.arange(len(some)) / len(some)).max() < 2.5 / math.sqrt(10_000)


def test_a_narrow_arrival_law_sends_nobody_to_its_bounds():
    """A deviation of ten minutes puts one truck in a billion more than an hour late."""
    seen = drawn(arrival(0, 10)) / MINUTE
    assert seen.std() == pytest.approx(10, rel=0.01)
    assert np.abs(seen).max() < 60


def test_the_default_arrival_law_keeps_its_deviation():
    seen = drawn(arrival(-60, 90)) / MINUTE
    assert seen.std() == pytest.approx(89.8, abs=0.5)


def test_a_later_uniform_is_a_later_truck():
    """Common random numbers couple two distributions only where both rise with the uniform."""
    early, late = drawn(arrival(-60, 90), 500), drawn(arrival(0, 10), 500)
    assert np.array_equal(np.argsort(early), np.argsort(late))
