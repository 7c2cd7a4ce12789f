"""The models whose answers are known exactly, and how long each is simulated.

A run is brute force: no control variates.  Those with a known mean, the spans between arrivals and of
service, would take out of the result just the error that is looked for, a law with a wrong mean.

Loads are those at which waits are long enough to mean something, and short enough for the standard error
to fall below 0.1 % in seconds: at a load of 0.9 it takes ten times as many customers as at 0.7.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.stats import t as student

from kezek.planning.simulation.station.day import run_day
from kezek.planning.simulation.station.finite_queue import run_finite_queue
from kezek.planning.simulation.station.multi_server_queue import run_queue
from kezek.planning.simulation.station.tandem import run_tandem
from kezek.planning.simulation.station.vacation import run_vacation
from kezek.planning.simulation.variate.distribution import (
    Distribution,
    deterministic,
    erlang,
    exponential,
    lognormal,
)
from kezek.planning.simulation.variate.replication import Figures
from tests.theory import exact

SEED = 20260613
REPLICATIONS = 64
ERROR_MAX = 0.001
LEVEL = 0.01
# The first customers of every replication are dropped.
WARM_UP = 20_480

ARRIVALS = exponential(10.0)
CLASSES = (exponential(40.0), exponential(40.0 / 3))
TANDEM = ((4, 28.0), (3, 21.0), (5, 35.0))
# A short day: the fewer customers come, the more days there are, and a day is one observation.
DAY_RATES = np.array((120, 240, 150, 60)) / 3600
DAY_INTERVAL_S = 300.0
DAY_INSTANTS = np.array((300.0, 600.0, 900.0))


@dataclass(frozen=True)
class Case:
    """One model: `run(customers of a replication, slip, seed)`, and what it must find.

    `millions` are arrivals, in all replications together; a wrong simulator multiplies its mean
    service by `slip`.
    """

    name: str
    source: str
    millions: float
    run: Callable[[int, float, int], Figures]
    exact: Callable[[], Mapping[str, float]]

    def judged(self, *, seed: int = SEED, part: float = 1.0, slip: float = 1.0) -> list[Judged]:
        """A row for each figure; `part` is the share of the customers that is simulated."""
        each = WARM_UP + int(self.millions * 1e6 * part / REPLICATIONS)
        began = time.process_time()
        # Each model has random numbers of its own: common ones would err in common.
        figures = self.run(each, slip, seed + CASES.index(self))
        seconds = time.process_time() - began
        return [
            Judged(
                self, figure, value, figures[figure].mean, figures[figure].error,
                each * REPLICATIONS, seconds,
            )
            for figure, value in self.exact().items()
        ]  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """One comparison; `apart` is the distance in standard errors."""

    case: Case
    figure: str
    exact: float
    mean: float
    error: float
    customers: int
    seconds: float

    @property
    def apart(self) -> float:
        return (self.mean - self.exact) / self.error

    @property
    def exact_enough(self) -> bool:
        return self.error <= ERROR_MAX * self.exact

    @property
    def conforms(self) -> bool:
        return abs(self.apart) <= threshold()


@cache
def threshold() -> float:
    """How many standard errors apart a right simulator is in one whole table of a hundred.

    Šidák's level for each comparison, and Student's quantile, because the errors are estimated too.
    """
    comparisons = sum(len(case.exact()) for case in CASES)
    level = 1 - (1 - LEVEL) ** (1 / comparisons)
    return float(student.ppf(1 - level / 2, REPLICATIONS - 1))


def queue(
    arrivals: Distribution, service: Callable[[float], Distribution], service_s: float, lanes: int
):
    def run(customers: int, slip: float, seed: int) -> Figures:
        return run_queue(
            arrivals, service(service_s * slip), lanes=lanes, customers=customers,
            warm_up=WARM_UP, seed=seed, replications=REPLICATIONS,
        )  # fmt: skip

    return run


def finite_queue(service_s: float, lanes: int, places: int):
    def run(customers: int, slip: float, seed: int) -> Figures:
        return run_finite_queue(
            ARRIVALS, exponential(service_s * slip), lanes=lanes, capacity=places, customers=customers,
            warm_up=WARM_UP, seed=seed, replications=REPLICATIONS,
        )  # fmt: skip

    return run


def vacation(customers: int, slip: float, seed: int) -> Figures:
    return run_vacation(
        ARRIVALS, erlang(6.0 * slip, phases=2), exponential(5.0), customers=customers,
        warm_up=WARM_UP, seed=seed, replications=REPLICATIONS,
    )  # fmt: skip


def tandem(customers: int, slip: float, seed: int) -> Figures:
    return run_tandem(
        CLASSES, [exponential(service_s * slip) for _, service_s in TANDEM],
        lanes=[lanes for lanes, _ in TANDEM], customers=customers, warm_up=WARM_UP, seed=seed,
        replications=REPLICATIONS,
    )  # fmt: skip


def day(customers: int, slip: float, seed: int) -> Figures:
    a_day = DAY_RATES.sum() * DAY_INTERVAL_S
    return run_day(
        DAY_RATES, DAY_INTERVAL_S, exponential(60.0 * slip), lanes=4, instants_s=DAY_INSTANTS,
        days=int(customers / a_day), seed=seed, replications=REPLICATIONS,
    )  # fmt: skip


def exact_tandem() -> dict[str, float]:
    """By class at the first station only: what leaves it is no longer independent of the classes."""
    lanes, service_s = TANDEM[0]
    first = exact.cobham(lanes, [1 / distribution.mean_s for distribution in CLASSES], service_s)
    return {
        **{f"wait_s of class {k} at station 0": wait for k, wait in enumerate(first)},
        **{
            f"wait_s at station {s}": exact.wait_mmc(lanes, 0.1, service_s)
            for s, (lanes, service_s) in enumerate(TANDEM)
            if s > 0
        },
    }


def exact_day() -> dict[str, float]:
    present, presence = exact.day_mmc(list(DAY_RATES), DAY_INTERVAL_S, 4, 60.0, list(DAY_INSTANTS))
    names = [f"present at {instant:g} s" for instant in DAY_INSTANTS]
    return {**dict(zip(names, present, strict=True)), "presence_s": presence}


CASES = (
    Case(
        "M/M/1, load 0.7", "Erlang C", 110, queue(ARRIVALS, exponential, 7.0, 1),
        lambda: {"wait_s": exact.wait_mmc(1, 0.1, 7.0)},
    ),
    Case(
        "M/M/4, load 0.7", "Erlang C", 200, queue(ARRIVALS, exponential, 28.0, 4),
        lambda: {"wait_s": exact.wait_mmc(4, 0.1, 28.0), "waited": exact.erlang_c(4, 2.8)},
    ),
    Case(
        "M/E3/1, load 0.7", "Pollaczek and Khinchine", 65,
        queue(ARRIVALS, lambda mean_s: erlang(mean_s, phases=3), 7.0, 1),
        lambda: {"wait_s": exact.wait_mg1(0.1, 7.0, 3**-0.5)},
    ),
    Case(
        "M/G/1, log-normal, variation 1, load 0.6", "Pollaczek and Khinchine", 120,
        queue(ARRIVALS, lambda mean_s: lognormal(mean_s, variation=1.0), 6.0, 1),
        lambda: {"wait_s": exact.wait_mg1(0.1, 6.0, 1.0)},
    ),
    Case(
        "M/D/1, load 0.7", "Pollaczek and Khinchine", 60, queue(ARRIVALS, deterministic, 7.0, 1),
        lambda: {"wait_s": exact.wait_mg1(0.1, 7.0, 0.0)},
    ),
    Case(
        "M/D/4, load 0.7", "Crommelin", 110, queue(ARRIVALS, deterministic, 28.0, 4),
        lambda: {"wait_s": exact.wait_mdc(4, 0.1, 28.0)},
    ),
    Case(
        "E3/M/1, load 0.7", "Kendall", 110,
        queue(erlang(10.0, phases=3), exponential, 7.0, 1),
        lambda: {"wait_s": exact.wait_gim1(lambda s: (1 + s * 10 / 3) ** -3, 7.0)},
    ),
    Case(
        "M/M/4/8, load 0.9", "balance of births and deaths", 75, finite_queue(36.0, 4, 8),
        lambda: dict(zip(("lost", "wait_s"), exact.loss_mmck(4, 8, 0.1, 36.0), strict=True)),
    ),
    Case(
        "M/M/4/4, load 0.9", "Erlang B", 10, finite_queue(36.0, 4, 4),
        lambda: {"lost": exact.erlang_b(4, 3.6)},
    ),
    Case(
        "M/E2/1 with exponential vacations, load 0.6", "Levy and Yechiali", 30, vacation,
        lambda: {"wait_s": exact.wait_vacation(0.1, 6.0, 0.5**0.5, 5.0, 1.0)},
    ),
    Case(
        "tandem of 4, 3 and 5 lanes, load 0.7, classes of 25 and 75 %",
        "Cobham (by class) or Burke", 180, tandem, exact_tandem,
    ),
    Case(
        "M(t)/M/4 from empty, loads 0.5, 1, 0.625 and 0.25", "Kolmogorov's equations", 60, day,
        exact_day,
    ),
)  # fmt: skip
