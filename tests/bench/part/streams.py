"""Five thousand open boards on one worker: who waits how long for a change, and what a stream costs.

The listeners are in this process, on plain sockets: a client library would cost more than the server.
"""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import tempfile
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from kezek.system.file_descriptor import raise_limit
from tests.bench import seed
from tests.bench.rows import Aim, Rows
from tests.bench.serving import Server, start

STREAMS = 5_000
CHANGES = 10
POST = "kz_syrym"
OPEN_SECONDS = 120.0
HEARD_SECONDS = 30.0

LATE = Aim(f"{STREAMS:,} open streams: a board change reaches all of them, p99", "s", most=1)
EACH = Aim(f"{STREAMS:,} open streams: resident memory a stream", "KiB", most=40)


class Crowd:
    """Everybody who listens; `heard` has the instant at which each has seen the awaited position."""

    def __init__(self, url: str) -> None:
        at = urlsplit(url)
        assert at.hostname
        assert at.port
        self._host, self._port = at.hostname, at.port
        self._tasks: list[asyncio.Task[None]] = []
        self._open = 0
        self._all_open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited = 0
        self._heard: list[float] = []
        self._all_heard = asyncio.Event()

    async def open(self) -> None:
        for n in range(STREAMS):
            self._tasks.append(asyncio.create_task(self._listen()))
            if n % 100 == 99:
                # A backlog is no part of what is measured.
                await asyncio.sleep(0.02)
        await asyncio.wait_for(self._all_open, OPEN_SECONDS)

    async def _listen(self) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        path = f"/api/v1/checkpoints/{POST}/events"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode())
        status = await reader.readline()
        if b" 200 " not in status:
            if not self._all_open.done():
                self._all_open.set_exception(RuntimeError(f"a stream was refused: {status!r}"))
            return
        first = True
        async for line in reader:
            if not line.startswith(b"id: "):
                continue
            if first:
                first = False
                self._open += 1
                if self._open == STREAMS:
                    self._all_open.set_result(None)
            elif self._awaited and int(line[4:]) >= self._awaited:
                self._heard.append(time.perf_counter())
                if len(self._heard) == STREAMS:
                    self._all_heard.set()

    async def hear(self, change: object) -> list[float]:
        """Seconds from the acknowledgement of a change until each listener has it."""
        self._heard, self._all_heard = [], asyncio.Event()
        # Whatever comes next is the change: nothing else happens on this line.
        self._awaited = 1
        began = await asyncio.to_thread(change)  # type: ignore[arg-type]
        await asyncio.wait_for(self._all_heard.wait(), HEARD_SECONDS)
        self._awaited = 0
        return [at - began for at in self._heard]

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()


def measure(rows: Rows, *, runs: int) -> None:
    """`runs` rounds of changes on one crowd."""
    raise_limit()
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < STREAMS + 100:
        raise RuntimeError(f"this user may open {soft} files; the streams need {STREAMS + 100}")
    with tempfile.TemporaryDirectory(prefix="bench-", dir=seed.BUILD) as folder:
        site = seed.copied(seed.base(), Path(folder) / "site")
        with start(site.folder) as server:
            asyncio.run(_measured(server, site.key, rows, runs))


async def _measured(server: Server, key: str, rows: Rows, runs: int) -> None:
    trucks = count(1)
    _book(server.url, key, next(trucks))
    before = psutil.Process(server.child.pid).memory_info().rss
    crowd = Crowd(server.url)
    await crowd.open()
    each = (psutil.Process(server.child.pid).memory_info().rss - before) / STREAMS / 1024
    try:
        for _ in range(runs):
            taken: list[float] = []
            for _ in range(CHANGES):
                taken += await crowd.hear(lambda: _book(server.url, key, next(trucks)))
            rows.add(LATE, statistics.quantiles(taken, n=100)[98])
            rows.add(EACH, each)
    finally:
        crowd.close()


def _book(url: str, key: str, truck: int) -> float:
    """Book one truck; the instant of the answer."""
    when = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    body = {
        "checkpoint": POST,
        "start": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "class": "in_turn",
        "vehicle": {
            "country": "KZ",
            "plate": f"W{truck:07d}",
            "vin": "",
            "trailer": "",
            "phone": "+999001234567",
            "drivers": ["Bench Driver"],
        },
    }
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"stream-{truck}",
    }
    request = urllib.request.Request(
        f"{url}/api/v1/bookings", json.dumps(body).encode(), headers, method="POST"
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()
    return time.perf_counter()
