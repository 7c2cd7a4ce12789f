"""Programs that book on one database, for tests that run several of them at once and kill them."""

from __future__ import annotations

import select
import subprocess
import sys
import time
from collections.abc import Sequence

from kezek.app.desk.batch import Done
from kezek.app.desk.desk import Desk
from kezek.app.port import StoreFault
from kezek.domain.booking.booking import Booking, Claim, Driver, Particulars
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Counter
from kezek.domain.kernel.instant import Moment
from kezek.domain.slot.slot import Slot
from kezek.storage.postgres.store import PostgresStore
from kezek.storage.postgres.unit import PostgresUnit
from tests.world import A, World

BATCH = 7
PROGRAM = """
import sys
from tests.storage.postgres import crowd
getattr(crowd, sys.argv[1])(*sys.argv[2:])
"""


def start(name: str, *arguments: object, stdin: int | None = None) -> subprocess.Popen[str]:
    """One of the functions below in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, name, *map(str, arguments)],
        stdin=stdin,
        stdout=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str], lines: int, chance: float) -> list[str]:
    """What it said until it was killed, so many lines and a moment later."""
    with process, process.stdout as out:
        said = [out.readline() for _ in range(lines)]
        select.select([], [], [], chance)
        process.kill()
        said += out.readlines()
    # A line without its end was cut off by the kill: nobody read it.
    return [line for line in said if line.endswith("\n")]


class Clock:
    def __init__(self, now: Moment) -> None:
        self._now = now

    def now(self) -> Moment:
        return self._now


def book_on(url: str, first: str) -> None:
    """Book without end, in batches, and tell the numbers of each that was acknowledged."""
    from kezek.app.desk.batch import run

    store, world, n = PostgresStore(url), World(), int(first)
    for slot in store.reader.all(Slot):
        if slot.line != A or slot.free < BATCH or slot.start + 3_600_000 < world.now.at:
            continue
        batch = [
            world.book_command(m, line=slot.line, start=slot.start, key=f"key {m}")
            for m in range(n, n + BATCH)
        ]
        n += BATCH
        try:
            answers = run(store, batch, world.rules, world.now).answers
        except StoreFault as fault:
            print(type(fault).__name__, flush=True)
            time.sleep(0.1)
            continue
        print(*[a.outcome["number"] for a in answers if isinstance(a, Done)], flush=True)
    print("no more places", flush=True)


def scramble(url: str, me: str, others: str, slow: str) -> None:
    """Everybody wants the same few places with the same trucks; tell what each was answered."""
    if float(slow):
        commit = PostgresUnit.commit

        def late(unit: PostgresUnit) -> None:
            unit._send(f"SELECT pg_sleep({float(slow) * (unit.last_position % 3)})".encode())
            commit(unit)

        PostgresUnit.commit = late  # type: ignore[method-assign]
    world, store = World(), PostgresStore(url)
    desk = Desk(store, world.rules, Clock(world.now), lambda _events: None)
    print("ready", flush=True)
    sys.stdin.readline()
    start = world.window(A, hour=12)
    for truck in range(1, int(others) + 1):
        # The same trucks in all programs; every third under one key, so that both ask the same.
        key = f"shared {truck}" if truck % 3 == 0 else f"{me} {truck}"
        answer = desk.ask(world.book_command(truck, line=A, start=start, key=key))
        if isinstance(answer, Done):
            print("booked", answer.outcome["number"], truck, answer.position, answer.replayed)
        else:
            print("refused", answer.reason.value, truck)
    sys.stdout.flush()
    desk.stop()
    store.close()


def holds(store: PostgresStore, acknowledged: Sequence[int]) -> list[Logged]:
    """Nothing told is missing and nothing is half there; the log, from its beginning."""
    reader = store.reader
    bookings = {b.number: b for b in reader.all(Booking)}
    assert set(acknowledged) <= bookings.keys()
    assert sorted(bookings) == list(range(1, len(bookings) + 1)), "numbers are dense"
    assert reader.get(Counter, "booking") == Counter("booking", len(bookings))
    assert {p.number for p in reader.all(Particulars)} == bookings.keys()
    assert {d.number for d in reader.all(Driver)} == bookings.keys()
    claims = reader.all(Claim)
    assert sorted(c.number for c in claims) == sorted([*bookings, *bookings])
    log = list(reader.events(0, 10**6))
    assert [e.position for e in log] == list(range(1, len(log) + 1)), "positions are dense"
    assert sorted(e.number for e in log if e.kind == "confirmed") == sorted(bookings)
    taken: dict[tuple[str, int], int] = {}
    for b in bookings.values():
        taken[b.line, b.start] = taken.get((b.line, b.start), 0) + 1
    assert {s.key: s.taken for s in reader.all(Slot) if s.taken} == taken
    assert all(s.taken + s.protected <= s.capacity for s in reader.all(Slot))
    return log
