"""Stores as a whole, held against each of them: read at one moment, written at one stroke."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kezek.app.installation.snapshot import BLOCK, NotEmpty, Served, Setting, Snapshot, Whole
from kezek.app.port import Answered, Session
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Counter
from kezek.storage.fault import Busy
from kezek.storage.postgres.store import PostgresStore
from kezek.storage.sqlite.store import SqliteStore
from kezek.storage.table import TABLES
from tests.memory.store import MemoryStore
from tests.storage.postgres.cluster import cluster
from tests.storage.rows import answered, booking, event, save, slot
from tests.storage.test_contract import EVERY, SEALED

ENTRY = Session("d" * 64, 1, "session", 5, 6)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, tmp_path) -> Iterator[Whole]:
    """An empty store of every kind in turn, to be written."""
    name = cluster().fresh() if request.param == "postgresql" else ""
    made: dict[str, Callable[[], Whole]] = {
        "memory": MemoryStore,
        "sqlite": lambda: SqliteStore(str(tmp_path / "other.db")),
        "postgresql": lambda: PostgresStore(cluster().url(name)),
    }
    store = made[request.param]()
    yield store
    store.close()
    if name:
        cluster().drop(name)


def everything(snapshot: Snapshot) -> dict[str, list]:
    return {
        kind.__name__: [row for block in snapshot.blocks(kind) for row in block]
        for kind in snapshot.kinds
    }


def fill(store: Whole) -> None:
    rows = [*EVERY, *SEALED]
    save(store, rows, [event(1), event(2, body='{"a":"ё"}')], [answered(b"\xff\x00")])
    store.keep_session(ENTRY)
    store.set_setting("log_origin", "queue.example")


def pour(source: Snapshot, store: Whole) -> None:
    with store.filling() as target:
        for kind in source.kinds:
            for rows in source.blocks(kind):
                target.add(kind, rows)


def test_what_one_store_tells_another_holds_and_tells_again(store: Whole, other: Whole):
    fill(store)
    with store.snapshot() as snapshot:
        told = everything(snapshot)
        counts = {kind.__name__: snapshot.count(kind) for kind in snapshot.kinds}
        pour(snapshot, other)
    assert told.keys() == {kind.__name__ for kind in TABLES}
    assert counts == {name: len(rows) for name, rows in told.items()}
    assert all(told.values()), "every kind has a row"
    with other.snapshot() as snapshot:
        again = everything(snapshot)
    assert again == told
    for name, rows in told.items():
        for field in rows[0].__slots__:
            assert type(getattr(again[name][0], field)) is type(getattr(rows[0], field)), field
    assert other.session(ENTRY.digest) == ENTRY
    assert other.setting("log_origin") == "queue.example"
    assert other.reader.last_position() == 2


def test_rows_come_in_blocks_and_in_the_order_of_their_keys(store: Whole):
    many = BLOCK + 3
    save(store, [booking(n) for n in range(many, 0, -1)], [event(n) for n in range(1, many + 1)])
    # Above the letters of ASCII the order is that of bytes, whatever language a server speaks.
    names = ["Z", "a", "Ё", "ё", "ａ", "\U0001f69b"]
    save(store, [Counter(name, 1) for name in reversed(names)])
    save(store, answers=[answered(bytes([n])) for n in (200, 7, 127)])
    with store.snapshot() as snapshot:
        blocks = list(snapshot.blocks(Booking))
        assert [len(block) for block in blocks] == [BLOCK, 3]
        assert [b.number for block in blocks for b in block] == list(range(1, many + 1))
        assert [e.position for block in snapshot.blocks(Logged) for e in block][-1] == many
        assert [c.name for block in snapshot.blocks(Counter) for c in block] == names
        assert [a.digest[0] for block in snapshot.blocks(Answered) for a in block] == [7, 127, 200]


def test_a_snapshot_stays_at_its_moment(store: Whole):
    save(store, [booking(1)], [event(1)])
    with store.snapshot() as snapshot:
        save(store, [booking(2)], [event(2)])
        store.set_setting("late", "yes")
        assert (snapshot.count(Booking), snapshot.count(Logged)) == (1, 1)
        assert snapshot.count(Setting) == 0
        assert [b.number for block in snapshot.blocks(Booking) for b in block] == [1]
    assert store.reader.last_position() == 2


def test_what_is_not_written_to_its_end_is_not_written_at_all(store: Whole):
    def midway() -> None:
        with store.filling() as target:
            target.add(Logged, [event(1), event(2)])
            assert target.count(Logged) == 2
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        midway()
    with store.snapshot() as snapshot:
        assert not any(everything(snapshot).values())
    # Nothing is held back either: the store works on.
    save(store, [booking(1)], [event(1)])
    assert store.reader.last_position() == 1


@pytest.mark.parametrize("what", ["row", "session", "setting"])
def test_a_store_that_holds_anything_is_not_written_whole(store: Whole, what: str):
    {
        "row": lambda: save(store, [Counter("booking", 1)]),
        "session": lambda: store.keep_session(ENTRY),
        "setting": lambda: store.set_setting("demo", "{}"),
    }[what]()
    with store.snapshot() as snapshot:
        before = everything(snapshot)
    with pytest.raises(NotEmpty, match="not empty"), store.filling():
        raise AssertionError("nobody gets here")
    with store.snapshot() as snapshot:
        assert everything(snapshot) == before


def test_the_last_fence_stands_when_a_store_is_written_whole(store: Whole):
    with pytest.raises(AssertionError), store.filling() as target:
        target.add(type(slot()), [slot(capacity=1, taken=2)])
    with store.snapshot() as snapshot:
        assert not any(everything(snapshot).values())


def test_a_process_that_is_alone_keeps_others_out(database: str):
    url = cluster().url(database)
    first, second = PostgresStore(url), PostgresStore(url)
    with pytest.raises(Served, match="stop it first"), first.alone():
        raise AssertionError("nobody gets here")
    second.close()
    with first.alone():
        # Whoever only reads may: nothing can change under it.
        with first.snapshot() as snapshot:
            assert snapshot.count(Booking) == 0
        with pytest.raises(Busy, match="as a whole"):
            PostgresStore(url)
    PostgresStore(url).close()
    first.close()


def test_a_kind_of_row_keeps_its_name_for_backups_of_earlier_releases():
    """A fingerprint lists the tables by it, and a backup's manifest holds one."""
    listed = """Account Answered ApiKey Booking Checkpoint Claim Cosignature Counter Day Driver
    GarageDriver GarageVehicle Grant Line Logged Login Particulars Return Salt SignedHead Slot
    Stretch"""
    assert set(listed.split()) <= {kind.__name__ for kind in TABLES}
