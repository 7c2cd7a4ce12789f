"""Figures from truck records: one pass over each run, of which only sums are kept.

Waits are counted in bins that grow by 1 %, so a quantile is right to half a percent.  Runs are
collected in at most 20 batches, whose spread gives the errors of quantiles.  Memory grows by a few
numbers for each replication.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kezek.domain.kernel.value import value
from kezek.planning.array import Floats
from kezek.planning.question import QUANTILES
from kezek.planning.scenario.answer.answer import BANDS, Figure
from kezek.planning.scenario.play.compile import Compiled
from kezek.planning.simulation.checkpoint.checkpoint_record import (
    CROSSED,
    NO_SHOW,
    UNFINISHED,
    Records,
)

BATCHES = 20
LINES_MAX = 1_000  # runs whose line is kept hour by hour
HOUR, DAY, MINUTE = 3_600.0, 86_400.0, 60.0
_GROWTH = 0.01
_BINS = 1_300  # up to 300 days

GROUPS = ("all", "booked", "walk_in", "early", "on_time", "late")


@value(frozen=True, slots=True)
class RunCounts:
    """The counts of one run.

    `waits` int64[groups + 24, bins] are by group (`GROUPS`, then the classes) and by hour of arrival;
    `sums` float64[2, groups] are minutes of wait, and of wait from the start of the window; `line`
    float64[hours] are the trucks present at each full hour; `stays` float64[n] are minutes by truck
    number, NaN for a truck that did not arrive in the counted time or never crossed.
    """

    waits: NDArray[np.int64]
    sums: Floats
    bands: NDArray[np.int64]
    line: Floats
    worst: float
    longest: float
    no_shows: int
    lost: int
    stays: Floats


def counts_of(compiled: Compiled, records: Records) -> RunCounts:
    """The counts of one run."""
    trucks = records.trucks
    arrived, outcome = trucks["arrived"], trucks["outcome"]
    stays = records.stays() / MINUTE
    counted = (arrived >= compiled.counted_from) & (arrived < compiled.counted_until)
    through = counted & (outcome == CROSSED)
    kept = stays[through]
    bins = np.minimum((np.log1p(kept) / _GROWTH).astype(np.int64), _BINS - 1)
    members = _members(compiled, trucks[through])
    hour = ((arrived[through] % DAY) // HOUR).astype(np.int64)
    waits = np.zeros((len(members) + 24, _BINS), dtype=np.int64)
    own = np.fmax(trucks["window"] - arrived, 0.0)[through] / MINUTE
    beyond = kept - np.nan_to_num(own)
    sums = np.zeros((2, len(members)))
    for at, member in enumerate(members):
        waits[at] = np.bincount(bins[member], minlength=_BINS)
        sums[:, at] = math.fsum(kept[member]), math.fsum(beyond[member])
    np.add.at(waits, (len(members) + hour, bins), 1)
    stays[~through] = np.nan
    window = trucks["window"]
    due = (window >= compiled.counted_from) & (window < compiled.counted_until)
    line, longest = _line(compiled, trucks)
    return RunCounts(
        waits=waits,
        sums=sums,
        bands=np.bincount(np.searchsorted(BANDS, kept), minlength=len(BANDS) + 1),
        line=line,
        worst=float(kept.max(initial=0.0)),
        longest=longest,
        no_shows=int(np.count_nonzero(due & (outcome == NO_SHOW))),
        lost=int(np.count_nonzero(counted & (outcome != CROSSED))),
        stays=stays,
    )


def _members(compiled: Compiled, trucks: NDArray[np.void]) -> list[NDArray[np.bool_]]:
    """The members of each group, bool[n]: `GROUPS`, then the rules' classes."""
    window, arrived = trucks["window"], trucks["arrived"]
    walk_in = np.isnan(window)
    early, late = arrived < window, arrived >= window + compiled.model.rules.window
    on_time = ~walk_in & ~early & ~late
    classes = [trucks["vehicle_class"] == at for at in range(len(compiled.model.rules.classes))]
    return [np.ones(len(trucks), dtype=np.bool_), ~walk_in, walk_in, early, on_time, late, *classes]


