"""Spans and chances by class of truck, compiled: a block of trucks at a time, one number a truck."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kezek.planning.array import Floats
from kezek.planning.jit import kernel
from kezek.planning.simulation.checkpoint.checkpoint_plan import Span
from kezek.planning.simulation.variate.chance import (
    BLOCK,
    Stream,
    normal_quantile,
    normals,
    uniform,
    uniforms,
)
from kezek.planning.simulation.variate.law import (
    DETERMINISTIC,
    EXPONENTIAL,
    GAMMA,
    LOGNORMAL,
    MEASURED,
    TRUNCATED,
    between,
    gamma,
)

KINDS = {
    "deterministic": DETERMINISTIC,
    "exponential": EXPONENTIAL,
    "lognormal": LOGNORMAL,
    "gamma": GAMMA,
    "measured": MEASURED,
    "truncated_normal": TRUNCATED,
}


class Laws(NamedTuple):
    """Laws by class: rows (kind, a, b) of `row` float64[c, 3], and their knots, one after the other.

    a and b are: the mean; the mean; location and deviation of the logarithm; shape and scale; first
    knot and their number; mean and deviation.  `cut` float64[c, 2] is the share of a normal law that
    lies below the bounds of a truncated one, and (0, 1) for every other law.
    """

    row: Floats
    knots: Floats
    cut: Floats


def laws_of(spans: Sequence[Span]) -> Laws:
    """A row for each span."""
    rows, knots, cuts = [], [0.0], []
    for span in spans:
        kind = KINDS[span.law]
        if span.cv == 0.0 and kind in {LOGNORMAL, GAMMA}:
            kind = DETERMINISTIC
        a, b = span.mean, 0.0
        if kind == LOGNORMAL:
            b = math.sqrt(math.log1p(span.cv**2))
            a = math.log(span.mean) - 0.5 * b * b
        elif kind == GAMMA:
            a, b = span.cv**-2, span.mean * span.cv**2
        elif kind == MEASURED:
            a, b = float(len(knots)), float(len(span.knots))
            knots += span.knots
        elif kind == TRUNCATED:
            b = span.deviation
        rows.append((kind, a, b))
        cuts.append(_cut(span) if kind == TRUNCATED else (0.0, 1.0))
    return Laws(np.array(rows), np.array(knots), np.array(cuts))


def _cut(span: Span) -> tuple[float, float]:
    law = NormalDist(span.mean, span.deviation)
    return law.cdf(span.least), law.cdf(span.most)


@kernel
def add_spans(state: Stream, of: NDArray[np.int16], laws: Laws, out: Floats) -> None:
    """Add a span to every number of `out` that is not negative, by the law of the truck's class `of`."""
    row, cut = laws.row, laws.cut
    who, u, z = np.empty(BLOCK, np.int64), np.empty(BLOCK), np.empty(BLOCK)
    normal = (row[:, 0] == LOGNORMAL).any()
    others = (row[:, 0] != LOGNORMAL).any()
    for begin in range(0, out.shape[0], BLOCK):
        count = 0
        for truck in range(begin, min(begin + BLOCK, out.shape[0])):
            if out[truck] >= 0.0:
                who[count] = truck
                count += 1
        # Both from the same numbers of the stream: which law others have changes nothing for a truck.
        before = state.copy()
        if others:
            uniforms(state, u[:count])
        if normal:
            normals(before if others else state, z[:count])
        for place in range(count):
            truck = who[place]
            kind, a, b = row[of[truck], 0], row[of[truck], 1], row[of[truck], 2]
            if kind == LOGNORMAL:
                out[truck] += math.exp(a + b * z[place])
            elif kind == DETERMINISTIC:
                out[truck] += a
            elif kind == EXPONENTIAL:
                out[truck] -= a * math.log(u[place])
            elif kind == MEASURED:
                out[truck] += between(laws.knots, int(a), int(b), u[place])
            elif kind == TRUNCATED:
                low, high = cut[of[truck], 0], cut[of[truck], 1]
                out[truck] += a + b * normal_quantile(low + (high - low) * u[place])
            else:
                out[truck] += b * gamma(state, a)


@kernel
def happens(state: Stream, of: NDArray[np.int16], share: Floats, out: NDArray[np.bool_]) -> None:
    """True with the share of the truck's class."""
    u = np.empty(BLOCK)
    for begin in range(0, out.shape[0], BLOCK):
        count = min(BLOCK, out.shape[0] - begin)
        uniforms(state, u[:count])
        for place in range(count):
            out[begin + place] = u[place] < share[of[begin + place]]


@kernel
def runs(state: Stream, chance: float, most: int, out: NDArray[np.int8]) -> None:
    """How often something of `chance` happens before it does not, `most` times at most."""
    for truck in range(out.shape[0]):
        u, below, count = uniform(state), chance, 0
        while count < most and u < below:
            count += 1
            below *= chance
        out[truck] = count
