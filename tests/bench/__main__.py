"""The benchmark: `make bench`, or `python -m tests.bench [--quick] [--only NAME]`.

Server and client run on the same machine; every scenario has a server process of its own on a fresh copy
of its database, with SQLite's synchronous=FULL.  Each run measures everything once, in turn, so that a
slow minute of the machine hits all of it; the table shows medians over the runs.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import rows, scenarios, seed
from tests.bench.machine import machine

RESULTS = Path("build/bench.json")
RESULTS_QUICK = Path("build/bench-quick.json")


def main() -> int:
    asked = arguments()
    if shutil.which("wrk") is None:
        sys.stderr.write("wrk is missing: apt-get install wrk\n")
        return 1
    many = (asked.many, max(1, asked.many * 6 // 100))
    print(f"Machine: {machine()}")
    print("Preparing databases (kept in build/bench for the rest of the day) …", flush=True)
    seed.base(), seed.seeded(*scenarios.FEW), seed.seeded(*many)
    table = rows.Rows()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=seed.BUILD) as folder:
        bench = scenarios.Bench(Path(folder), table, seconds=asked.seconds, many=many)
        for run in range(1, asked.runs + 1):
            print(f"run {run} of {asked.runs}", flush=True)
            bench.run(only=asked.only)
    results = table.table()
    print(f"\nMedians of {asked.runs} runs, {time.perf_counter() - began:.0f} s; {machine()}\n")
    print(rows.shown(results))
    path = RESULTS_QUICK if asked.quick else RESULTS
    rows.write(path, results)
    print(f"\nWritten to {path}")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short run on a smaller database")
    parser.add_argument("--runs", type=int, default=5, help="how often everything is measured")
    parser.add_argument("--seconds", type=float, default=6, help="length of one load")
    parser.add_argument(
        "--many", type=int, default=1_000_000, help="bookings in the large database"
    )
    parser.add_argument("--only", default="", help="only scenarios whose name contains this")
    asked = parser.parse_args()
    if asked.quick:
        asked.runs, asked.seconds, asked.many = 1, 2, min(asked.many, 50_000)
    return asked


if __name__ == "__main__":
    sys.exit(main())
