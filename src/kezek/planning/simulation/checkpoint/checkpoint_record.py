"""The records of a run: one for each truck, and one for each truck and stage, read only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kezek.domain.kernel.value import value

CROSSED, NO_SHOW, TOO_LATE, OUT, UNFINISHED = range(5)
OUTCOMES = ("crossed", "no_show", "too_late", "out", "unfinished")

TRUCK = np.dtype(
    [
        ("number", np.int32),
        ("vehicle_class", np.int16),
        ("outcome", np.int8),
        ("misses", np.int8),
        ("window", np.float64),
        ("arrived", np.float64),
        ("joined", np.float64),
        ("called", np.float64),
        ("left", np.float64),
    ]
)
PASSAGE = np.dtype([("queued", np.float64), ("started", np.float64), ("ended", np.float64)])


@value(frozen=True, slots=True)
class Records:
    """Read-only structured arrays of one run; instants are seconds from the start.

    `trucks` is `TRUCK[n]` by number: `vehicle_class` indexes the rules' classes, `outcome` indexes
    `OUTCOMES`, `misses` counts unanswered calls; `window` is the booked start, NaN for walk-ins;
    `arrived` at the checkpoint; `joined` the line (later than arrival where the waiting area was full,
    and again after a missed call); `called` for the last time; `left` across the border.
    `passages` is `PASSAGE[n, stages]`: in the queue, in a lane, out of it.
    `inspected` is bool[n, stages].  What did not happen is NaN.
    """

    trucks: NDArray[np.void]
    passages: NDArray[np.void]
    inspected: NDArray[np.bool_]

    def crossed(self) -> NDArray[np.bool_]:
        """bool[n]: which trucks crossed."""
        return np.asarray(self.trucks["outcome"] == CROSSED)

    def waits(self) -> NDArray[np.float64]:
        """float64[n]: seconds from arrival to the call; NaN for a truck that was never called."""
        return np.asarray(self.trucks["called"] - self.trucks["arrived"])

    def stays(self) -> NDArray[np.float64]:
        """float64[n]: seconds from arrival until across; NaN for a truck that never crossed."""
        return np.asarray(self.trucks["left"] - self.trucks["arrived"])