def _line(compiled: Compiled, trucks: NDArray[np.void]) -> tuple[Floats, float]:
    """Trucks present at each full hour, and the most at any moment."""
    outcome = trucks["outcome"]
    there = trucks[(outcome == CROSSED) | (outcome == UNFINISHED)]
    came = np.sort(there["arrived"])
    left = np.sort(np.nan_to_num(there["left"], nan=math.inf))
    marks = np.arange(compiled.counted_from, compiled.counted_until + 1, HOUR)
    line = np.searchsorted(came, marks, side="right") - np.searchsorted(left, marks, side="right")
    # Just after each arrival the line is a local maximum.
    at_arrival = np.arange(1, len(came) + 1) - np.searchsorted(left, came, side="right")
    seen = at_arrival[(came >= compiled.counted_from) & (came < compiled.counted_until)]
    return line.astype(np.float64), float(seen.max(initial=0))


class Tally:
    """The counts of all runs of one model input, added in any order."""

    def __init__(self, compiled: Compiled, replications: int) -> None:
        self.compiled = compiled
        self.batches = min(BATCHES, replications)
        groups = len(GROUPS) + len(compiled.model.rules.classes)
        self.groups = groups
        self.waits = np.zeros((self.batches, groups + 24, _BINS), dtype=np.int64)
        self.sums = np.zeros((replications, 2, groups))
        self.counts = np.zeros((replications, groups))
        self.bands = np.zeros((replications, len(BANDS) + 1))
        self.scalars = np.zeros((replications, 4))
        self.lines: dict[int, Floats] = {}

    def add(self, replication: int, counts: RunCounts) -> None:
        self.waits[replication % self.batches] += counts.waits
        self.sums[replication] = counts.sums
        self.counts[replication] = counts.waits[: self.groups].sum(axis=1)
        self.bands[replication] = counts.bands
        self.scalars[replication] = (
            counts.worst,
            counts.longest,
            counts.no_shows,
            counts.lost,
        )
        if replication < LINES_MAX:
            self.lines[replication] = counts.line

    def means(self, of: int = 0) -> Floats:
        """Mean minutes, float64[replications, groups], NaN for an empty group; `of` indexes `sums`."""
        return np.asarray(self.sums[:, of] / np.where(self.counts > 0, self.counts, np.nan))

    def lengths(self) -> Floats:
        """Quantiles of the trucks present at each hour, float64[quantiles, hours]."""
        rows = np.stack([self.lines[at] for at in sorted(self.lines)])
        return np.asarray(np.quantile(rows, QUANTILES, axis=0))

    def quantiles(self, row: int) -> tuple[Figure, ...]:
        """Quantiles of the wait of a group or, after the groups, of an hour of arrival."""
        whole = quantiles_of(self.waits[:, row].sum(axis=0))
        parts = [quantiles_of(batch) for batch in self.waits[:, row] if batch.sum()]
        return tuple(
            Figure(value=found, error=error_of([part[at] for part in parts]))
            for at, found in enumerate(whole)
        )


def quantiles_of(counts: NDArray[np.int64]) -> tuple[float, ...]:
    """`QUANTILES` of counted waits in minutes; zeros for no waits."""
    seen = np.concatenate(([0], np.cumsum(counts)))
    if not seen[-1]:
        return (0.0,) * len(QUANTILES)
    ranks = np.array(QUANTILES) * seen[-1]
    at = np.searchsorted(seen, ranks, side="left") - 1
    part = (ranks - seen[at]) / (seen[at + 1] - seen[at])
    return tuple(float(found) for found in np.expm1((at + part) * _GROWTH))


def error_of(found: Sequence[float] | Floats) -> float | None:
    """The standard error of a mean of independent figures; None for fewer than two."""
    known = np.asarray(found, dtype=np.float64)
    known = known[~np.isnan(known)]
    if len(known) < 2:
        return None
    return float(known.std(ddof=1) / math.sqrt(len(known)))


def figure(found: Sequence[float] | Floats) -> Figure:
    """The mean of independent figures with its error; 0 where none is known."""
    known = np.asarray(found, dtype=np.float64)
    known = known[~np.isnan(known)]
    return Figure(value=float(known.mean()) if len(known) else 0.0, error=error_of(known))
