"""What it costs to be watched: an answer counted, a batch, a look, a scrape.

`python -m tests.bench.part.watching` prints it.  A wrapper around every request is too cheap to be seen
over HTTP on a shared machine, so it is timed by itself, in processor time, beside the same application
without it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, values

from kezek.api.server.middleware import ROUTE, count_answers
from kezek.api.server.scrape import scraped
from kezek.api.server.worker_metrics import WorkerMetrics
from kezek.app.desk.metrics import SECONDS, DeskTally, HttpMetrics
from kezek.bootstrap import close_application, open_application
from kezek.settings import Settings
from tests.bench import seed
from tests.bench.machine import machine

RUNS, REQUESTS = 7, 50_000


async def _answering(scope: Any, _receive: Any, send: Any) -> None:
    scope[ROUTE] = "book"
    await send({"type": "http.response.start", "status": 201})
    await send({"type": "http.response.body"})


async def _sent(_message: Any) -> None:
    """Where an answer goes to."""


def _requests(app: Any) -> float:
    """Microseconds of the processor a request."""

    async def asked() -> None:
        scope = {"type": "http", "method": "POST"}
        for _ in range(REQUESTS):
            await app(scope, None, _sent)

    began = time.process_time()
    asyncio.run(asked())
    return (time.process_time() - began) / REQUESTS * 1e6


class _SharedMetrics(HttpMetrics):
    """The same count by the library's files that all processes share, its children looked up by us."""

    def __init__(self) -> None:
        super().__init__()
        registry, labels = CollectorRegistry(), ["route", "status"]
        answers = Counter("answers", "answers", labels, registry=registry)
        seconds = Histogram("seconds", "seconds", ["kind"], buckets=SECONDS, registry=registry)
        self._answers = {("book", 201): answers.labels("book", "201")}
        self._seconds = {"api_change": seconds.labels("api_change")}

    def answered(self, kind: str, route: str, status: int, seconds: float) -> None:
        self._answers[route, status].inc()
        self._seconds[kind].observe(seconds)


def _shared(folder: str) -> HttpMetrics:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
    return _SharedMetrics()


def _more(metrics: HttpMetrics) -> float:
    watched = count_answers(_answering, metrics)
    pairs = [(_requests(_answering), _requests(watched)) for _ in range(RUNS)]
    return statistics.median(two - one for one, two in pairs)


def _spent(work: Callable[[], object]) -> float:
    """Milliseconds of the processor, in this thread."""
    began = time.thread_time()
    work()
    return (time.thread_time() - began) * 1e3


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.part.watching", description=__doc__
    )
    parser.add_argument("--bookings", type=int, default=20_000, help="bookings in the database")
    asked = parser.parse_args()
    print(f"Machine: {machine()}")
    print(f"counting an answer: {_more(HttpMetrics()):.2f} us")
    with tempfile.TemporaryDirectory(prefix="watching-") as shared:
        print(f"counting it in files of prometheus-client: {_more(_shared(shared)):.2f} us")
    tally = DeskTally()
    many = _spent(lambda: [tally.committed(64, 0.0, 0.0, n) for n in range(REQUESTS)])
    print(f"counting a batch: {many / REQUESTS * 1e3:.2f} us")
    site = seed.seeded(asked.bookings, max(1, asked.bookings * 6 // 100))
    with tempfile.TemporaryDirectory(prefix="watching-", dir=seed.BUILD) as folder:
        shutil.copytree(site.folder, Path(folder) / "site")
        application = open_application(Settings(folder=Path(folder) / "site", planner=False))
        try:
            long = [_spent(lambda: application.vigil.look(long=True)) for _ in range(RUNS)]
            short = [_spent(lambda: application.vigil.look(long=False)) for _ in range(RUNS)]
            neighbours = WorkerMetrics()
            pages = [_spent(lambda: scraped(neighbours.measured(application))) for _ in range(RUNS)]
        finally:
            close_application(application)
    print(f"a long look at {asked.bookings:,} bookings: {statistics.median(long):.0f} ms")
    print(f"a short look: {statistics.median(short):.1f} ms")
    print(f"a scrape: {statistics.median(pages):.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
