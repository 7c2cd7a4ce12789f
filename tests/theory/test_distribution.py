"""Variates have their distributions, and the same digits for ever."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

from kezek.planning.simulation.variate import distribution
from kezek.planning.simulation.variate.chance import stream

MANY = 1_000_000
DISTRIBUTIONS = {
    "deterministic": distribution.deterministic(40.0),
    "exponential": distribution.exponential(40.0),
    "erlang": distribution.erlang(40.0, phases=3),
    "lognormal": distribution.lognormal(40.0, variation=0.8),
}
ERLANG = [22.734866489592886, 55.64493686470868]


def drawn(one: distribution.Distribution, count: int) -> np.ndarray:
    out = np.empty(count)
    distribution.generate(stream(5, 1, 0), one.row, out)
    return out


def test_a_span_has_the_same_digits_for_ever():
    """A change here changes every published figure: it needs a reason, and a line for operators."""
    assert drawn(DISTRIBUTIONS["erlang"], 2).tolist() == ERLANG


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_law_has_its_mean_and_its_variation(name: str):
    one = DISTRIBUTIONS[name]
    spans = drawn(one, MANY)
    tolerance = 5 * one.variation / math.sqrt(MANY) + 1e-12
    assert spans.mean() / one.mean_s == pytest.approx(1, abs=tolerance)
    assert spans.std() / one.mean_s == pytest.approx(one.variation, rel=0.02, abs=1e-12)
    assert (spans >= 0).all()


@pytest.mark.parametrize("name", ["exponential", "lognormal"])
def test_a_law_has_its_whole_distribution(name: str):
    """Kolmogorov and Smirnov's distance, at about one in a hundred thousand."""
    spans = np.sort(drawn(DISTRIBUTIONS[name], MANY))
    if name == "exponential":
        below = -np.expm1(-spans / 40.0)
    else:
        wide = math.sqrt(math.log1p(0.8**2))
        normal = statistics.NormalDist(math.log(40.0) - wide**2 / 2, wide)
        spans = spans[:: MANY // 10_000]
        below = np.array([normal.cdf(math.log(span)) for span in spans])
    ranks = np.arange(len(spans)) / len(spans)
    assert np.abs(below - ranks).max() < 2.5 / math.sqrt(MANY if name == "exponential" else 10_000)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: distribution.exponential(-1.0),
        lambda: distribution.exponential(math.nan),
        lambda: distribution.erlang(1.0, phases=0),
        lambda: distribution.lognormal(1.0, variation=-0.5),
    ],
)
def test_a_law_that_cannot_be_is_not_made(wrong):
    with pytest.raises(ValueError, match="not"):
        wrong()
