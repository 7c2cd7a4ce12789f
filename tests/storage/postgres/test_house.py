"""Two servers on one database: what one does, the pages of the other know."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kezek.app.application import Application
from kezek.app.desk.batch import Done
from kezek.bootstrap import close_application, open_application
from kezek.cli.installation.doctor_check import examine
from kezek.cli.installation.finding import DoctorFinding
from kezek.cli.server.serve import first_administrator
from kezek.domain.account.account import Account
from kezek.domain.account.decide import AddAccount
from kezek.domain.kernel.event import Logged
from kezek.settings import Settings
from tests.storage.postgres.cluster import cluster
from tests.world import ADMIN


def test_every_application_announces_every_event_once_and_in_order(database: str, tmp_path: Path):
    settings = Settings(folder=tmp_path, database=cluster().url(database))
    applications = [open_application(settings), open_application(settings)]
    heard: list[list[Logged]] = [[], []]
    for application, log in zip(applications, heard, strict=True):
        application.watch.hook(log.extend)
    for n in range(30):
        asked = AddAccount("", ADMIN, f"login{n}", "Invented", "hash", "administrator", "*")
        application = applications[n % 2]
        answer = application.desk.ask(asked)
        assert isinstance(answer, Done)
        assert application.watch.position >= answer.position, "what was answered is announced here"
    until = time.monotonic() + 5
    while min(map(len, heard)) < len(logged(applications[0])) and time.monotonic() < until:
        time.sleep(0.02)
    assert heard[0] == heard[1] == logged(applications[0])
    for application in applications:
        close_application(application)


def test_servers_that_start_together_make_one_administrator_and_one_link(
    database: str, tmp_path: Path
):
    url = cluster().url(database)
    applications = [
        open_application(Settings(folder=tmp_path / "a", database=url)) for _ in range(4)
    ]
    with ThreadPoolExecutor(4) as starts:
        links = list(starts.map(first_administrator, applications))
    assert len([link for link in links if link]) == 1, links
    assert len(applications[0].store.reader.all(Account)) == 1
    for application in applications:
        close_application(application)
    again = open_application(Settings(folder=tmp_path / "a", database=url))
    made = first_administrator(again)
    assert made, "whoever starts alone prints a new one"
    assert made not in links
    close_application(again)


def logged(application: Application) -> list[Logged]:
    return list(application.store.reader.events(0, 10**6))


def test_the_doctor_looks_at_the_server(database: str, tmp_path: Path):
    def found(url: str) -> DoctorFinding:
        findings = examine(Settings(folder=tmp_path, database=url))
        return next(f for f in findings if f.what == "database")

    assert found(cluster().url(database)).state == "ok"
    gone = found(cluster().url("no_such_database"))
    assert (gone.state, gone.found) == ("wrong", "PostgreSQL: OperationalError")
    assert gone.advice
