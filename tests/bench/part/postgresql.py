"""Bookings on PostgreSQL beside pgbench with the same booking, in pairs on one server.

`fsync` and `synchronous_commit` are on for both, and both talk over the server's own socket.
"""

from __future__ import annotations

import shutil
import tempfile
from itertools import count
from pathlib import Path

from kezek.bootstrap import close_application, open_application
from kezek.settings import Settings
from kezek.storage.open import open_store
from tests.bench import desk, pgbench, seed
from tests.bench.load import wrk
from tests.bench.rows import Aim, Rows
from tests.bench.serving import start
from tests.storage.postgres.cluster import Cluster, cluster

WORKERS = 2
BATCH = 256
REFERENCE = Aim("pgbench, one transaction a booking, 32 clients, spread", "bookings/s")
REFERENCE_HOT = Aim("pgbench, one transaction a booking, 32 clients, one window", "bookings/s")
SPREAD = Aim(f"PostgreSQL, {WORKERS} workers: bookings over the network", "bookings/s")
SPREAD_SHARE = Aim("… as a share of pgbench's", "share", least=0.7)
HOT = Aim(f"PostgreSQL, {WORKERS} workers: stampede on one window", "bookings/s")
HOT_SHARE = Aim("… as a multiple of pgbench's on one window", "times", least=4)
DESK = Aim(f"PostgreSQL: the desk without HTTP, batches of {BATCH}", "bookings/s")
DESK_SHARE = Aim("… as a multiple of pgbench's, spread", "times", least=1.5)


class Bench:
    """One run measures pgbench and the product in turn, spread and on one window."""

    def __init__(self, folder: Path, rows: Rows, seconds: float) -> None:
        self._folder, self._rows, self._seconds = folder, rows, seconds
        self._server: Cluster = cluster()
        self._reference = pgbench.prepared(self._server)
        self._template, self._key = _site(self._server, folder)
        self._windows = seed.windows_file(folder)
        self._hot = folder / "window.txt"
        lines = self._windows.read_text(encoding="utf-8").splitlines()
        self._hot.write_text(lines[24 * 7] + "\n", encoding="utf-8")
        self._salts = count(1)

    def run(self) -> None:
        spread = self._pgbench("spread.sql")
        self._rows.add(REFERENCE, spread)
        booked = self._booked(self._windows)
        self._rows.add(SPREAD, booked, spread)
        self._rows.add(SPREAD_SHARE, booked / spread)
        hot = self._pgbench("stampede.sql")
        self._rows.add(REFERENCE_HOT, hot)
        booked = self._booked(self._hot)
        self._rows.add(HOT, booked, hot)
        self._rows.add(HOT_SHARE, booked / hot)
        decided = self._decided()
        spread = self._pgbench("spread.sql")
        self._rows.add(DESK, decided, spread)
        self._rows.add(DESK_SHARE, decided / spread)

    def _pgbench(self, script: str) -> float:
        return pgbench.transactions_per_second(self._server, self._reference, script, self._seconds)

    def _booked(self, windows: Path) -> float:
        """Accepted bookings a second over HTTP, on a fresh copy of the installation."""
        name = self._server.empty(f"TEMPLATE {self._template}")
        # Of the copy before, which this one knows nothing of.
        shutil.rmtree(self._folder / "heads", ignore_errors=True)
        try:
            with start(self._folder, database=self._server.url(name), workers=WORKERS) as server:
                salt = next(self._salts)
                wrk(server.url, "book.lua", 1, self._key, str(salt + 500), str(windows))
                measured = wrk(
                    server.url, "book.lua", self._seconds, self._key, str(salt), str(windows)
                )
        finally:
            self._server.drop(name)
        if measured.refused:
            raise RuntimeError(f"bookings were refused: {measured}")
        return measured.accepted_per_second

    def _decided(self) -> float:
        """Accepted bookings a second of the desk's core in this process."""
        name = self._server.empty()
        store = open_store(self._server.url(name))
        try:
            desk.load(store)
            rate, _, _ = desk.measured(store, desk.commands(store, 1), BATCH, self._seconds)
        finally:
            store.close()
            self._server.drop(name)
        return rate


def _site(server: Cluster, folder: Path) -> tuple[str, str]:
    """A database with the network's wide lines, and the key of a carrier that no limit holds."""
    name = server.empty()
    application = open_application(Settings(folder=folder, database=server.url(name)))
    try:
        key = seed.furnish(application)
    finally:
        close_application(application)
    # One window must not fill while it is measured.
    wide = 10_000_000
    server.sql(name, f"UPDATE slot SET capacity = {wide}", f"UPDATE day SET capacity = {wide * 24}")
    return name, key


def measure(rows: Rows, *, runs: int, seconds: float) -> None:
    """Interleaved pairs, `runs` times."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=seed.BUILD) as folder:
        bench = Bench(Path(folder), rows, seconds)
        for run in range(1, runs + 1):
            print(f"PostgreSQL, run {run} of {runs}", flush=True)
            bench.run()
