"""An upgrade under load: two releases serve one database, forth, back, and through a kill."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count
from pathlib import Path

import psycopg
import pytest

from kezek.app.installation.fingerprint import fingerprint_of
from kezek.app.installation.snapshot import Unwatched
from kezek.cli.frame.exit_code import ExitCode
from kezek.domain.booking.booking import Booking
from kezek.storage.open import open_snapshot
from tests.cli.program import environment, kezek, until
from tests.migration import release
from tests.migration.versions import GATE
from tests.operation.site import Server, Site, Wire, booking

ENOUGH = 10
LETTERS = "ABCEHKMOPTX"


@dataclass
class Load:
    """Trucks that book one after the other at a server, and what each was told."""

    key: str
    trucks: Iterator[int] = field(default_factory=count)
    booked: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @contextmanager
    def on(self, server: Server) -> Iterator[None]:
        """Load on a server for as long as the block lasts."""
        done = threading.Event()
        clients = [threading.Thread(target=self._book, args=(server, done)) for _ in range(2)]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            done.set()
            for client in clients:
                client.join()

    def _book(self, server: Server, done: threading.Event) -> None:
        wire = Wire(server.port)
        try:
            # A pace, so that a few seconds do not fill the calendar.
            while not done.wait(0.05):
                truck = next(self.trucks)
                body = booking(truck % 1_000, 30 + truck % 200)
                letter = LETTERS[truck // 1_000]
                body["vehicle"]["plate"] = f"{truck % 1_000:03d}DM{letter}02"
                made = wire.post("/api/v1/bookings", body, self.key)
                if made.status == 201:
                    self.booked.append(made.body["number"])
                else:
                    self.wrong.append(f"{made.status} {made.raw[:200]!r}")
        except (OSError, HTTPException) as fault:
            self.wrong.append(repr(fault))
        finally:
            wire.close()

    def goes_on(self) -> None:
        """Wait until more trucks have booked than those that are under way."""
        before = len(self.booked)
        until(lambda: self.wrong or len(self.booked) >= before + ENOUGH)
        assert not self.wrong, self.wrong


@dataclass
class Releases:
    site: Site
    before: dict[str, str]
    following: dict[str, str]

    def serve(self, path: dict[str, str]) -> Server:
        more = {"KEZEK_PLANNER": "no"}
        extra = self.site.environment | path | more
        return Server("serve", "--folder", self.site.folder, extra=extra)

    def migrating(self) -> subprocess.Popen[bytes]:
        """The next release's own start of the migration, in a process that can be killed."""
        command = [sys.executable, "-m", "kezek", "migrate", "--folder", str(self.site.folder)]
        extra = self.site.environment | self.following
        return subprocess.Popen(command, env=environment() | extra, stdout=subprocess.DEVNULL)


@pytest.fixture
def releases(site: Site, tmp_path: Path) -> Releases:
    source = release.before(tmp_path / "before")
    following = release.following(tmp_path / "following")
    return Releases(site, {"PYTHONPATH": str(source)}, {"PYTHONPATH": str(following)})


@pytest.fixture
def past(site: Site) -> Iterator[psycopg.Connection]:
    """A connection past the product."""
    with psycopg.connect(site.database, autocommit=True) as connection:
        yield connection


def step(past: psycopg.Connection) -> str:
    return past.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def waits(past: psycopg.Connection) -> bool:
    found = past.execute(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        (GATE,),
    )
    return found.fetchone() is not None


def killed_in_the_middle(releases: Releases, past: psycopg.Connection) -> None:
    """The next release begins to migrate, and is killed when half of it is done."""
    past.execute("SELECT pg_advisory_lock(%s)", (GATE,))
    half = releases.migrating()
    until(lambda: waits(past))
    half.kill()
    half.wait()
    past.execute("SELECT pg_advisory_unlock(%s)", (GATE,))
    # The server ends what nobody commits any more as soon as it hears of it.
    until(lambda: not waits(past))


def promises_hold(site: Site, load: Load) -> None:
    """What both releases have written is sound, and all of it sealed."""
    with open_snapshot(site.database) as snapshot:
        found = fingerprint_of(snapshot, Unwatched())
        assert snapshot.count(Booking) == len(load.booked)
    assert found.broken == []
    assert found.position >= found.size > 0


def test_an_upgrade_under_load_forth_and_back(releases: Releases, past: psycopg.Connection):
    first = step(past)
    load = Load(releases.site.key)
    with ExitStack() as running:
        old = running.enter_context(releases.serve(releases.before))
        with load.on(old):
            load.goes_on()
            killed_in_the_middle(releases, past)
            load.goes_on()
            assert step(past) == first, "nothing of a migration that was killed is kept"
            new = running.enter_context(releases.serve(releases.following))
            assert step(past) == "9001"
            load.goes_on()
            with load.on(new):
                load.goes_on()
        # Back: the next release is taken away, and the one before starts on what it has left.
        new.stop()
        assert old.stop() == ExitCode.DONE
        old = running.enter_context(releases.serve(releases.before))
        promises_hold(releases.site, load)
        with load.on(old):
            load.goes_on()
            # Forth again, and this time to the end of both phases.
            new = running.enter_context(releases.serve(releases.following))
        assert old.stop() == ExitCode.DONE
        with load.on(new):
            load.goes_on()
            told = kezek(
                *("migrate", "--contract", "--folder", releases.site.folder, "--json"),
                extra=releases.site.environment | releases.following,
            )
            assert told.document["answer"] == {"schema": "9002", "waiting": []}
            load.goes_on()
        refused = kezek(
            *("serve", "--port", "0", "--folder", releases.site.folder, "--json"),
            extra=releases.site.environment | releases.before,
        )
        assert refused.document["problem"]["code"] == "wrong_version"
        assert "schema 9002" in refused.document["problem"]["sentence"]
        with load.on(new):
            load.goes_on()
    assert not load.wrong
    kept = past.execute("SELECT number FROM booking WHERE number = ANY(%s)", (load.booked,))
    assert len(kept.fetchall()) == len(set(load.booked)) == len(load.booked)
    assert past.execute("SELECT count(*) FROM booking WHERE remark IS NULL").fetchone() == (0,)


def test_without_the_history_the_test_says_what_is_missing(tmp_path: Path):
    for name, command in (
        ("none", ["git", "init", "--quiet", str(tmp_path / "none")]),
        ("shallow", shallow(tmp_path / "shallow")),
    ):
        subprocess.run(command, check=True, capture_output=True)
        with pytest.raises(pytest.fail.Exception, match="whole history"):
            release.before(tmp_path / f"{name}-source", tmp_path / name)


def shallow(to: Path) -> list[str]:
    return ["git", "clone", "--quiet", "--depth", "1", f"file://{release.ROOT}", str(to)]
