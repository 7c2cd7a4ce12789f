"""What holds for every single run, not on average: equalities and identities on random numbers."""

from __future__ import annotations

import numpy as np
import pytest

from kezek.planning.simulation.station.day import run_day
from kezek.planning.simulation.station.finite_queue import finite_queue_starts, run_finite_queue
from kezek.planning.simulation.station.multi_server_queue import queue_starts, run_queue
from kezek.planning.simulation.station.tandem import run_tandem, tandem_starts
from kezek.planning.simulation.station.vacation import run_vacation
from kezek.planning.simulation.variate.chance import BLOCK, stream
from kezek.planning.simulation.variate.distribution import (
    Distribution,
    deterministic,
    erlang,
    exponential,
    generate,
    lognormal,
)
from tests.theory import naive

MANY = 4_096
LAWS = (exponential(10.0), erlang(10.0, phases=3), lognormal(10.0, variation=1.5))


def drawn(distribution: Distribution, count: int, seed: int, station: int) -> np.ndarray:
    """The variates of a run of this seed at a station, block by block."""
    state, spans = stream(seed, station, 0), np.empty(count)
    for first in range(0, count, BLOCK):
        generate(state, distribution.row, spans[first : first + BLOCK])
    return spans


def path(seed: int, lanes: int, load: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    """Random arrivals and service times of random distributions."""
    chance = np.random.default_rng(seed)
    gaps, services = (drawn(LAWS[chance.integers(3)], MANY, seed, place) for place in (0, 1))
    return np.cumsum(gaps), services * load * lanes


@pytest.mark.parametrize("seed", range(20))
def test_one_lane_is_lindleys_recursion(seed: int):
    """In whole seconds, which both add up without rounding: the waits are equal, not close."""
    arrivals, services = path(seed, 1)
    arrivals, services = arrivals.round(), services.round()
    waits = queue_starts(arrivals, services, 1) - arrivals
    assert waits.tolist() == naive.lindley(np.diff(arrivals, prepend=0.0), services)


@pytest.mark.parametrize("lanes", [1, 2, 3, 7, 20])
def test_lanes_start_whom_a_list_of_events_starts_and_when(lanes: int):
    for seed in range(5):
        arrivals, services = path(seed, lanes)
        starts = queue_starts(arrivals, services, lanes)
        assert starts.tolist() == naive.queue(arrivals, services, lanes)


@pytest.mark.parametrize(("lanes", "capacity"), [(1, 1), (1, 2), (3, 3), (3, 4), (4, 20)])
def test_a_finite_queue_turns_away_whom_a_list_of_events_turns_away(lanes: int, capacity: int):
    for seed in range(5):
        arrivals, services = path(seed, lanes, load=1.2)
        starts = finite_queue_starts(arrivals, services, lanes, capacity)
        np.testing.assert_array_equal(starts, naive.queue(arrivals, services, lanes, capacity))
        assert np.isnan(starts).any()


@pytest.mark.parametrize("seed", range(60))
def test_a_tandem_with_classes_is_simpys_to_the_last_digit(seed: int):
    chance = np.random.default_rng(seed)
    many, stations, kinds = 400, int(chance.integers(1, 5)), int(chance.integers(1, 5))
    lanes = chance.integers(1, 6, stations)
    arrivals = np.cumsum(chance.exponential(10.0, many))
    classes = chance.integers(0, kinds, many)
    services = (
        chance.lognormal(0.0, 1.0, (many, stations)) * 10.0 * lanes * chance.uniform(0.3, 0.9)
    )
    starts = tandem_starts(arrivals, classes, services, lanes)
    assert starts.tolist() == naive.tandem_by_simpy(arrivals, classes, services, lanes).tolist()


def test_the_fast_queue_is_its_record():
    for seed, lanes in ((1, 1), (2, 4)):
        distribution = erlang(9.0 * lanes, phases=2)
        ran = run_queue(
            LAWS[0], distribution, lanes=lanes, customers=MANY, warm_up=BLOCK, seed=seed
        )
        arrivals = np.cumsum(drawn(LAWS[0], MANY, seed, 0))
        waits = (queue_starts(arrivals, drawn(distribution, MANY, seed, 1), lanes) - arrivals)[
            BLOCK:
        ]
        assert ran["wait_s"].mean == pytest.approx(waits.mean(), rel=1e-12)
        assert ran["waited"].mean == (waits > 0).mean()


def test_the_fast_room_is_its_record():
    distribution = exponential(30.0)
    ran = run_finite_queue(
        LAWS[0], distribution, lanes=2, capacity=5, customers=MANY, warm_up=BLOCK, seed=3
    )
    arrivals = np.cumsum(drawn(LAWS[0], MANY, 3, 0))
    waits = (finite_queue_starts(arrivals, drawn(distribution, MANY, 3, 1), 2, 5) - arrivals)[
        BLOCK:
    ]
    assert ran["lost"].mean == np.isnan(waits).mean() > 0
    assert ran["wait_s"].mean == pytest.approx(np.nanmean(waits), rel=1e-12)


@pytest.mark.parametrize(
    ("sources", "lanes", "load"),
    [
        ((10.0,), (1,), 0.8),
        ((20.0, 20.0), (2,), 0.9),
        ((40.0, 40 / 3), (4, 3, 5), 0.9),
        ((90.0, 30.0, 15.0), (1, 6, 2, 3), 0.7),
        ((30.0, 15.0), (3, 2), 1.3),
        ((1000.0, 10.0), (2, 2), 0.95),
    ],
)
def test_the_fast_tandem_is_a_list_of_events(sources, lanes, load):
    """Block by block, with what is known of later arrivals: the waits are those of the plain story."""
    customers, warm_up, seed = 20_000, 1_000, 8
    arrivals = [exponential(mean_s) for mean_s in sources]
    mean_s = load / sum(1 / source for source in sources)
    services = [erlang(mean_s * lane, phases=2) for lane in lanes]
    ran = run_tandem(
        arrivals, services, lanes=lanes, customers=customers, warm_up=warm_up, seed=seed
    )
    comes = sorted(
        (at, k)
        for k, distribution in enumerate(arrivals)
        for at in np.cumsum(drawn(distribution, 40 * BLOCK, seed, k)).tolist()
    )[: 2 * customers]
    spans = [
        iter(drawn(distribution, 3 * customers // BLOCK * BLOCK, seed, len(sources) + s).tolist())
        for s, distribution in enumerate(services)
    ]
    for station, starts in enumerate(naive.tandem(comes, spans, lanes)):
        measured = starts[warm_up:customers]
        for k in range(len(sources)):
            waits = [wait for wait, kind in measured if kind == k]
            figure = ran[f"wait_s of class {k} at station {station}"]
            assert figure.mean == pytest.approx(sum(waits) / len(waits), rel=1e-9)


def area(comes: np.ndarray, goes: np.ndarray) -> float:
    """The integral of how many have come and not gone, by the order of events alone."""
    at = np.concatenate([comes, goes])
    change = np.repeat((1, -1), (len(comes), len(goes)))
    order = np.lexsort((-change, at))
    present = np.cumsum(change[order])
    assert present[-1] == 0
    assert present.min() >= 0
    return float(present[:-1] @ np.diff(at[order]))


def stories():
    """Records of every model with lanes: arrivals, starts, services, lanes, of one station each."""
    for seed, lanes in enumerate((1, 2, 5)):
        arrivals, services = path(seed, lanes)
        yield arrivals, queue_starts(arrivals, services, lanes), services, lanes
        starts = finite_queue_starts(arrivals, services, lanes, lanes + 3)
        there = ~np.isnan(starts)
        yield arrivals[there], starts[there], services[there], lanes
        classes = np.arange(MANY) % 3
        both = np.stack((services, services[::-1]), axis=1)
        starts = tandem_starts(arrivals, classes, both, np.array((lanes, lanes + 1)))
        yield arrivals, starts[:, 0], both[:, 0], lanes
        yield starts[:, 0] + both[:, 0], starts[:, 1], both[:, 1], lanes + 1


def test_littles_law_holds_in_every_run():
    """The mean number present is the rate times the mean stay: both sides are the same area."""
    for arrivals, starts, services, _ in stories():
        goes = starts + services
        assert area(arrivals, goes) == pytest.approx((goes - arrivals).sum(), rel=1e-11)
        assert area(arrivals, starts) == pytest.approx((starts - arrivals).sum(), rel=1e-9)


def test_work_is_conserved_in_every_run():
    """Lanes are busy for what was asked of them, and all of them are as long as anybody waits."""
    for arrivals, starts, services, lanes in stories():
        goes = starts + services
        assert area(starts, goes) == pytest.approx(services.sum(), rel=1e-11)
        at = np.unique(np.concatenate([arrivals, starts, goes]))
        come, begun, gone = (
            np.searchsorted(np.sort(x), at, "right") for x in (arrivals, starts, goes)
        )
        assert (begun - gone).max() <= lanes
        assert ((begun - gone)[come > begun] == lanes).all()


RUNS = {
    "queue": lambda threads: run_queue(
        LAWS[1], LAWS[2], lanes=2, customers=3_000, seed=1, replications=9, threads=threads
    ),
    "capacity": lambda threads: run_finite_queue(
        LAWS[0], LAWS[1], lanes=1, capacity=3, customers=3_000, seed=1, replications=9, threads=threads
    ),
    "vacation": lambda threads: run_vacation(
        LAWS[0], deterministic(5.0), LAWS[2], customers=3_000, seed=1, replications=9, threads=threads
    ),
    "day": lambda threads: run_day(
        np.array((0.5, 0.1)), 100.0, LAWS[1], lanes=3, instants_s=np.array((50.0, 150.0)), days=30,
        seed=1, replications=9, threads=threads,
    ),
    "tandem": lambda threads: run_tandem(
        LAWS[:2], LAWS[:2], lanes=(3, 3), customers=3_000, seed=1, replications=9, threads=threads
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_a_seed_gives_the_same_digits_on_any_number_of_threads(name: str):
    alone = RUNS[name](1).rows
    assert alone.tobytes() == RUNS[name](2).rows.tobytes() == RUNS[name](7).rows.tobytes()
    assert len({row.tobytes() for row in alone}) == len(alone)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: run_queue(*LAWS[:2], lanes=0, customers=9, seed=1), "at least one lane"),
        (lambda: run_queue(*LAWS[:2], lanes=1, customers=9, warm_up=9, seed=1), "left to measure"),
        (lambda: run_queue(*LAWS[:2], lanes=1, customers=9, seed=-1), "a seed is"),
        (lambda: run_queue(*LAWS[:2], lanes=1, customers=9, seed=1, threads=0), "at least one of"),
        (
            lambda: run_finite_queue(*LAWS[:2], lanes=3, capacity=2, customers=9, seed=1),
            "the capacity includes",
        ),
        (lambda: run_vacation(*LAWS[:2], deterministic(0.0), customers=9, seed=1), "plain queue"),
        (lambda: run_tandem(LAWS, LAWS, lanes=(1,), customers=9, seed=1), "for every station"),
    ],
)
def test_what_cannot_be_run_is_said(wrong, said: str):
    with pytest.raises(ValueError, match=said):
        wrong()


def test_a_figure_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="wait_s, waited"):
        RUNS["queue"](1)["wait"]
