"""All that chance decides in a run of the checkpoint, drawn before it is played.

What is drawn belongs to a truck and a station, whatever the order in which trucks will move.  So the
same truck has the same papers, the same way and the same inspection under two regulations, and who
wins or loses is not a matter of luck; and another program that is given the draws must give the same
records.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kezek.planning.array import Floats, Numbers
from kezek.planning.simulation.checkpoint.arrival import poisson
from kezek.planning.simulation.checkpoint.checkpoint_plan import ModelInput, Span
from kezek.planning.simulation.checkpoint.span import add_spans, happens, laws_of, runs
from kezek.planning.simulation.variate.chance import Stream, stream

# Stations, each with a stream of its own; a stage has three from STAGE on, walk-ins one a stream.
SHOWS, OFFSET, TRAVEL, MISSED, SPACING = range(5)
STAGE, WALK_IN = 16, 1 << 16


class Draws(NamedTuple):
    """One run's chance, arrays by number; instants and spans in seconds.

    `of` int16[n] is the class.  `opens` float64[w] are the windows, rising, `opens[0]` minus
    infinity; `window` int32[n] indexes them, 0 for walk-ins.  `arrived` float64[n] is infinity for
    who never comes. `travel` float64[n] to the gate; `misses` int8[n] calls that are not answered at
    first; `spacing` float64[n] after the truck's call, in calls.  `spans` float64[stages, n] in a
    lane, -1 for who passes by; `deep` bool[stages, n].
    """

    of: NDArray[np.int16]
    opens: Floats
    window: Numbers
    arrived: Floats
    travel: Floats
    misses: NDArray[np.int8]
    spacing: Floats
    spans: Floats
    deep: NDArray[np.bool_]


class _Chance(NamedTuple):
    """The streams of one run."""

    seed: int
    replication: int

    def at(self, station: int) -> Stream:
        return stream(self.seed, station, self.replication)

    def add(self, station: int, of: NDArray[np.int16], spans: Sequence[Span], out: Floats) -> None:
        add_spans(self.at(station), of, laws_of(spans), out)

    def happens(
        self, station: int, of: NDArray[np.int16], shares: Sequence[float]
    ) -> NDArray[np.bool_]:
        out = np.zeros(len(of), np.bool_)
        if any(shares):
            happens(self.at(station), of, np.array(shares, np.float64), out)
        return out


def draw(plan: ModelInput, seed: int, replication: int) -> Draws:
    """The draws of a plan for a seed and a replication, each from 0 to 2**63 - 1."""
    chance = _Chance(seed, replication)
    of, opens, window, arrived = _comers(plan, chance)
    count, stages = len(of), len(plan.stages)
    travel, spacing = np.zeros(count), np.zeros(count)
    misses = np.zeros(count, np.int8)
    spans, deep = np.zeros((stages, count)), np.zeros((stages, count), np.bool_)
    alike = len(plan.rules.classes)
    chance.add(TRAVEL, of, [plan.calls.travel] * alike, travel)
    if plan.calls.per_hour is not None:
        chance.add(SPACING, of, [plan.calls.spacing] * alike, spacing)
    if plan.calls.missed:
        runs(chance.at(MISSED), plan.calls.missed, plan.rules.misses_max + 1, misses)
    for place, stage in enumerate(plan.stages):
        station = STAGE + 3 * place
        if stage.visited:
            passes = [1.0 - share for share in stage.visited]
            spans[place][chance.happens(station, of, passes)] = -1.0
        chance.add(station + 1, of, stage.span, spans[place])
        if stage.deep:
            deep[place] = chance.happens(station + 2, of, stage.deep) & (spans[place] >= 0.0)
            more = np.where(deep[place], 0.0, -1.0)
            chance.add(station + 2, of, [stage.deep_span] * alike, more)
            spans[place][deep[place]] += more[deep[place]]
    return Draws(of, opens, window, arrived, travel, misses, spacing, spans, deep)


def _comers(plan: ModelInput, chance: _Chance) -> tuple[NDArray[np.int16], Floats, Numbers, Floats]:
    """Class, windows, window and arrival of all: standing, booked, walk-ins."""
    rows, standing = plan.booked, plan.standing
    begun = standing.window[~np.isnan(standing.window)] if standing else np.empty(0)
    opens = np.concatenate(([-math.inf], np.unique(np.concatenate((rows.start, begun)))))
    of = np.repeat(rows.vehicle_class.astype(np.int16), rows.trucks)
    window = np.repeat(np.searchsorted(opens, rows.start).astype(np.int32), rows.trucks)
    arrived = np.zeros(len(of))
    if len(of):
        chance.add(OFFSET, of, [habit.offset for habit in plan.habits], arrived)
        arrived += opens[window]
        if standing:
            np.maximum(arrived, 0.0, out=arrived)
        missing = chance.happens(SHOWS, of, [habit.no_show for habit in plan.habits])
        arrived[missing] = math.inf
    parts = [(of, window, arrived)]
    if standing:
        at = np.where(np.isnan(standing.window), 0, np.searchsorted(opens, standing.window))
        first = (standing.vehicle_class.astype(np.int16), at.astype(np.int32), standing.since)
        parts.insert(0, first)
    for place, walking in enumerate(plan.walk_ins):
        rate = walking.per_hour
        levels = np.array(rate.at), np.array(rate.level)
        came = poisson(chance.at(WALK_IN + place), *levels, plan.until)
        same = np.full(len(came), walking.vehicle_class, np.int16)
        parts.append((same, np.zeros(len(came), np.int32), came))
    classes, windows, arrivals = zip(*parts, strict=True)
    return np.concatenate(classes), opens, np.concatenate(windows), np.concatenate(arrivals)
