"""Pairs of origin and target: for each value of a history, the instant a horizon before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from kezek.planning.history.series import Floats, Held, Ints, WaitHistory


@dataclass(frozen=True)
class Pairs:
    """Forecasts to make, one row each [n], ordered by series, horizon and target.

    `series` and `horizon` are indices; `origin` and `target` are UTC seconds, a horizon apart; `truth`
    is the value measured at the target, `last` the value held at the origin.
    """

    series: Ints
    horizon: Ints
    origin: Ints
    target: Ints
    last: Floats
    truth: Floats

    def __len__(self) -> int:
        return len(self.origin)

    def at(self, rows: np.ndarray) -> Pairs:
        """Some of the rows, by a mask or by indices."""
        return replace(self, **{one.name: getattr(self, one.name)[rows] for one in fields(self)})


def too_fine(history: WaitHistory, horizons: Sequence[int]) -> list[tuple[int, int]]:
    """Series and horizons (indices) where the horizon is shorter than the median sampling step."""
    return [
        (s, h)
        for s, one in enumerate(history.series)
        for h, horizon in enumerate(horizons)
        if horizon < one.step
    ]


def pairs_of(history: WaitHistory, horizons: Sequence[int]) -> Pairs:
    """Every value of a history with the origin a horizon (seconds) before it, within the series."""
    fine = set(too_fine(history, horizons))
    parts = []
    for s, one in enumerate(history.series):
        held = Held(one)
        for h, horizon in enumerate(horizons):
            origin = one.at - horizon
            known = origin >= one.at[0]
            if (s, h) in fine or not known.any():
                continue
            parts.append(
                Pairs(
                    series=np.full(int(known.sum()), s, np.int64),
                    horizon=np.full(int(known.sum()), h, np.int64),
                    origin=origin[known],
                    target=one.at[known],
                    last=held.at(origin[known]),
                    truth=one.value[known],
                )
            )
    if not parts:
        nothing, none = np.zeros(0, np.int64), np.zeros(0)
        return Pairs(nothing, nothing, nothing, nothing, none, none)
    return Pairs(*(np.concatenate([getattr(one, f.name) for one in parts]) for f in fields(Pairs)))
