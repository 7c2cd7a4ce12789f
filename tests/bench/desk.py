"""Bookings a second through the desk's core, with every commit flushed to the disk.

    python -m tests.bench.desk [--store sqlite|postgresql] [--seconds S] [--profile] [--folder DIR]

The shipped network, bookings spread over its free places in a shuffled order.  Beside it a raw loop that
inserts one row of the same size into one table at the same durability: what the disk and SQLite allow.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from datetime import time as clock
from pathlib import Path
from zoneinfo import ZoneInfo

import apsw

from kezek.app.checkpoint.load import load_command
from kezek.app.checkpoint.network import (
    SHIPPED_BOARD_CLOCK,
    SHIPPED_BOARD_ON,
    read_board,
    read_checkpoints,
    shipped_board,
    shipped_checkpoints,
)
from kezek.app.desk.batch import Done, run
from kezek.app.port import Store
from kezek.app.regulation.version_file import shipped_regulations
from kezek.domain.account.actor import Actor, Role
from kezek.domain.booking.book import Book, Vehicle
from kezek.domain.kernel.instant import Moment, from_datetime
from kezek.domain.slot.slot import Slot
from kezek.storage.open import open_store

BATCHES = (1, 16, 64, 256)
ADMIN = Actor(1, "bench", frozenset({(Role.ADMINISTRATOR, "*")}))
CARRIERS = 200
RAW_ROW = "x" * 120


def begin() -> Moment:
    whole = datetime.combine(SHIPPED_BOARD_ON, clock(SHIPPED_BOARD_CLOCK.hour))
    at = from_datetime(whole.replace(tzinfo=ZoneInfo("Asia/Almaty")))
    return Moment(at, at)


def load(store: Store) -> None:
    checkpoints = read_checkpoints(shipped_checkpoints()).rows
    board = read_board(shipped_board(), checkpoints).rows
    command = load_command("load", ADMIN, checkpoints, board, seen_at=begin().at, source="bench")
    answer = run(store, [command], shipped_regulations(), begin()).answers[0]
    assert isinstance(answer, Done), answer


def commands(store: Store, seed: int) -> Iterator[Book]:
    """Bookings over all free places, each of another truck, until the places are gone."""
    chance = random.Random(seed)
    free = [(s.line, s.start) for s in store.reader.all(Slot) for _ in range(s.free)]
    chance.shuffle(free)
    for n, (line, start) in enumerate(free):
        carrier = chance.randrange(2, CARRIERS)
        actor = Actor(carrier, "carrier", frozenset({(Role.CARRIER, "*")}))
        mark = chance.randrange(10**9)
        truck = Vehicle(
            "KZ",
            f"{mark % 1000:03d}{_letters(mark)}{n % 20:02d}{n:05d}"[:10],
            f"TESTTRUCK{mark % 10**3:03d}{n:05d}"[:17],
            phone=f"+770000{n:05d}",
            drivers=(f"Invented Driver {n}",),
        )
        yield Book(f"{mark:x}-{n}", actor, line, start, "in_turn", truck)


def _letters(mark: int) -> str:
    return "".join(chr(65 + mark // 26**place % 26) for place in range(3))


def measured(
    store: Store, asked: Iterator[Book], size: int, seconds: float
) -> tuple[float, int, float]:
    """Accepted bookings a second, how many, and the processor's microseconds for one."""
    rules, now, accepted, taken, busy = shipped_regulations(), begin(), 0, 0.0, 0.0
    while taken < seconds:
        batch = [command for command, _ in zip(asked, range(size), strict=False)]
        if not batch:
            break
        started, worked = time.perf_counter(), time.process_time()
        answers = run(store, batch, rules, now).answers
        taken += time.perf_counter() - started
        busy += time.process_time() - worked
        accepted += sum(isinstance(answer, Done) for answer in answers)
    return accepted / taken, accepted, busy / accepted * 1e6


def raw(folder: Path, size: int, seconds: float) -> float:
    """Rows a second into one table: the limit of SQLite and the disk."""
    connection = apsw.Connection(str(folder / f"raw{size}.db"))
    for name, value in (("journal_mode", "wal"), ("synchronous", "full")):
        connection.pragma(name, value)
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c, d)")
    rows, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO t VALUES (?, ?, ?, ?, ?)",
            ((rows + i, RAW_ROW, i, "kz_a.exit", begin().at) for i in range(1, size + 1)),
        )
        connection.execute("COMMIT")
        rows += size
    rate = rows / (time.perf_counter() - started)
    connection.close()
    return rate


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=3.0, help="per batch size")
    asked.add_argument("--profile", action="store_true", help="where the time goes, batches of 256")
    asked.add_argument("--folder", type=Path, help="on the disk to measure; default: temporary")
    asked.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as made:
        folder = Path(made)
        print(f"{'batch':>6} {'bookings/s':>11} {'accepted':>9} {'CPU us':>7} {'raw rows/s':>11}")
        for size in BATCHES:
            store = opened(options.store, folder, f"desk{size}")
            load(store)
            rate, accepted, busy = measured(store, commands(store, size), size, options.seconds)
            store.close()
            floor = raw(folder, size, min(1.0, options.seconds))
            print(f"{size:>6} {rate:>11,.0f} {accepted:>9,} {busy:>7.0f} {floor:>11,.0f}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"peak memory {peak / 1024:.0f} MB")
        if options.profile:
            profiled(opened(options.store, folder, "profile"), options.seconds)


def opened(kind: str, folder: Path, name: str) -> Store:
    """An empty store; PostgreSQL's is on a server of the tests' own."""
    if kind == "sqlite":
        return open_store(f"sqlite:{folder / name}.db")
    from tests.storage.postgres.cluster import cluster

    return open_store(cluster().url(cluster().empty()))


def profiled(store: Store, seconds: float) -> None:
    load(store)
    watch = cProfile.Profile()
    asked = commands(store, 7)
    watch.enable()
    measured(store, asked, 256, seconds)
    watch.disable()
    store.close()
    pstats.Stats(watch).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    main()
