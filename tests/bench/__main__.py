"""The benchmark: `make bench`, or `python -m tests.bench [--quick] [--part NAME] [--only NAME]`.

Server and client run on the same machine; every part starts what it measures, every commit is flushed
to the disk.  A run measures everything of its part once, in turn, so that a slow minute of the machine
hits a figure and its reference alike; the table shows medians over the runs.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.bench import rows, seed
from tests.bench.machine import machine
from tests.bench.part import (
    age,
    checkpoint,
    forecast,
    growth,
    history,
    postgresql,
    scenarios,
    simulation,
    streams,
)

RESULTS = Path("build/bench.json")
RESULTS_QUICK = Path("build/bench-quick.json")
EVENTS, EVENTS_QUICK = 10_000_000, 300_000


def pages(table: rows.Rows, asked: argparse.Namespace) -> None:
    """The spine on SQLite: bookings, boards, tickets, a million bookings."""
    many = (asked.many, max(1, asked.many * 6 // 100))
    print("Preparing databases (kept in build/bench for the rest of the day) …", flush=True)
    seed.base(), seed.seeded(*scenarios.FEW), seed.seeded(*many)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=seed.BUILD) as folder:
        bench = scenarios.Bench(Path(folder), table, seconds=asked.seconds, many=many)
        for run in range(1, asked.runs + 1):
            print(f"run {run} of {asked.runs}", flush=True)
            bench.run(only=asked.only)


# Each part by itself is `--part NAME`; a new benchmark is a module with a `measure` and a line here.
PARTS: Mapping[str, Callable[[rows.Rows, argparse.Namespace], None]] = {
    "spine": pages,
    "postgresql": lambda table, asked: postgresql.measure(
        table, runs=asked.runs, seconds=asked.seconds
    ),
    "streams": lambda table, asked: streams.measure(table, runs=asked.runs),
    "age": lambda table, asked: age.measure(
        table,
        runs=asked.runs,
        seconds=asked.seconds,
        events=EVENTS_QUICK if asked.quick else EVENTS,
    ),
    "growth": lambda table, asked: growth.measure(table, runs=asked.runs, seconds=asked.seconds),
    "forecast": lambda table, asked: forecast.measure(
        table, runs=asked.runs, seconds=asked.seconds
    ),
    "history": lambda table, asked: history.measure(table, runs=asked.runs),
    "simulation": lambda table, asked: simulation.measure(table, runs=asked.runs),
    "checkpoint": lambda table, asked: checkpoint.measure(table, runs=asked.runs),
}


def main() -> int:
    asked = arguments()
    if shutil.which("wrk") is None:
        sys.stderr.write("wrk is missing: apt-get install wrk\n")
        return 1
    seed.BUILD.mkdir(parents=True, exist_ok=True)
    path = RESULTS_QUICK if asked.quick else RESULTS
    names = asked.part or list(PARTS)
    if len(names) > 1:
        # Each in a process of its own: what one leaves in memory would make the next one slower.
        return max(subprocess.run(command(name, asked), check=False).returncode for name in names)
    (name,) = names
    table, began = rows.Rows(), time.perf_counter()
    PARTS[name](table, asked)
    results = table.table()
    taken = time.perf_counter() - began
    print(f"\n{name}: medians of {asked.runs} runs, {taken:.0f} s; {machine()}\n")
    print(rows.shown(results), flush=True)
    rows.write(path, results)
    print(f"\nWritten to {path}")
    return 0


def command(name: str, asked: argparse.Namespace) -> list[str]:
    """The command of one part alone."""
    words = [f"--runs={asked.runs}", f"--seconds={asked.seconds}", f"--many={asked.many}"]
    words += [f"--only={asked.only}", f"--part={name}", *["--quick"] * asked.quick]
    return [sys.executable, "-m", "tests.bench", *words]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short run on smaller databases")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; repeatable")
    parser.add_argument("--runs", type=int, default=5, help="how often everything is measured")
    parser.add_argument("--seconds", type=float, default=6, help="length of one load")
    parser.add_argument(
        "--many", type=int, default=1_000_000, help="bookings in the spine's large database"
    )
    parser.add_argument("--only", default="", help="only scenarios of the spine of this name")
    asked = parser.parse_args()
    if asked.quick:
        asked.runs, asked.seconds, asked.many = 1, 2, min(asked.many, 50_000)
    return asked


if __name__ == "__main__":
    sys.exit(main())
