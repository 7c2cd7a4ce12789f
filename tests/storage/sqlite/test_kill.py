"""A server that is killed at any moment has lost nothing that it told anybody."""

from __future__ import annotations

import random
import select
import signal
import subprocess
import sys
from pathlib import Path

from kezek.app.desk.batch import Done, run
from kezek.domain.booking.booking import Booking, Claim, Driver, Particulars
from kezek.domain.kernel.facts import Counter
from kezek.domain.slot.slot import Slot
from kezek.storage.sqlite.store import SqliteStore
from tests.storage.network import loaded
from tests.world import World

KILLS = 8
BATCH = 7

# Books without end and tells every batch that is committed; `first` is the number of its first truck.
SERVER = """
import sys
from tests.storage.sqlite.test_kill import serve
serve(sys.argv[1], int(sys.argv[2]))
"""


def serve(path: str, first: int) -> None:
    store, world = SqliteStore(path), World()
    places = [(s.line, s.start) for s in store.reader.all(Slot) if s.free >= BATCH]
    for line, start in places:
        if start + 3_600_000 < world.now.at or line != "kz_a.exit":
            continue
        batch = [
            world.book_command(n, line=line, start=start, key=f"key {n}")
            for n in range(first, first + BATCH)
        ]
        answers = run(store, batch, world.rules, world.now).answers
        first += BATCH
        numbers = [str(a.outcome["number"]) for a in answers if isinstance(a, Done)]
        print(*numbers, flush=True)


def test_nothing_acknowledged_is_lost_and_nothing_is_half_written(path: Path):
    chance = random.Random(20260613)
    loaded(path)
    told: set[int] = set()
    for turn in range(KILLS):
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(path), str(turn * 10_000 + 1)],
            stdout=subprocess.PIPE,
            text=True,
        )
        with server, server.stdout as out:
            lines = [out.readline() for _ in range(chance.randrange(1, 12))]
            # The server is somewhere inside a batch when the time is over.
            select.select([], [], [], chance.uniform(0, 0.004))
            server.send_signal(signal.SIGKILL)
            lines += out.readlines()
        assert server.returncode == -signal.SIGKILL
        # A line without its end was cut off by the kill: nobody read it.
        told |= {int(n) for text in lines if text.endswith("\n") for n in text.split()}
        assert len(told) >= (turn + 1) * BATCH
        holds(path, told)


def holds(path: Path, told: set[int]) -> None:
    store = SqliteStore(str(path))
    reader = store.reader
    assert store._writer.pragma("integrity_check") == "ok"
    bookings = {b.number: b for b in reader.all(Booking)}
    assert told <= bookings.keys()
    # Whole batches only, each with everything that belongs to it.
    assert len(bookings) % BATCH == 0
    assert sorted(bookings) == list(range(1, len(bookings) + 1))
    assert reader.get(Counter, "booking") == Counter("booking", len(bookings))
    assert {p.number for p in reader.all(Particulars)} == bookings.keys()
    assert {d.number for d in reader.all(Driver)} == bookings.keys()
    assert len(reader.all(Claim)) == 2 * len(bookings)
    log = reader.events(0, 10**6)
    assert [e.position for e in log] == list(range(1, len(log) + 1))
    assert {e.number for e in log if e.kind == "confirmed"} == bookings.keys()
    taken: dict[tuple[str, int], int] = {}
    for b in bookings.values():
        taken[b.line, b.start] = taken.get((b.line, b.start), 0) + 1
    assert {s.key: s.taken for s in reader.all(Slot) if s.taken} == taken
    ((answers,),) = reader._found("SELECT count(*) FROM answer", ())
    assert answers == len(bookings) + 1
    store.close()
