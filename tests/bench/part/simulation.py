"""The simulator beside SimPy and Ciw: the same models, the same work, one core, in turn.

    python -m tests.bench --part simulation

A tandem of 4, 3 and 5 lanes with two classes and a queue before 4 lanes, both at a load of 0.9, from
empty; what comes out is the mean wait, in the tandem by class and station.  Each is written as its own
documentation does it, without monitors or prints, and of Ciw only the simulation is timed, not the
reading of its records.  The kernels run through their Python API, streams and all; they are compiled
before.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable

import ciw
import simpy

from kezek.planning.simulation.station.multi_server_queue import run_queue
from kezek.planning.simulation.station.tandem import run_tandem
from kezek.planning.simulation.variate.distribution import exponential
from kezek.planning.warm import warm
from tests.bench.rows import Aim, Rows

LANES = (4, 3, 5)
RATES = (0.9, 2.7)
SERVICES = tuple(0.9 * lanes / sum(RATES) for lanes in LANES)
QUEUE_LANES, QUEUE_RATE = 4, 3.6
# About a second each: what a customer costs differs by three orders of magnitude.
TRUCKS, TRUCKS_SIMPY, TRUCKS_CIW = 4_000_000, 20_000, 10_000
CUSTOMERS, CUSTOMERS_SIMPY = 16_000_000, 60_000

TANDEM = Aim("simulator: priority tandem", "trucks/s")
TANDEM_SIMPY = Aim("simulator: priority tandem, times SimPy", "times", least=200)
TANDEM_CIW = Aim("simulator: priority tandem, times Ciw", "times", least=350)
QUEUE = Aim("simulator: M/M/4", "customers/s")
QUEUE_SIMPY = Aim("simulator: M/M/4, times SimPy", "times", least=600)
THREADS = Aim("simulator: replications in two threads, times one thread", "times")
COLD = Aim("simulator: new process to first result, kernels on disk", "s", most=0.8)
MEMORY = Aim("simulator: peak memory, 2,000 replications by 20", "times", most=1.05)

FIRST_RESULT = """
from kezek.planning.simulation.variate.distribution import exponential
from kezek.planning.simulation.station.tandem import run_tandem
law = exponential(1.0)
print(run_tandem((law, law), (law, law), lanes=(4, 4), customers=1_000, seed=1)["wait_s at station 0"])
"""
PEAK = """
import resource, sys
from kezek.planning.simulation.variate.distribution import exponential
from kezek.planning.simulation.station.tandem import run_tandem
many = int(sys.argv[1])
run_tandem(
    (exponential(4.0), exponential(4.0)), (exponential(3.0),), lanes=(2,), customers=20_000, seed=1,
    replications=many, threads=2,
)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measure(rows: Rows, *, runs: int) -> None:
    """Every run measures all in turn; ratios are taken inside it."""
    for _ in warm():
        pass
    for run in range(1, runs + 1):
        print(f"run {run} of {runs}", flush=True)
        ours, wait = timed(tandem, run, TRUCKS)
        by_simpy, wait_simpy = timed(tandem_simpy, run, TRUCKS_SIMPY)
        by_ciw, wait_ciw = timed_ciw(run)
        # Same model, same figure: the wait of the first class, which is far apart in a wrong model only.
        assert 0.7 < wait_simpy / wait < 1.4, (wait_simpy, wait)
        assert 0.7 < wait_ciw / wait < 1.4, (wait_ciw, wait)
        rows.add(TANDEM, ours, by_simpy)
        rows.add(TANDEM_SIMPY, ours / by_simpy)
        rows.add(TANDEM_CIW, ours / by_ciw)
        ours, wait = timed(queue, run, CUSTOMERS)
        by_simpy, wait_simpy = timed(queue_simpy, run, CUSTOMERS_SIMPY)
        assert 0.4 < wait_simpy / wait < 2.5, (wait_simpy, wait)
        rows.add(QUEUE, ours, by_simpy)
        rows.add(QUEUE_SIMPY, ours / by_simpy)
        rows.add(THREADS, replications(2) / replications(1))
        rows.add(COLD, cold())
        rows.add(MEMORY, peak(2_000) / peak(20))


