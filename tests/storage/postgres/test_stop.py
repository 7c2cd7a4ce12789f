"""After an orderly stop everything is sealed: what was under way, here or elsewhere, too."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from kezek.app.application import Application
from kezek.bootstrap import close_application, open_application
from kezek.cli.server.serving import listen, run_server
from kezek.domain.account.decide import AddAccount
from kezek.settings import Settings
from kezek.storage.postgres.unit import LOG_LOCK
from tests.cli.program import until
from tests.storage.postgres.cluster import cluster
from tests.world import ADMIN

LINES = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
WAITING = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
def application(database: str, tmp_path: Path) -> Iterator[Application]:
    opened = open_application(
        Settings(folder=tmp_path, database=cluster().url(database), planner=False)
    )
    yield opened
    close_application(opened)


@contextmanager
def log_held(database: str) -> Iterator[psycopg.Connection]:
    """Another process in the middle of its transaction."""
    with psycopg.connect(cluster().url(database)) as other:
        other.execute(f"SELECT pg_advisory_xact_lock({LOG_LOCK})".encode())
        yield other


def served_and_stopped(application: Application) -> None:
    async def ends_at_once() -> None: ...

    with listen("127.0.0.1", 0) as sock:
        run_server(application, sock, beside=ends_at_once)


def added() -> AddAccount:
    return AddAccount("", ADMIN, "late", "Invented", "hash", "administrator", "*")


def all_is_sealed(database: str) -> None:
    with psycopg.connect(cluster().url(database)) as other:
        found = other.execute(
            "SELECT (SELECT max(position) FROM event),"
            " (SELECT sum(length(hashes)) / 32 FROM tree WHERE tier = 0),"
            " (SELECT max(size) FROM head)"
        ).fetchone()
    assert found == (1, 1, 1)


def test_a_command_that_is_committed_while_the_server_stops_is_sealed(
    application: Application, database: str, monkeypatch: pytest.MonkeyPatch
):
    with log_held(database) as other:
        asked, stop = application.desk.hand_in(added()), application.desk.stop
        # The other lets go only when the desk is told to finish.
        monkeypatch.setattr(application.desk, "stop", lambda: (other.rollback(), stop()))
        served_and_stopped(application)
        close_application(application)
        assert asked.done()
    all_is_sealed(database)


def test_the_end_is_sealed_though_every_line_to_the_database_is_lost(
    application: Application, database: str, monkeypatch: pytest.MonkeyPatch
):
    tick, cut = application.ledger.tick, iter([LINES])

    def after_the_loss(*, last: bool = False) -> int:
        for lines in cut if last else ():
            with psycopg.connect(cluster().url(database)) as other:
                other.execute(lines)
        return tick(last=last)

    application.desk.ask(added())
    monkeypatch.setattr(application.ledger, "tick", after_the_loss)
    served_and_stopped(application)
    all_is_sealed(database)


def test_the_last_seal_waits_for_a_commit_that_is_under_way(
    application: Application, database: str
):
    with log_held(database) as other, ThreadPoolExecutor(1) as thread:
        other.execute(
            "INSERT INTO event (position, at, real, kind, actor, line, number, body)"
            " VALUES (1, 1, 1, 'password_set', 'timer', '', 0, '{}')"
        )
        sealed = thread.submit(application.ledger.tick, last=True)
        with psycopg.connect(cluster().url(database), autocommit=True) as looking:
            until(lambda: sealed.done() or looking.execute(WAITING).fetchone())
        other.commit()
        assert sealed.result() == 1
    all_is_sealed(database)
