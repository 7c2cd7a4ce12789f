"""Features of a history at an origin, the same for every series whatever its size and unit.

Levels are differences from the last value, in units of the series' usual change over a day, so that one
model can learn from all series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kezek.planning.history.pairs import Pairs
from kezek.planning.history.series import (
    DAY,
    HOUR,
    WEEK,
    Floats,
    Held,
    Ints,
    Series,
    WaitHistory,
    hour_of_week,
)

_LAGS = (1, 2, 3, 6, 12, 24, 48, 168)
_WINDOWS = (3, 6, 12, 24, 72, 168)
_RECENT = 28
# The weight of the series' mean in a climatology of few values, in values.
_PRIOR = 2.0
# Differences are clipped here: the unit of a series that has hardly moved yet is tiny.
_FAR = 200.0


@dataclass(frozen=True)
class Features:
    """`matrix` [n, k] with the names of its columns; `scale` [n], the unit of change at the origin.

    `levels` are the columns that are differences of levels in units of `scale`: the linear part.
    """

    matrix: Floats
    names: tuple[str, ...]
    levels: Ints
    scale: Floats

    def at(self, rows: Ints) -> Features:
        """The features of some rows."""
        return Features(self.matrix[rows], self.names, self.levels, self.scale[rows])


def features(history: WaitHistory, pairs: Pairs, horizons: Sequence[int]) -> Features:
    """The features of each pair, from samples at or before its origin alone."""
    held = [Held(one) for one in history.series]
    usual = [_usual_change(one) for one in history.series]
    names: list[str] = []
    blocks: list[Floats] = []
    rows: list[Ints] = []
    scales: list[Floats] = []
    for s, one in enumerate(history.series):
        mine = np.flatnonzero(pairs.series == s)
        table = _Table(pairs.last[mine], _unit(one, held[s], usual[s], pairs.origin[mine]))
        span = np.array(horizons)[pairs.horizon[mine]]
        _fill(table, history, s, held, pairs.origin[mine], span)
        _others(table, held, usual, history, s, pairs.origin[mine])
        names = table.names
        blocks.append(np.column_stack(table.columns))
        rows.append(mine)
        scales.append(table.unit)
    order = np.argsort(np.concatenate(rows), kind="stable")
    levels = np.array([k for k, name in enumerate(names) if name.endswith("_level")], np.int64)
    matrix = np.clip(np.concatenate(blocks)[order], -_FAR, _FAR)
    return Features(matrix, tuple(names), levels, np.concatenate(scales)[order])


class _Table:
    """Columns under way for the pairs of one series."""

    def __init__(self, last: Floats, unit: Floats) -> None:
        self.last, self.unit = last, unit
        self.names: list[str] = []
        self.columns: list[Floats] = []

    def level(self, name: str, value: Floats) -> None:
        self.plain(f"{name}_level", (value - self.last) / self.unit)

    def plain(self, name: str, value: Floats | Ints) -> None:
        self.names.append(name)
        self.columns.append(np.asarray(value, float))


def _usual_change(one: Series) -> Floats:
    """The mean absolute change over a day, from the first sample to each [n]."""
    change = np.abs(one.value - Held(one).at(one.at - DAY))
    change = np.where(one.at - DAY >= one.at[0], change, np.abs(one.value - one.value[0]))
    return np.cumsum(change) / np.arange(1, len(change) + 1)


def _unit(one: Series, held: Held, usual: Floats, origin: Ints) -> Floats:
    index = np.maximum(held.index(origin), 0)
    level = np.cumsum(one.value)[index] / (index + 1)
    return np.asarray(usual[index] + 0.02 * level + 1e-6)


def _fill(
    table: _Table, history: WaitHistory, s: int, held: list[Held], origin: Ints, span: Ints
) -> None:
    one, own = history.series[s], held[s]
    target = origin + span
    long = own.mean(origin, origin - one.at[0] + 1)
    table.plain("height", table.last / table.unit)
    for lag in _LAGS:
        table.level(f"lag{lag}", own.at(origin - lag * HOUR))
    for window in _WINDOWS:
        table.level(f"mean{window}", own.mean(origin, window * HOUR))
    table.level("mean", long)
    for window in (6, 24, 168):
        table.plain(f"spread{window}", own.spread(origin, window * HOUR) / table.unit)
    day_before = [_around(own, origin, target - k * DAY, HOUR) for k in _cycles(span, DAY, 7)]
    table.level("day_before", day_before[0])
    table.level("days_before", np.mean(day_before[:3], axis=0))
    table.level("week_of_days", np.mean(day_before, axis=0))
    week_before = [
        _around(own, origin, target - k * WEEK, 2 * HOUR) for k in _cycles(span, WEEK, 4)
    ]
    table.level("week_before", week_before[0])
    table.level("weeks_before", np.mean(week_before, axis=0))
    hours = hour_of_week(target, history.zone)
    usual_week, usual_day, recent = _usual_hours(one, history.zone, origin, target)
    here_week, here_day, here_recent = _usual_hours(one, history.zone, origin, origin)
    table.level("hour_of_week", usual_week)
    table.level("hour_of_day", usual_day)
    table.level("hour_lately", recent)
    table.level("swing_week", table.last + usual_week - here_week)
    table.level("swing_day", table.last + usual_day - here_day)
    table.level("swing_lately", table.last + recent - here_recent)
    table.plain("sine", np.sin(hours % 24 * (np.pi / 12)))
    table.plain("cosine", np.cos(hours % 24 * (np.pi / 12)))
    table.plain("hour", hours % 24)
    table.plain("hour_now", hour_of_week(origin, history.zone) % 24)
    table.plain("weekday", hours // 24)
    table.plain("horizon", span / HOUR)
    table.plain("age", own.age(origin) / HOUR)
    table.plain("unmoved", np.minimum(own.unmoved(origin) / HOUR, 200.0))
    table.plain("series", np.full(len(origin), s))


def _cycles(span: Ints, cycle: int, count: int) -> list[Ints]:
    """Numbers of whole cycles from a target back to its origin or before it, `count` of them."""
    return [-(-span // cycle) + k for k in range(count)]


def _around(own: Held, origin: Ints, when: Ints, width: int) -> Floats:
    """The mean around an instant, from samples at or before the origin."""
    end = np.minimum(when + width // 2, origin)
    return own.mean(end, end - when + width // 2)


def _usual_hours(one: Series, zone: str, origin: Ints, asked: Ints) -> tuple[Floats, ...]:
    """Means by hour of week, by hour of day, and by hour of day of the last weeks, each [n].

    Only days that had ended at the origin, UTC, are taken into account.
    """
    start = one.at[0] // DAY
    days = int(one.at[-1] // DAY - start) + 1
    cell, day = hour_of_week(one.at, zone), one.at // DAY - start
    total, count = np.zeros((days + 1, 168)), np.zeros((days + 1, 168))
    np.add.at(total, (day + 1, cell), one.value)
    np.add.at(count, (day + 1, cell), 1.0)
    total, count = np.cumsum(total, axis=0), np.cumsum(count, axis=0)
    now = np.clip(origin // DAY - start, 0, days)
    since = np.maximum(now - _RECENT, 0)
    hour = hour_of_week(asked, zone)
    daily_total, daily_count = total.reshape(-1, 7, 24).sum(1), count.reshape(-1, 7, 24).sum(1)
    mean = (total.sum(1)[now] + one.value[0]) / (count.sum(1)[now] + 1.0)
    by_day = _shrunk(daily_total[now, hour % 24], daily_count[now, hour % 24], mean)
    by_week = _shrunk(total[now, hour], count[now, hour], by_day)
    lately = _shrunk(
        daily_total[now, hour % 24] - daily_total[since, hour % 24],
        daily_count[now, hour % 24] - daily_count[since, hour % 24],
        by_day,
    )
    return by_week, by_day, lately


def _shrunk(total: Floats, count: Floats, prior: Floats) -> Floats:
    return (total + _PRIOR * prior) / (count + _PRIOR)


def _others(
    table: _Table, held: list[Held], usual: list[Floats], history: WaitHistory, s: int, origin: Ints
) -> None:
    """Features of the other series at the origin: their recent rise, and their level above the mean."""
    risen, above, known = np.zeros(len(origin)), np.zeros(len(origin)), np.zeros(len(origin))
    for o, other in enumerate(history.series):
        if o == s:
            continue
        begun = origin >= other.at[0]
        unit = _unit(other, held[o], usual[o], origin)
        now = held[o].at(origin)
        risen += np.where(begun, (now - held[o].mean(origin, 6 * HOUR)) / unit, 0.0)
        above += np.where(begun, (now - held[o].mean(origin, WEEK)) / unit, 0.0)
        known += begun
    table.plain("others_risen", risen / np.maximum(known, 1.0))
    table.plain("others_above", above / np.maximum(known, 1.0))