def timed(work: Callable[[int], float], seed: int, customers: int) -> tuple[float, float]:
    """Customers a second, and the wait that the work found."""
    began = time.perf_counter()
    wait = work(seed)
    return customers / (time.perf_counter() - began), wait


def tandem(seed: int) -> float:
    sources = [exponential(1 / rate) for rate in RATES]
    spans = [exponential(span) for span in SERVICES]
    ran = run_tandem(sources, spans, lanes=LANES, customers=TRUCKS, seed=seed)
    return ran["wait_s of class 0 at station 0"].mean


def tandem_simpy(seed: int) -> float:
    chance, world = random.Random(seed), simpy.Environment()
    stations = [simpy.PriorityResource(world, lanes) for lanes in LANES]
    waits = [[0.0, 0.0] for _ in LANES]
    starts = [[0, 0] for _ in LANES]
    left = TRUCKS_SIMPY

    def truck(of: int):
        for place, station in enumerate(stations):
            came = world.now
            with station.request(priority=of) as turn:
                yield turn
                waits[place][of] += world.now - came
                starts[place][of] += 1
                yield world.timeout(chance.expovariate(1 / SERVICES[place]))

    def source(of: int):
        nonlocal left
        while left > 0:
            yield world.timeout(chance.expovariate(RATES[of]))
            left -= 1
            world.process(truck(of))

    for of in range(len(RATES)):
        world.process(source(of))
    world.run()
    return waits[0][0] / starts[0][0]


def timed_ciw(seed: int) -> tuple[float, float]:
    ciw.seed(seed)
    names, law = ("first", "later"), ciw.dists.Exponential
    nowhere = [None] * (len(LANES) - 1)
    network = ciw.create_network(
        arrival_distributions={
            name: [law(rate), *nowhere] for name, rate in zip(names, RATES, strict=True)
        },
        service_distributions={name: [law(1 / span) for span in SERVICES] for name in names},
        routing={name: [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]] for name in names},
        priority_classes={"first": 0, "later": 1},
        number_of_servers=list(LANES),
    )
    simulation = ciw.Simulation(network)
    began = time.perf_counter()
    simulation.simulate_until_max_customers(TRUCKS_CIW, method="Finish")
    rate = TRUCKS_CIW / (time.perf_counter() - began)
    waits = [
        record.waiting_time
        for record in simulation.get_all_records()
        if record.node == 1 and record.customer_class == "first"
    ]
    return rate, sum(waits) / len(waits)


def queue(seed: int) -> float:
    ran = run_queue(
        exponential(1 / QUEUE_RATE),
        exponential(1.0),
        lanes=QUEUE_LANES,
        customers=CUSTOMERS,
        seed=seed,
    )
    return ran["wait_s"].mean


def queue_simpy(seed: int) -> float:
    chance, world = random.Random(seed), simpy.Environment()
    lanes = simpy.Resource(world, QUEUE_LANES)
    waits = 0.0

    def customer():
        nonlocal waits
        came = world.now
        with lanes.request() as turn:
            yield turn
            waits += world.now - came
            yield world.timeout(chance.expovariate(1.0))

    def source():
        for _ in range(CUSTOMERS_SIMPY):
            yield world.timeout(chance.expovariate(QUEUE_RATE))
            world.process(customer())

    world.process(source())
    world.run()
    return waits / CUSTOMERS_SIMPY


def replications(threads: int) -> float:
    """How often a second twelve replications are done."""
    began = time.perf_counter()
    law = exponential(1.0)
    run_queue(
        exponential(0.5),
        law,
        lanes=4,
        customers=1_000_000,
        seed=1,
        replications=12,
        threads=threads,
    )
    return 1 / (time.perf_counter() - began)


def cold() -> float:
    """Seconds from the start of Python to a printed result."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", FIRST_RESULT], check=True, capture_output=True)
    return time.perf_counter() - began


def peak(replications: int) -> float:
    """Largest resident memory of a process that runs so many replications."""
    ran = subprocess.run(
        [sys.executable, "-c", PEAK, str(replications)], check=True, capture_output=True, text=True
    )
    return float(ran.stdout)
