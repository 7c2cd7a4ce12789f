"""All random numbers of a run of the checkpoint, generated before it is played.

A variate belongs to a truck and a station, whatever the order in which trucks will move.  So a truck has
the same service times, drive and inspection under two regulations (common random numbers), and the
difference between the two is no luck.  Another program that is given the variates must give the same
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
from kezek.planning.simulation.checkpoint.checkpoint_input import Duration, ModelInput
from kezek.planning.simulation.checkpoint.duration import (
    add_durations,
    distribution_table,
    geometric,
    happens,
)
from kezek.planning.simulation.variate.chance import Stream, stream

# Stations, each with its own stream; a stage has three from STAGE on, each walk-in process has one.
SHOWS, OFFSET, TRAVEL, MISSED, SPACING = range(5)
STAGE, WALK_IN = 16, 1 << 16


class Variates(NamedTuple):
    """The random variates of one run, arrays by truck number; instants and durations are seconds.

    `of` int16[n] is the class.  `opens` float64[w] are the starts of windows, rising, with `opens[0]`
    minus infinity; `window` int32[n] indexes them, 0 for a walk-in.  `arrived` float64[n] is infinity
    for a no-show.  `travel` float64[n] is the way to the gate; `misses` int8[n] counts calls that the
    truck will miss; `spacing` float64[n] is the gap after the truck's call, in mean gaps.
    `service_times` float64[stages, n] is -1 for a truck that does not stop at the stage; `inspected` is
    bool[stages, n].
    """

    of: NDArray[np.int16]
    opens: Floats
    window: Numbers
    arrived: Floats
    travel: Floats
    misses: NDArray[np.int8]
    spacing: Floats
    service_times: Floats
    inspected: NDArray[np.bool_]


class _Chance(NamedTuple):
    """The streams of one run."""

    seed: int
    replication: int

    def at(self, station: int) -> Stream:
        return stream(self.seed, station, self.replication)

    def add(
        self, station: int, of: NDArray[np.int16], service_times: Sequence[Duration], out: Floats
    ) -> None:
        add_durations(self.at(station), of, distribution_table(service_times), out)

    def happens(
        self, station: int, of: NDArray[np.int16], shares: Sequence[float]
    ) -> NDArray[np.bool_]:
        out = np.zeros(len(of), np.bool_)
        if any(shares):
            happens(self.at(station), of, np.array(shares, np.float64), out)
        return out


def variates_of(model: ModelInput, seed: int, replication: int) -> Variates:
    """The variates of a model input for a seed and a replication, each from 0 to 2**63 - 1."""
    chance = _Chance(seed, replication)
    of, opens, window, arrived = _comers(model, chance)
    count, stages = len(of), len(model.stages)
    travel, spacing = np.zeros(count), np.zeros(count)
    misses = np.zeros(count, np.int8)
    service_times, inspected = np.zeros((stages, count)), np.zeros((stages, count), np.bool_)
    alike = len(model.rules.classes)
    chance.add(TRAVEL, of, [model.calls.travel] * alike, travel)
    if model.calls.per_hour is not None:
        chance.add(SPACING, of, [model.calls.spacing] * alike, spacing)
    if model.calls.missed:
        geometric(chance.at(MISSED), model.calls.missed, model.rules.misses_max + 1, misses)
    for place, stage in enumerate(model.stages):
        station = STAGE + 3 * place
        if stage.visited:
            passes = [1.0 - share for share in stage.visited]
            service_times[place][chance.happens(station, of, passes)] = -1.0
        chance.add(station + 1, of, stage.service_times, service_times[place])
        if stage.inspected:
            inspected[place] = chance.happens(station + 2, of, stage.inspected) & (
                service_times[place] >= 0.0
            )
            more = np.where(inspected[place], 0.0, -1.0)
            chance.add(station + 2, of, [stage.inspection_time] * alike, more)
            service_times[place][inspected[place]] += more[inspected[place]]
    return Variates(of, opens, window, arrived, travel, misses, spacing, service_times, inspected)


def _comers(
    model: ModelInput, chance: _Chance
) -> tuple[NDArray[np.int16], Floats, Numbers, Floats]:
    """Class [n], starts of windows [w], window [n] and arrival [n] of all trucks."""
    rows, standing = model.booked, model.standing
    begun = standing.window[~np.isnan(standing.window)] if standing else np.empty(0)
    opens = np.concatenate(([-math.inf], np.unique(np.concatenate((rows.start, begun)))))
    of = np.repeat(rows.vehicle_class.astype(np.int16), rows.trucks)
    window = np.repeat(np.searchsorted(opens, rows.start).astype(np.int32), rows.trucks)
    arrived = np.zeros(len(of))
    if len(of):
        chance.add(OFFSET, of, [habit.offset for habit in model.habits], arrived)
        arrived += opens[window]
        if standing:
            np.maximum(arrived, 0.0, out=arrived)
        missing = chance.happens(SHOWS, of, [habit.no_show for habit in model.habits])
        arrived[missing] = math.inf
    parts = [(of, window, arrived)]
    if standing:
        at = np.where(np.isnan(standing.window), 0, np.searchsorted(opens, standing.window))
        first = (standing.vehicle_class.astype(np.int16), at.astype(np.int32), standing.since)
        parts.insert(0, first)
    for place, walking in enumerate(model.walk_ins):
        rate = walking.per_hour
        levels = np.array(rate.at), np.array(rate.level)
        came = poisson(chance.at(WALK_IN + place), *levels, model.until)
        same = np.full(len(came), walking.vehicle_class, np.int16)
        parts.append((same, np.zeros(len(came), np.int32), came))
    classes, windows, arrivals = zip(*parts, strict=True)
    return np.concatenate(classes), opens, np.concatenate(windows), np.concatenate(arrivals)
