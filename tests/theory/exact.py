"""What queueing theory says exactly, each with its source.  Durations in seconds, rates per second."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.stats import poisson


def erlang_b(lanes: int, offered: float) -> float:
    """The share that is lost where nobody can wait (Erlang, 1917); `offered` is rate by mean service."""
    lost = 1.0
    for lane in range(1, lanes + 1):
        lost = offered * lost / (lane + offered * lost)
    return lost


def erlang_c(lanes: int, offered: float) -> float:
    """The share that waits (Erlang, 1917)."""
    lost = erlang_b(lanes, offered)
    return lost / (1 - offered / lanes * (1 - lost))


def wait_mmc(lanes: int, rate: float, service_s: float) -> float:
    """Mean wait of M/M/c."""
    return erlang_c(lanes, rate * service_s) * service_s / (lanes - rate * service_s)


def wait_mg1(rate: float, service_s: float, variation: float) -> float:
    """Mean wait of M/G/1 (Pollaczek, 1930; Khinchine, 1932)."""
    load = rate * service_s
    return load * service_s * (1 + variation**2) / (2 * (1 - load))


def wait_mdc(lanes: int, rate: float, service_s: float) -> float:
    """Mean wait of M/D/c (Crommelin, 1932): a series over multiples of the service."""
    offered, total = rate * service_s, 0.0
    for i in itertools.count(1):
        waits = poisson.sf(i * lanes - 1, i * offered)
        term = waits - lanes / offered * poisson.sf(i * lanes, i * offered)
        total += term
        if term < 1e-15 * total:
            return service_s * total
    raise AssertionError("unreachable")


def wait_gim1(transform, service_s: float) -> float:
    """Mean wait of GI/M/1 (Kendall, 1953); `transform` is Laplace's of the interarrival time."""
    root = brentq(lambda x: transform((1 - x) / service_s) - x, 1e-9, 1 - 1e-9, xtol=1e-15)
    return service_s * root / (1 - root)


def loss_mmck(lanes: int, capacity: int, rate: float, service_s: float) -> tuple[float, float]:
    """M/M/c/K, from the balance of births and deaths: the share lost, the mean wait of the others."""
    weights = [1.0]
    for present in range(1, capacity + 1):
        weights.append(weights[-1] * rate * service_s / min(present, lanes))
    shares = np.array(weights) / sum(weights)
    waiting = sum(max(0, present - lanes) * share for present, share in enumerate(shares))
    return float(shares[-1]), waiting / (rate * (1 - shares[-1]))


def wait_vacation(rate: float, service_s: float, variation: float, away_s: float, apart: float):
    """Mean wait of M/G/1 with repeated vacations (Levy and Yechiali, 1975): the rest of one is added."""
    return wait_mg1(rate, service_s, variation) + away_s * (1 + apart**2) / 2


def cobham(lanes: int, rates: Sequence[float], service_s: float) -> list[float]:
    """Mean wait by class in M/M/c without interruption, the first class first (Cobham, 1954)."""
    offered = sum(rates) * service_s
    ahead = erlang_c(lanes, offered) * service_s / lanes
    loads = [0.0, *itertools.accumulate(rate * service_s / lanes for rate in rates)]
    return [ahead / ((1 - before) * (1 - after)) for before, after in itertools.pairwise(loads)]


def day_mmc(
    rates: Sequence[float],
    interval_s: float,
    lanes: int,
    service_s: float,
    instants: Sequence[float],
) -> tuple[list[float], float]:
    """M(t)/M/c from empty, by Kolmogorov's forward equations (1931), cut off where nobody comes.

    The mean number present at each instant, and its integral over the day.
    """
    states = 200
    leave = np.minimum(np.arange(states), lanes) / service_s
    numbers = np.arange(states)

    def flow(rate: float):
        def change(_at: float, shares: np.ndarray) -> np.ndarray:
            share = shares[:-1]
            moves = rate * share[:-1] - leave[1:] * share[1:]
            out = np.zeros_like(shares)
            out[:-2] -= moves
            out[1:-1] += moves
            out[-1] = numbers @ share
            return out

        return change

    shares, present = np.zeros(states + 1), {0.0: 0.0}
    shares[0] = 1.0
    for place, rate in enumerate(rates):
        begins, ends = place * interval_s, (place + 1) * interval_s
        stops = sorted({*(at for at in instants if begins < at <= ends), ends})
        ran = solve_ivp(flow(rate), (begins, ends), shares, "LSODA", stops, rtol=1e-10, atol=1e-13)
        present |= {at: float(numbers @ ran.y[:-1, k]) for k, at in enumerate(stops)}
        shares = ran.y[:, -1]
    assert shares[-2] < 1e-12, "states are cut off where somebody comes"
    assert math.isclose(shares[:-1].sum(), 1, abs_tol=1e-8)
    return [present[at] for at in instants], float(shares[-1])
