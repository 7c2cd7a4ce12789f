"""Two programs, one database: scarce places, the same trucks, and readers that miss nothing."""

from __future__ import annotations

import subprocess
import threading
import time

import pytest

from kezek.app.feed.event_relay import EventRelay
from kezek.domain.booking.booking import Booking, Claim
from kezek.domain.kernel.event import Logged
from kezek.domain.slot.slot import Slot
from kezek.storage.postgres.store import PostgresStore
from tests.storage.network import loaded_database
from tests.storage.postgres.cluster import cluster
from tests.storage.postgres.crowd import holds, start
from tests.storage.rows import event, save
from tests.world import A, World

TRUCKS = 24


@pytest.mark.parametrize("slow", [0, 0.02], ids=["at full speed", "with slow commits"])
def test_two_programs_never_book_one_too_many(slow: float):
    database = loaded_database()
    store = PostgresStore(cluster().url(database))
    capacity = store.reader.get(Slot, (A, World().window(A, hour=12))).capacity
    followed, caught_up, stop = [], [], threading.Event()
    store.follow(0, followed.extend)
    watching = threading.Thread(target=catch_up, args=(store, caught_up, stop))
    watching.start()
    programs = [
        start("scramble", cluster().url(database), me, TRUCKS, slow, stdin=subprocess.PIPE)
        for me in range(2)
    ]
    for program in programs:
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    said = [program.communicate(timeout=60)[0] for program in programs]
    time.sleep(1)
    stop.set()
    watching.join()

    lines = [line.split() for text in said for line in text.splitlines()]
    booked = {int(n): int(truck) for word, n, truck, *_ in lines if word == "booked"}
    assert len(lines) == 2 * TRUCKS
    assert len(booked) == capacity, "every place is taken, and no more"
    assert len(set(booked.values())) == capacity, "one booking a truck"
    assert {word for kind, word, *_ in lines if kind == "refused"} <= {
        "vehicle_booked",
        "slot_full",
    }
    # Whoever asks under the other's key hears what the other was told.
    replayed = [n for word, n, *rest in lines if word == "booked" and rest[2] == "True"]
    assert all(int(n) in booked for n in replayed)

    log = holds(store, list(booked))
    assert len({(c.kind, c.value) for c in store.reader.all(Claim)}) == 2 * capacity
    assert len(store.reader.all(Booking)) == capacity
    assert caught_up == log, "a reader that catches up by position skips nothing"
    assert followed == log, "nor does one that follows"
    store.close()
    cluster().drop(database)


def catch_up(store: PostgresStore, seen: list[Logged], stop: threading.Event) -> None:
    """Reads without pause; whatever has a lower position than what it has read is lost to it."""
    while True:
        last = stop.is_set()
        seen += store.reader.events(seen[-1].position if seen else 0, 10**6)
        if last:
            return


def test_a_follower_hears_the_others_events_at_once_and_catches_up_after_a_gap(
    shared: PostgresStore, database: str
):
    other = PostgresStore(cluster().url(database))
    save(other, [], [event(1), event(2)])
    heard: list[Logged] = []
    news = threading.Event()

    def tell(events) -> None:
        heard.extend(events)
        news.set()

    shared.follow(1, tell)
    assert news.wait(5)
    assert heard == [event(2)]
    news.clear()
    began = time.monotonic()
    save(other, [], [event(3)])
    assert news.wait(5)
    assert time.monotonic() - began < 0.4, "told by the notification, not by the next look"
    news.clear()
    # Its line breaks while others write.
    cluster().sql(
        database,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    )
    save(other, [], [event(n) for n in range(4, 2_500)])
    deadline = time.monotonic() + 10
    while len(heard) < 2_498 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert heard == [event(n) for n in range(2, 2_500)]
    other.close()


def test_a_listener_that_fails_is_told_again(shared: PostgresStore):
    heard: list[int] = []
    failures = iter([True])

    def tell(events) -> None:
        if next(failures, False):
            raise RuntimeError
        heard.extend(e.position for e in events)

    shared.follow(0, tell)
    save(shared, [], [event(1)])
    deadline = time.monotonic() + 5
    while not heard and time.monotonic() < deadline:
        time.sleep(0.02)
    assert heard == [1]


def test_the_relay_announces_everybodys_events_once_and_in_order(shared: PostgresStore):
    announced: list[int] = []
    relay = EventRelay(shared, lambda events: announced.extend(e.position for e in events), 0)
    log = [event(n) for n in range(1, 9)]
    save(shared, [], log)
    relay.tell(log[2:4])  # our own; what others wrote before has not been heard of
    assert announced == [1, 2, 3, 4]
    relay.tell(log[:5])  # the follower, later
    assert announced == [1, 2, 3, 4, 5]
    relay.tell(log[4:5])
    relay.tell(log[5:])
    relay.tell([])
    assert announced == list(range(1, 9))
