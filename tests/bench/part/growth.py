"""The cost of growth: bookings a second and memory at 1, 10 and 100 times the real network."""

from __future__ import annotations

import sqlite3
import tempfile
from itertools import count
from pathlib import Path

from tests.bench import seed
from tests.bench.load import wrk
from tests.bench.rows import Aim, Rows
from tests.bench.serving import start

TIMES = (1, 10, 100)


def measure(rows: Rows, *, runs: int, seconds: float) -> None:
    """Every size in turn, `runs` times; each size's rate beside that of the real network."""
    salts = count(1)
    for run in range(1, runs + 1):
        real = 0.0
        for times in TIMES:
            print(f"growth, {times} times, run {run} of {runs}", flush=True)
            with tempfile.TemporaryDirectory(prefix="bench-", dir=seed.BUILD) as folder:
                rate, memory = _measured(times, Path(folder), next(salts), seconds)
            real = real or rate
            size = f"{times} x the network ({times * seed.POSTS:,} posts)"
            rows.add(Aim(f"bookings, {size}", "bookings/s"), rate, real)
            rows.add(Aim(f"resident memory, {size}", "MB"), memory)


def _measured(times: int, folder: Path, salt: int, seconds: float) -> tuple[float, float]:
    site = seed.copied(seed.grown(times), folder / "site")
    windows = seed.windows_file(folder, where=_posts(site))
    with start(site.folder) as server:
        wrk(server.url, "book.lua", 1, site.key, str(salt + 500), str(windows))
        measured = wrk(server.url, "book.lua", seconds, site.key, str(salt), str(windows))
        # Windows of the real size fill while they are measured; a refusal costs less than a booking.
        return measured.accepted_per_second, server.memory_mb()


def _posts(site: seed.Site) -> list[str]:
    with sqlite3.connect(site.folder / "kezek.db") as connection:
        return [str(row[0]) for row in connection.execute("SELECT checkpoint FROM line")]
