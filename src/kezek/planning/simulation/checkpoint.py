"""The checkpoint model: `run` plays a plan once, `replicate` many times."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kezek.domain.kernel.value import value
from kezek.planning.simulation.checkpoint_plan import Plan
from kezek.planning.simulation.checkpoint_record import Records


@value(frozen=True, slots=True)
class Summary:
    """What many replications say of a measure: arrays of the measure's shape."""

    replications: int
    mean: NDArray[np.float64]
    error: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]


def run(plan: Plan, seed: int, replication: int = 0) -> Records:
    """Play a plan once."""
    raise NotImplementedError


def replicate(
    plan: Plan,
    seed: int,
    replications: int,
    *,
    threads: int = 1,
    measure: Callable[[Records], NDArray[np.float64]],
) -> Summary:
    """Play a plan many times and keep of each run only `measure` of its records."""
    raise NotImplementedError
