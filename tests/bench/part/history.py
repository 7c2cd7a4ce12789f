"""Forecasts of histories: how long the backtest of a large table takes, the command's start included.

The table is the one that BENCH_HISTORY names; without it, one of the same size and shape is made:
seven series, hour by hour with gaps, 95,681 rows, the last quarter as test.  The row's name says which.
"""

from __future__ import annotations

import math
import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench import seed
from tests.bench.rows import Aim, Rows

GIVEN = "BENCH_HISTORY"
SERIES, HOURS, ROWS = 7, 14_300, 95_681
BEGAN = datetime(2024, 10, 1, tzinfo=UTC)
TESTED = BEGAN + timedelta(hours=HOURS * 3 // 4)
HORIZONS = "1h,3h,6h,12h,24h"
MADE = ("--time", "at", "--value", "wait", "--series", "post", "--from", f"{TESTED:%Y-%m-%d}")
# How the largest public history is read: its columns, its zone, and the start of its last quarter.
READ = (
    *("--time", "timestamp_local", "--value", "wait_min", "--series", "port,lane_type"),
    *("--tz", "America/Tijuana", "--from", "2025-12-02"),
)


def measure(rows: Rows, *, runs: int) -> None:
    """One row: the whole command, from its start to its last line."""
    given = os.environ.get(GIVEN)
    file, options = (Path(given), READ) if given else (made(), MADE)
    which = "a real table" if given else "a made table"
    aim = Aim(f"backtest of {which} of {ROWS:,} rows, five horizons", "s", most=120)
    for _ in range(runs):
        began = time.perf_counter()
        command = (sys.executable, "-m", "kezek", "forecast", "backtest", str(file), *options)
        subprocess.run(
            (*command, "--horizons", HORIZONS, "--json"), check=True, capture_output=True
        )
        rows.add(aim, time.perf_counter() - began)


def made() -> Path:
    """Daily and weekly waves with an autoregressive part, in whole minutes; the same every time."""
    chance = random.Random(20260613)
    cells = [(hour, series) for hour in range(HOURS) for series in range(SERIES)]
    kept = set(chance.sample(range(len(cells)), ROWS))
    above = [0.0] * SERIES
    path = seed.BUILD / "history.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("at,post,wait\n")
        for place, (hour, series) in enumerate(cells):
            above[series] = 0.85 * above[series] + chance.gauss(0, 8)
            day = math.sin(2 * math.pi * (hour % 24) / 24)
            week = math.sin(2 * math.pi * (hour % 168) / 168)
            wait = max(0, round(50 + 5 * series + 25 * day + 10 * week + above[series]))
            if place in kept:
                stamp = (BEGAN + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%MZ")
                out.write(f"{stamp},post {series},{wait}\n")
    return path
