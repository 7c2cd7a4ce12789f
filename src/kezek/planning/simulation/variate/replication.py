"""Replications: runs of one model with different random numbers, in a given number of threads.

The result of a replication depends on its number only, and figures are combined in the order of the
numbers, so the digits are the same with one thread and with ten.  A replication leaves one row of
figures, whatever its length.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from kezek.planning.array import Floats
from kezek.planning.simulation.variate.chance import BLOCK

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications and its standard error, nan for a single replication."""

    mean: float
    error: float
    replications: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of replications: `rows` is float64[replications, figures], with columns by `names`."""

    names: tuple[str, ...]
    rows: Floats

    def __getitem__(self, name: str) -> Estimate:
        """The estimate of one figure; KeyError for an unknown name."""
        if name not in self.names:
            raise KeyError(f"{name} is none of {', '.join(self.names)}")
        column = self.rows[:, self.names.index(name)]
        many = len(column)
        error = float(column.std(ddof=1)) / math.sqrt(many) if many > 1 else math.nan
        return Estimate(float(column.mean()), error, many)


def replicate(
    run: Callable[[int], Floats], names: tuple[str, ...], *, replications: int, threads: int = 1
) -> Figures:
    """The figures of `run(0)`, `run(1)`, …, each a float64[figures]."""
    if replications < 1 or threads < 1:
        raise ValueError(f"{replications} replications in {threads} threads: at least one of each")
    rows = np.empty((replications, len(names)))
    for number, row in enumerate(in_turn(run, replications, threads=threads)):
        rows[number] = row
    return Figures(names, rows)


def in_turn(run: Callable[[int], T], replications: int, *, threads: int) -> Iterator[T]:
    """Yield `run(0)`, `run(1)`, … in this order, with a bounded number under way.

    Threads run in parallel where `run` is a kernel.  Memory does not grow with the number of
    replications.
    """
    if threads == 1:
        yield from map(run, range(replications))
        return
    with ThreadPoolExecutor(threads) as pool:
        under_way = deque(
            pool.submit(run, number) for number in range(min(replications, 4 * threads))
        )
        try:
            for number in range(len(under_way), replications):
                yield under_way.popleft().result()
                under_way.append(pool.submit(run, number))
            while under_way:
                yield under_way.popleft().result()
        finally:
            # A caller that stops early waits only for the replications that have begun.
            pool.shutdown(cancel_futures=True)


def check(*, lanes: int, customers: int, warm_up: int, seed: int) -> None:
    """Raise ValueError, with what to change, for values that cannot be run."""
    if lanes < 1:
        raise ValueError(f"a station has at least one lane, not {lanes}")
    if not 0 <= warm_up < customers:
        raise ValueError(
            f"of {customers} customers {warm_up} are warm-up: at least one must be left to measure"
        )
    if not 0 <= seed < 2**63:
        raise ValueError(f"a seed is a whole number from 0 to 2**63 - 1, not {seed}")


def in_blocks(customers: int, *, warm_up: int) -> tuple[int, int]:
    """The number of blocks of variates, and how many of them are warm-up; at least one is not."""
    dropped = -(-warm_up // BLOCK)
    return max(-(-customers // BLOCK), dropped + 1), dropped
