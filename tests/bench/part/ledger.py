"""The log's tree at size: sealing, proofs, and `kezek verify` over the whole of it.

    python -m tests.bench.part.ledger [--events N] [--folder DIR]

Events as the desk writes them, five a booking, put into the file in bulk; then the ledger seals them.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import apsw

from kezek.domain.kernel.instant import MINUTE, Moment
from kezek.domain.log import merkle
from kezek.storage.sqlite.store import SqliteStore
from tests.bench.machine import machine
from tests.ledger.book import Book
from tests.world import BEGIN

PIECE = 100_000
HEADS = 1_000
KINDS = ("confirmed", "arrived", "called", "admitted", "crossed")
BODY = '{"class":"in_turn","fee":432500,"start":1781340000000}'


def fill(path: Path, events: int) -> None:
    """Five events a booking, some way apart, as trucks come and go."""
    connection = apsw.Connection(str(path))
    connection.pragma("synchronous", "off")
    for first in range(1, events + 1, PIECE):
        with connection:
            connection.executemany(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        n,
                        BEGIN + n,
                        BEGIN + n,
                        KINDS[n % 5],
                        f"account:{n % 2000}",
                        f"kz_{n % 21:02d}.exit",
                        1 + (n - n % 5 * 1_000) // 5 if n > 5_000 else 1 + n // 5,
                        BODY,
                    )
                    for n in range(first, min(first + PIECE, events + 1))
                ),
            )
    connection.close()


def seal(book: Book, events: int) -> float:
    """Events a second; a head at about every thousandth part."""
    began, step = time.perf_counter(), max(1, events // HEADS)
    head = 0
    while book.ledger.tick():
        size = book.store.reader.tree_size()
        if size - head >= step:
            book.real += MINUTE
            head = size
    return events / (time.perf_counter() - began)


def proofs(book: Book, size: int) -> list[float]:
    """Milliseconds of inclusion proofs at random positions, each checked."""
    chance, taken = random.Random(7), []
    for _ in range(200):
        position = chance.randint(1, size)
        began = time.perf_counter()
        found = book.proofs.inclusion(position, size)
        taken.append((time.perf_counter() - began) * 1e3)
        assert merkle.includes(found.leaf, position - 1, size, found.path, found.root)
    return sorted(taken)


def verified(*arguments: str | Path) -> tuple[float, float]:
    """Seconds of the whole command, as an auditor runs it, and of the processor alone."""
    began, busy = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "kezek", "verify", *map(str, arguments)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    print("   ", ran.stdout.splitlines()[0])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - busy.ru_utime - busy.ru_stime
    return time.perf_counter() - began, worked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="on the disk to measure; default: temporary")
    asked = parser.parse_args()
    print(f"{machine()}; {asked.events:,} events")
    with tempfile.TemporaryDirectory(dir=asked.folder) as made:
        folder = Path(made)
        path = folder / "kezek.db"
        SqliteStore(str(path)).close()
        fill(path, asked.events)
        before = path.stat().st_size
        store = SqliteStore(str(path))
        book = Book(store, folder)
        assert book.now() == Moment(BEGIN, BEGIN)
        print(f"sealed       {seal(book, asked.events):>12,.0f} events/s")
        book.real = BEGIN + asked.events + MINUTE
        book.ledger.tick(last=True)
        taken = proofs(book, asked.events)
        print(f"inclusion    {statistics.median(taken):>12.2f} ms, p99 {taken[197]:.2f} ms")
        began = time.perf_counter()
        book.export(folder / "log.jsonl")
        print(f"exported     {asked.events / (time.perf_counter() - began):>12,.0f} events/s")
        store.close()
        grown = path.stat().st_size - before
        print(f"tree, salts  {grown / asked.events:>12.1f} bytes an event")
        key = ("--key", folder / "log.pem", "--heads", folder / "heads")
        for name, source in (("--database", path), ("--log", folder / "log.jsonl")):
            seconds, worked = verified(name, source, *key)
            rate, alone = asked.events / seconds, asked.events / worked
            print(f"{name:<12} {rate:>12,.0f} events/s, {alone:,.0f} a second of the processor")


if __name__ == "__main__":
    main()
