"""Three journeys to the server load a batch, whatever it holds; what is forecast is what is asked."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from kezek.app.desk.batch import Done, run
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.change import Cancel
from kezek.domain.kernel.facts import Counter
from kezek.storage.postgres.store import PostgresStore
from kezek.storage.postgres.unit import PostgresUnit
from tests.storage.network import loaded_database
from tests.storage.postgres.cluster import cluster
from tests.storage.rows import booking, claim
from tests.world import PEOPLE, A, B, World


@pytest.fixture
def network() -> Iterator[PostgresStore]:
    name = loaded_database()
    made = PostgresStore(cluster().url(name))
    yield made
    made.close()
    cluster().drop(name)


@pytest.fixture
def journeys(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was waited for, and which rows were asked for one by one."""
    seen: list[str] = []
    sync, read = psycopg.Pipeline.sync, PostgresUnit._read

    def counted(pipeline: psycopg.Pipeline) -> None:
        seen.append("journey")
        sync(pipeline)

    def asked(unit: PostgresUnit, statement: bytes, values: object) -> list:
        seen.append(statement.decode())
        return read(unit, statement, values)

    monkeypatch.setattr(psycopg.Pipeline, "sync", counted)
    monkeypatch.setattr(PostgresUnit, "_read", asked)
    return seen


@pytest.mark.parametrize("many", [1, 8])
def test_bookings_are_loaded_in_three_journeys(
    network: PostgresStore, journeys: list[str], many: int
):
    world = World()
    start = world.window(A, hour=12)
    batch = [world.book_command(n, line=A, start=start, key=f"key {n}") for n in range(1, many + 1)]
    answers = run(network, batch, world.rules, world.now).answers
    assert all(isinstance(answer, Done) for answer in answers)
    # Our turn; the lines, slots, counters and keys; then the days and claims, which need a line to be
    # named.
    assert journeys == ["journey"] * 3


def test_ended_bookings_are_loaded_in_a_few_journeys(network: PostgresStore, journeys: list[str]):
    world = World()
    batch = [
        world.book_command(n, line=line, start=world.window(line, hour=12), key="")
        for n, line in enumerate([A, B, A, B, A], 1)
    ]
    run(network, batch, world.rules, world.now)
    booked = [b.number for b in network.reader.all(Booking)]
    journeys.clear()
    ending = [Cancel("", PEOPLE["carrier"], number) for number in booked]
    answers = run(network, ending, world.rules, world.now).answers
    assert all(isinstance(answer, Done) for answer in answers)
    single = [asked for asked in journeys if asked != "journey"]
    # One question for each line, however many bookings.
    assert len(single) <= len({A, B}), single


def test_what_is_known_not_to_be_there_is_never_overwritten(network: PostgresStore):
    """Should another program have put it there in the meantime, the last fence says so."""

    def overwrite() -> None:
        with network.unit() as unit:
            unit.prefetch([(Counter, "turn")])
            assert unit.get(Counter, "turn") is None
            unit._send(b"INSERT INTO counter VALUES ('turn', 7)")
            unit.save({(Counter, "turn"): Counter("turn", 1)}, [], [])

    with pytest.raises(AssertionError, match="counter_pkey"):
        overwrite()
    assert network.reader.get(Counter, "turn") is None


def test_a_claim_that_is_known_may_change_hands(network: PostgresStore):
    ended = booking(1, ended_at=5, outcome="cancelled", look_at=None)
    with network.unit() as unit:
        unit.save({(type(r), r.key): r for r in (ended, claim(1))}, [], [])
    with network.unit() as unit:
        unit.prefetch([(type(claim(2)), claim(2).key)])
        unit.save({(type(r), r.key): r for r in (booking(2), claim(2))}, [], [])
    assert network.reader.get(type(claim(2)), claim(2).key) == claim(2)
