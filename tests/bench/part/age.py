"""Ten million events in the log: an old installation books like a young one, and can be verified."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from itertools import count
from pathlib import Path

from tests.bench import seed
from tests.bench.load import wrk
from tests.bench.rows import Aim, Rows
from tests.bench.serving import Server, start

ACTIVE = 60_000
YOUNG = 100_000
PROOFS = 200


class Bench:
    """The same bookings on a young log and on an old one, in turn."""

    def __init__(self, folder: Path, rows: Rows, seconds: float, events: int) -> None:
        self._folder, self._rows, self._seconds = folder, rows, seconds
        self._windows = seed.windows_file(folder)
        self._salts = count(1)
        self._events = events
        self._young = seed.copied(seed.aged(YOUNG, ACTIVE), folder / "young")
        self._old = seed.copied(seed.aged(events, ACTIVE), folder / "old")
        size = f"{events:,} events in the log, {ACTIVE:,} bookings active"
        self._booked_aim = Aim(f"bookings, {size}", "bookings/s")
        self._share_aim = Aim(f"… share of the rate with {YOUNG:,} events", "share", least=0.8)
        self._proof_aim = Aim(f"inclusion proof over HTTP, {size}, p99", "ms", most=20)
        self._verify_aim = Aim(f"kezek verify of the database, {size}", "events/s", least=100_000)

    def run(self) -> None:
        with start(self._young.folder) as server:
            young = self._booked(server, self._young)
        with start(self._old.folder) as server:
            old = self._booked(server, self._old)
            proofs = _proofs(server.url)
        self._rows.add(self._booked_aim, old, young)
        self._rows.add(self._share_aim, old / young)
        self._rows.add(self._proof_aim, statistics.quantiles(proofs, n=100)[98])

    def _booked(self, server: Server, site: seed.Site) -> float:
        salt = next(self._salts)
        wrk(server.url, "book.lua", 1, site.key, str(salt + 500), str(self._windows))
        measured = wrk(
            server.url, "book.lua", self._seconds, site.key, str(salt), str(self._windows)
        )
        if measured.refused:
            raise RuntimeError(f"bookings were refused: {measured}")
        return measured.accepted_per_second

    def verify(self) -> None:
        """The whole log, once: an auditor's command from its start to its end."""
        folder = self._old.folder
        command = [sys.executable, "-m", "kezek", "verify", "--json"]
        key = ("--key", folder / "heads" / "log.pem", "--heads", folder / "heads")
        began = time.perf_counter()
        ran = subprocess.run(
            [*command, "--database", folder / "kezek.db", *key],
            check=False,
            capture_output=True,
            text=True,
        )
        taken = time.perf_counter() - began
        if ran.returncode:
            raise RuntimeError(f"the log was not verified: {ran.stdout}{ran.stderr}")
        self._rows.add(self._verify_aim, self._events / taken)


def _proofs(url: str) -> list[float]:
    """Milliseconds of inclusion proofs at random positions, over the network."""
    with urllib.request.urlopen(f"{url}/api/v1/log/head", timeout=10) as answer:
        size = int(json.loads(answer.read())["size"])
    chance, taken = random.Random(7), []
    for _ in range(PROOFS):
        position = chance.randint(1, size)
        path = f"{url}/api/v1/log/proof/inclusion?position={position}&size={size}"
        began = time.perf_counter()
        with urllib.request.urlopen(path, timeout=10) as answer:
            answer.read()
        taken.append((time.perf_counter() - began) * 1e3)
    return taken


def measure(rows: Rows, *, runs: int, seconds: float, events: int) -> None:
    """`runs` pairs of loads, then the whole verification."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=seed.BUILD) as folder:
        bench = Bench(Path(folder), rows, seconds, events)
        for run in range(1, runs + 1):
            print(f"old log, run {run} of {runs}", flush=True)
            bench.run()
        bench.verify()
