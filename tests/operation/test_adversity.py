"""Whatever is wrong with database, keys or clock: it says so, says what to do, and loses nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import apsw
import pytest

from kezek.app.application import Application
from kezek.app.desk.batch import Done
from kezek.app.port import Fault
from kezek.app.server.readiness import code_of as ailment_of
from kezek.bootstrap import close_application, open_application
from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import failed
from kezek.crypto.keyring import LOG_FILE, SIGNING_FILE
from kezek.crypto.signing import make_signing_key
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.instant import DAY, Moment
from kezek.settings import Settings
from kezek.storage.open import open_store
from kezek.storage.postgres.connection import connection as connecting
from kezek.storage.sqlite import files
from kezek.system.clock import WallClock
from tests.cli.program import until
from tests.docs.pages import ROOT
from tests.operation.watched import Watched
from tests.storage.network import fill
from tests.storage.postgres.cluster import cluster
from tests.world import BEGIN, A, World, rules


@dataclass
class Site:
    """An installation on either database, whose log has begun."""

    folder: Path
    database: str

    @property
    def settings(self) -> Settings:
        return Settings(folder=self.folder, database=self.database, planner=False)

    @property
    def file(self) -> Path:
        return self.folder / "kezek.db"

    @property
    def name(self) -> str:
        return urlsplit(self.database).path.strip("/")

    @property
    def shared(self) -> bool:
        return self.database.startswith("postgresql:")

    def open(self) -> Application:
        return open_application(self.settings, rules())

    def sql(self, statement: str) -> None:
        """Past the product."""
        if self.shared:
            cluster().sql(self.name, statement)
            return
        connection = apsw.Connection(str(self.file))
        connection.execute(statement)
        connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    monkeypatch.setattr("kezek.bootstrap.WallClock", lambda: Standing(BEGIN))
    folder = tmp_path / "site"
    folder.mkdir(mode=0o700)
    name = cluster().fresh() if request.param == "postgresql" else ""
    made = Site(folder, cluster().url(name) if name else f"sqlite:{folder / 'kezek.db'}")
    close_application(made.open())
    store = open_store(made.database)
    fill(store)
    store.close()
    # Once the log has begun, the key that signs tickets is noted.
    close_application(made.open())
    yield made
    if name:
        cluster().drop(name)


def swap_key(file: str) -> Callable[[Site], None]:
    """Another key in the place of the right one, as after a wrong copy."""

    def swapped(site: Site) -> None:
        path = site.folder / "keys" / file
        path.write_bytes(make_signing_key(os.urandom).pem())

    return swapped


def lose_key(site: Site) -> None:
    (site.folder / "keys" / SIGNING_FILE).unlink()


def away(site: Site) -> None:
    if site.shared:
        cluster().drop(site.name)
    else:
        shutil.rmtree(site.folder)


def damaged(site: Site) -> None:
    whole = site.file.read_bytes()
    site.file.write_bytes(whole[:100] + b"\xff" * 4_000 + whole[4_100:])


def other_schema(site: Site) -> None:
    site.sql("UPDATE alembic_version SET version_num = '9999'")
    site.sql("UPDATE schema_since SET since = '9999'")


def other_program(site: Site) -> None:
    if site.shared:
        site.sql("DROP TABLE alembic_version")
    else:
        site.file.unlink()
        site.sql("CREATE TABLE booking (room TEXT)")


# What is wrong at a start: the harm, the code of the end, what the sentence says to do, and where.
BOTH, FILE, SERVER = ("sqlite", "postgresql"), ("sqlite",), ("postgresql",)
STARTS: dict[str, tuple[Callable[[Site], None], str, str, tuple[str, ...]]] = {
    "away": (away, "away|not_a_database", "create it|see that it is mounted", BOTH),
    "another schema": (other_schema, "wrong_version", "install that version", BOTH),
    "another program's": (other_program, "not_a_database", "another program", BOTH),
    "damaged": (damaged, "damaged|not_a_database", "restore the last backup|another path", FILE),
    "a lost key": (lose_key, "keyring_refused", "back from its copy", BOTH),
    "another ticket key": (swap_key(SIGNING_FILE), "keyring_refused", "put the right", BOTH),
}


@pytest.mark.parametrize(
    ("site", "name"),
    [(kind, name) for name, (*_, where) in STARTS.items() for kind in where],
    indirect=["site"],
)
def test_a_start_that_cannot_be_ends_with_what_to_do(site: Site, name: str):
    harm, code, sentence, _ = STARTS[name]
    harm(site)
    before = site.file.read_bytes() if site.file.exists() else b""
    end = ending(site)
    assert end.exit_code == ExitCode.WORLD
    assert end.code in code.split("|"), end.message
    assert any(part in end.message for part in sentence.split("|")), end.message
    assert "Traceback" not in end.message
    after = site.file.read_bytes() if site.file.exists() else b""
    assert after == before, "what cannot be used is left as it is"


def ending(site: Site):
    """How a command ends that opens the installation."""
    with pytest.raises(Exception, match=r"\w") as raised:
        close_application(site.open())
    return failed(raised.value)


def test_an_old_server_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch):
    if site.shared:
        monkeypatch.setattr(connecting, "SERVER_LEAST", 990_000)
        assert "too old: use 15 or newer" in ending(site).message
    else:
        monkeypatch.setattr(files, "SQLITE_LEAST", 99_000_000)
        with pytest.raises(AssertionError, match="can damage"):
            site.open()


def test_a_file_has_one_server_and_a_database_may_have_many(site: Site):
    application = site.open()
    try:
        if site.shared:
            close_application(site.open())
        else:
            end = ending(site)
            assert end.code == "served"
            assert str(os.getpid()) in end.message, "it says who has it"
    finally:
        close_application(application)


def test_a_changed_key_is_honoured_when_the_former_is_accepted(site: Site):
    application = site.open()
    (former, *_) = application.papers.public_keys()
    close_application(application)
    swap_key(SIGNING_FILE)(site)
    accepted = site.folder / "keys" / "accepted"
    accepted.mkdir(mode=0o700)
    (accepted / "former.pem").write_bytes(former)
    close_application(site.open())
    # From now on the new one is the installation's own.
    shutil.rmtree(accepted)
    close_application(site.open())


def test_another_key_of_the_log_signs_nothing_and_shows(site: Site):
    application = site.open()
    application.ledger.tick(last=True)
    close_application(application)
    swap_key(LOG_FILE)(site)
    application = site.open()
    watched = Watched(application)
    try:
        application.vigil.look()
        with pytest.raises(Fault, match=r"put the right log-signing\.pem back"):
            application.ledger.tick(last=True)
        told = watched.ask("/readyz")
        assert [seen["code"] for seen in told.body["ailments"]] == ["ledger_forked"]
        assert booked(application, 1), "bookings go on meanwhile"
    finally:
        close_application(application)


def booked(application: Application, truck: int) -> int:
    """A booking whose answer was yes; its number."""
    world = World()
    start = world.window(A, day=1)
    command = world.book_command(truck, line=A, start=start, key=f"truck {truck}")
    answer = application.desk.ask(command)
    assert isinstance(answer, Done), answer
    return int(answer.outcome["number"])


def read_only(application: Application, _site: Site) -> Callable[[], None]:
    writer = application.store._writer
    writer.pragma("query_only", 1)
    return lambda: writer.pragma("query_only", 0)


def moved(_application: Application, site: Site) -> Callable[[], None]:
    aside = site.folder / "aside.db"
    site.file.rename(aside)
    return lambda: aside.rename(site.file)


def locked(_application: Application, site: Site) -> Callable[[], None]:
    other = apsw.Connection(str(site.file))
    other.execute("BEGIN IMMEDIATE")
    return lambda: (other.execute("ROLLBACK"), other.close())


def server_away(_application: Application, site: Site) -> Callable[[], None]:
    cluster().sql(
        "postgres",
        f"ALTER DATABASE {site.name} ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{site.name}'",
    )
    return lambda: cluster().sql("postgres", f"ALTER DATABASE {site.name} ALLOW_CONNECTIONS true")


def server_read_only(application: Application, site: Site) -> Callable[[], None]:
    application.store._writer.execute("SET default_transaction_read_only = on", prepare=False)
    return lambda: None


# What goes wrong under a running server, which says how it is mended; and the ailment that it shows.
RUNNING = {
    ("sqlite", "read-only"): (read_only, "database_read_only"),
    ("sqlite", "moved away"): (moved, "database_away"),
    ("sqlite", "locked"): (locked, "database_busy"),
    ("postgresql", "away"): (server_away, None),
    ("postgresql", "read-only"): (server_read_only, "database_read_only"),
}


@pytest.mark.parametrize(("site", "name"), list(RUNNING), indirect=["site"])
def test_a_running_server_says_so_and_goes_on_when_it_is_mended(
    site: Site, name: str, monkeypatch: pytest.MonkeyPatch
):
    harm, ailment = RUNNING["postgresql" if site.shared else "sqlite", name]
    monkeypatch.setattr("kezek.storage.sqlite.whole.BUSY_MS", 10)
    monkeypatch.setattr("kezek.storage.sqlite.store.BUSY_MS", 10)
    application = site.open()
    try:
        kept = [booked(application, 1)]
        mend = harm(application, site)
        with pytest.raises(Fault, match=r"\w+.*[:;]") as fault:
            booked(application, 2)
        if ailment:
            assert ailment_of(fault.value) == ailment
        application.vigil._tally.committed_at = float("-inf")
        if name != "read-only" or not site.shared:
            with pytest.raises(Fault):
                application.vigil.look()
            codes = [seen["code"] for seen in Watched(application).ask("/readyz").body["ailments"]]
            assert codes
            assert codes[0].startswith("database_")
        mend()
        kept.append(again(application, 2))
        application.vigil.look()
        assert Watched(application).ask("/readyz").status == 200
        numbers = application.store.reader.many(Booking, kept)
        assert sorted(numbers) == sorted(kept), "nothing acknowledged is lost"
        assert application.store.reader.last_position() == application.desk.tally.acknowledged
    finally:
        close_application(application)


def again(application: Application, truck: int) -> int:
    """The same booking under the same key, as an asker would try until it is answered."""

    def tried() -> int | None:
        try:
            return booked(application, truck)
        except Fault:
            return None

    return until(tried)


@pytest.mark.parametrize("days", [-3, 3])
def test_a_clock_that_jumps_under_a_running_server_moves_no_booking(
    site: Site, monkeypatch: pytest.MonkeyPatch, days: int
):
    wall = [BEGIN]
    monkeypatch.setattr("kezek.bootstrap.WallClock", lambda: WallClock(lambda: wall[0], lambda: 0))
    application = site.open()
    try:
        number = booked(application, 1)
        before = application.store.reader.get(Booking, number)
        assert before is not None
        # The calendar's days are asked for once.
        application.timer.due()
        wall[0] += days * DAY
        assert application.timer.due() == [], "nothing is due for the jump"
        assert booked(application, 2)
        assert application.store.reader.get(Booking, number) == before
        application.vigil.look()
        assert application.vigil.found["clock_doubt_seconds"] == 3 * DAY / 1_000
    finally:
        close_application(application)


def test_a_start_with_a_clock_a_day_behind_goes_by_the_log(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    application = site.open()
    number = booked(application, 1)
    last = application.store.reader.last_event()
    assert last is not None
    close_application(application)
    monkeypatch.setattr("kezek.bootstrap.WallClock", lambda: Standing(last.at - DAY))
    application = site.open()
    try:
        assert application.now() == last.at, "the log's time never runs backwards"
        application.vigil.look()
        assert application.vigil.found["clock_doubt_seconds"] == DAY / 1_000
        assert "set the machine's clock" in caplog.text
        again_number = booked(application, 2)
        assert application.store.reader.many(Booking, [number, again_number]).keys() == {
            number,
            again_number,
        }
        assert [e.at for e in application.store.reader.events(0, 10**6)] == sorted(
            e.at for e in application.store.reader.events(0, 10**6)
        )
    finally:
        close_application(application)


class Standing:
    """A clock that stands."""

    factor, doubt = 1, 0

    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> Moment:
        return Moment(self.at, self.at)


def test_every_adversity_stands_in_the_book():
    page = (ROOT / "docs" / "operating.md").read_text("utf-8")
    told = page.partition("## When it stands still")[2].lower()
    adversities = (
        *("away", "read-only", "full", "too old", "schema", "two servers", "key", "backup"),
        *("clock", "moved", "locked"),
    )
    for what in adversities:
        assert what in told, what
