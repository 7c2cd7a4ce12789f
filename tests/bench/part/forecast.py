"""Forecasts: how long a busy line's takes, and what bookings lose while every line is forecast.

The line is invented, of the size of the board's largest post: 650 trucks a day, 60 in line, two days of
bookings to come and three days of log behind it.  Bookings go to two servers in turn, one with a planner
and one without, on copies of one database whose log has crossings on every line.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from kezek.domain.kernel.instant import DAY, HOUR, MINUTE
from kezek.planning.question import (
    Expected,
    HourCapacity,
    LineForecast,
    LineState,
    MeasuredPast,
    TwinCalled,
    TwinWaiting,
)
from kezek.system.planner import SpawnedPlanner
from tests.bench import seed
from tests.bench.load import wrk
from tests.bench.rows import Aim, Rows
from tests.bench.serving import Server, start

FORECAST = Aim("forecast of a busy line, 200 replications, answered by the planner", "ms", most=100)
SHARE = Aim("bookings beside a planner, share of those without", "", least=0.95)
ASKED = 20
EVENTS, ACTIVE = 300_000, 60_000
# The planner compiles or loads first; bookings are measured beside one that forecasts.
WARM_SECONDS = 60.0


def measure(rows: Rows, *, runs: int, seconds: float) -> None:
    """Both rows, the second one interleaved."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=seed.BUILD) as folder:
        for took in asyncio.run(_answers(runs)):
            rows.add(FORECAST, took)
        _beside(rows, Path(folder), runs, seconds)


async def _answers(runs: int) -> list[float]:
    """Of each run the median of some answers, in milliseconds."""
    planner, line = SpawnedPlanner(), busy_line()
    running = asyncio.create_task(planner.run())
    try:
        await _ready(planner)
        await _asked(planner, line)
        return [
            statistics.median([await _asked(planner, line) for _ in range(ASKED)])
            for _ in range(runs)
        ]
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _ready(planner: SpawnedPlanner) -> None:
    async with asyncio.timeout(WARM_SECONDS):
        while True:
            if planner.state == "ready":
                return
            await asyncio.sleep(0.05)


async def _asked(planner: SpawnedPlanner, line: LineState) -> float:
    began = time.perf_counter()
    told: LineForecast = await planner.forecast(line)
    took = (time.perf_counter() - began) * 1_000
    assert not told.no_basis, told.no_basis
    assert told.replications == line.replications
    return took


def _beside(rows: Rows, folder: Path, runs: int, seconds: float) -> None:
    site, windows = seed.aged(EVENTS, ACTIVE), seed.windows_file(folder)
    with_one = seed.copied(site, folder / "with")
    without = seed.copied(site, folder / "without")
    with start(with_one.folder) as beside, start(without.folder, planner=False) as alone:
        _forecasting(beside)
        for run in range(runs):
            # In turn, and each first as often as the other: what a machine does meanwhile hits both.
            order = ((beside, with_one), (alone, without))
            pair = {
                server.url: _booked(server, place, run, windows, seconds)
                for server, place in (order if run % 2 else order[::-1])
            }
            rows.add(SHARE, pair[beside.url] / pair[alone.url], 1.0)


def _forecasting(server: Server) -> None:
    """Until some line has been forecast."""
    end = time.perf_counter() + WARM_SECONDS
    post = seed.posts()[0]
    while b'"no_basis":"planner_' in server.fetch(f"/api/v1/checkpoints/{post}/forecast"):
        assert time.perf_counter() < end, "the planner never answered"
        time.sleep(0.2)


def _booked(server: Server, site: seed.Site, run: int, windows: Path, seconds: float) -> float:
    measured = wrk(server.url, "book.lua", seconds, site.key, str(run + 1), str(windows))
    if measured.refused:
        raise RuntimeError(f"bookings were refused: {measured}")
    return measured.accepted_per_second


def busy_line() -> LineState:
    """An invented line of 27 trucks an hour."""
    now, each = 20_000 * DAY, HOUR // 27
    past = tuple(range(now - 3 * DAY, now, each))
    return LineState(
        line="invented",
        now=now,
        interleave=("priority", *("in_turn",) * 5, "walk_in"),
        ordinary="in_turn",
        walk_in="walk_in",
        cursor=2,
        window=HOUR,
        keeps_place_for=3 * HOUR,
        no_show_after=12 * HOUR,
        waiting=tuple(
            TwinWaiting(
                n,
                "priority" if n % 12 == 0 else "in_turn",
                (now - HOUR + n // 27 * HOUR, 0, now - n * MINUTE, n),
            )
            for n in range(60)
        ),
        expected=tuple(
            Expected(100 + n, "priority" if n % 20 == 0 else "in_turn", now + n // 27 * HOUR)
            for n in range(27 * 47)
        ),
        at_gate=tuple(
            TwinCalled(5_000 + n, "in_turn", n > 3, now - n * 3 * MINUTE) for n in range(10)
        ),
        hours=tuple(HourCapacity(now + n * HOUR, 27) for n in range(48)),
        measured=MeasuredPast(
            since=now - 3 * DAY,
            called=past,
            crossed=past,
            approach=tuple(5 * MINUTE + n % 7 * MINUTE for n in range(len(past))),
            gate=tuple(15 * MINUTE + n % 31 * MINUTE for n in range(len(past))),
            early=tuple((n % 90 - 60) * MINUTE for n in range(len(past))),
            shown=len(past) - 100,
            not_shown=100,
            walked_in=100,
        ),
        seed=7,
    )
