"""`kezek copy`: an installation moves between databases, whole and unchanged, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kezek.app.desk.batch import run
from kezek.domain.booking.change import Cancel
from kezek.storage.postgres.store import PostgresStore
from kezek.storage.sqlite.store import SqliteStore
from tests.cli.conftest import Call
from tests.ledger.book import Book
from tests.storage.network import loaded
from tests.storage.postgres.cluster import cluster
from tests.world import PEOPLE, A, World


def live(path: Path) -> Path:
    """A small installation with trucks at every step, a sealed log and somebody signed in."""
    store, world = SqliteStore(str(loaded(path))), World()
    start = world.window(A, hour=12)
    run(
        store,
        [
            world.book_command(n, line=A, start=start, who="carrier", key=f"key {n}")
            for n in range(1, 8)
        ],
        world.rules,
        world.now,
    )
    run(store, [Cancel("", PEOPLE["carrier"], 3, 0)], world.rules, world.now)
    Book(store, path.parent).minute()
    store.close()
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return live(tmp_path_factory.mktemp("live") / "kezek.db")


@pytest.fixture
def source(made: Path, tmp_path: Path) -> str:
    """Its address; a file of the test's own."""
    return f"sqlite:{shutil.copy(made, tmp_path / 'source.db')}"


@pytest.fixture
def empty() -> Iterator[str]:
    """The address of a PostgreSQL database with nothing in it."""
    name = cluster().empty()
    yield cluster().url(name)
    cluster().drop(name)


def test_an_installation_goes_to_postgresql_and_back_unchanged(
    call: Call, source: str, empty: str, tmp_path: Path
):
    back = f"sqlite:{tmp_path / 'back.db'}"
    there = call("copy", "--from", source, "--to", empty, "--json").answer
    again = call("copy", "--from", empty, "--to", back, "--json").answer
    assert there == again
    fingerprint = there["fingerprint"]
    assert fingerprint["tables"]["booking"]["count"] == 7
    assert fingerprint["size"] == fingerprint["position"] > 8
    assert all(not one["broken"] for one in fingerprint["promises"])
    assert {one["promise"].split()[0] for one in fingerprint["promises"]} == {
        "I2", "I3", "I4", "I6", "I9", "I12", "I16", "I17", "I18"
    }  # fmt: skip


def test_what_was_copied_works_on(call: Call, source: str, empty: str):
    assert call("copy", "--from", source, "--to", empty).code == 0
    store, world = PostgresStore(empty), World()
    start = world.window(A, hour=12)
    same = world.book_command(1, line=A, start=start, who="carrier", key="key 1")
    other = world.book_command(1, line=A, start=start, who="carrier", key="another key")
    new = world.book_command(9, line=A, start=start, who="carrier", key="key 9")
    answers = run(store, [same, other, new], world.rules, world.now).answers
    store.close()
    # The same key gets its old answer, the same truck no second booking, a new one the next number.
    assert answers[0].outcome["number"] == 1
    assert answers[1].reason == "vehicle_booked"
    assert answers[2].outcome["number"] == 8


def test_people_are_told_what_was_looked_at_and_what_is_left_to_do(
    call: Call, source: str, tmp_path: Path
):
    called = call("copy", "--from", source, "--to", f"sqlite:{tmp_path / 'to.db'}")
    assert "I3 one active booking per vehicle" in called.out
    assert "holds" in called.out
    assert "The folder `keys` is not in the database" in called.out
    assert (tmp_path / "to.db").stat().st_mode & 0o777 == 0o600


def test_a_target_that_is_not_empty_is_left_as_it_is(call: Call, source: str, tmp_path: Path):
    target = loaded(tmp_path / "to.db")
    before = target.read_bytes()
    called = call("copy", "--from", source, "--to", f"sqlite:{target}", "--json")
    assert called.code == 4
    assert called.document["problem"]["code"] == "not_empty"
    assert target.read_bytes() == before
