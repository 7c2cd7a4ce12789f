"""What a restore or a fork has lost is never given to somebody else: numbers, codes, links, QR codes."""

from __future__ import annotations

import shutil
import urllib.error
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kezek.domain.booking.booking import code_of
from tests.cli.conftest import Call
from tests.cli.program import Running, kezek
from tests.cli.server.test_serve import carrier, truck
from tests.storage.postgres.cluster import cluster

Serve = Callable[[], Running]


class Site:
    """An installation with two carriers' keys; `database` is empty for the file in its folder."""

    def __init__(self, call: Call, folder: Path, database: str) -> None:
        self.call, self.folder = call, folder
        self.extra = {"KEZEK_DATABASE": database} if database else {}
        self.key = self.spare = ""

    def run(self, *arguments: str | Path) -> Any:
        return kezek(*arguments, "--folder", self.folder, "--json", extra=self.extra)

    def serve(self) -> Running:
        return Running("serve", "--folder", self.folder, extra=self.extra)

    def book(self, server: Running, n: int) -> tuple[int, Any]:
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        start = f"{hour + timedelta(hours=30):%Y-%m-%dT%H:%M:%SZ}"
        body = {"checkpoint": "kz_syrym", "start": start, "vehicle": truck(n)}
        return server.post("/api/v1/bookings", body, self.key)


@pytest.fixture(params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, call: Call, network: Path, tmp_path: Path
) -> Iterator[Site]:
    folder, names = tmp_path / "site", []
    shutil.copytree(network, folder)
    database = ""
    if request.param == "postgresql":
        names = [cluster().empty() for _ in range(2)]
        database = cluster().url(names[0])
        whole = kezek("copy", "--from", f"sqlite:{folder / 'kezek.db'}", "--to", database)
        assert whole.code == 0, whole
        (folder / "kezek.db").unlink()
    made = Site(call, folder, database)
    may = ("--role", "carrier", "--place", "*")
    assert made.run("user", "add", "fleet", *may).code == 0
    made.key = made.run("user", "key", "fleet", *may, "--rate", "100000").document["answer"]["key"]
    made.spare = cluster().url(names[1]) if names else ""
    yield made
    for name in names:
        cluster().drop(name)


def path_of(server: Running, booking: Any) -> str:
    return str(booking["ticket_url"]).removeprefix(server.url)


def status_of(server: Running, path: str) -> int:
    try:
        return 200 if server.fetch(path) else 0
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def test_after_a_restore_no_lost_ticket_opens_somebody_elses(site: Site, tmp_path: Path):
    with site.serve() as server:
        _, kept = site.book(server, 1)
        backup = tmp_path / "backup"
        assert site.run("backup", backup).code == 0
        _, lost = site.book(server, 2)
        paths = [path_of(server, booking) for booking in (kept, lost)]
        assert [status_of(server, path) for path in paths] == [200, 200]
    if site.extra:
        site.extra = {"KEZEK_DATABASE": site.spare}
    else:
        (site.folder / "kezek.db").rename(tmp_path / "away.db")
    restored = site.run("restore", backup)
    assert restored.code == 0, restored
    told = restored.document["answer"]
    assert told["published"] > told["events"]
    with site.serve() as server:
        assert [status_of(server, path) for path in paths] == [200, 404]
        status, problem = site.book(server, 3)
        assert (status, problem["code"], problem["retryable"]) == (409, "numbers_withheld", True)
        ready = status_of(server, "/readyz")
        assert ready == 503
    decided = site.run("log", "continue")
    assert decided.code == 0, decided
    assert site.run("log", "continue").document["problem"]["code"] == "nothing_to_decide"
    with site.serve() as server:
        status, new = site.book(server, 3)
        assert status == 201
        assert new["number"] > 1_000_000 > lost["number"]
        assert new["code"] != code_of(new["number"])
        # The old link opens nothing and cancels nothing.
        assert [status_of(server, path) for path in paths] == [200, 404]
    assert "log_continued" in [event["kind"] for event in site.run("log").document["answer"]]
    assert site.run("doctor").document["exit"] == 0
    assert list((site.folder / "heads" / "given-up").rglob("*.note"))


def test_a_file_put_back_by_hand_gives_the_number_again_but_neither_code_nor_link(
    call: Call, network: Path, tmp_path: Path
):
    """Nobody knows of the loss: the heads are gone too."""
    folder = tmp_path / "site"
    shutil.copytree(network, folder)
    site = Site(call, folder, "")
    site.key = carrier(call, folder)
    shutil.copy(folder / "kezek.db", tmp_path / "old.db")
    told = []
    for n in (1, 2):
        with site.serve() as server:
            status, booking = site.book(server, n)
            assert status == 201
            told.append((booking, path_of(server, booking)))
            if n == 2:
                assert [status_of(server, path) for _, path in told] == [404, 200]
        if n == 1:
            shutil.copy(tmp_path / "old.db", folder / "kezek.db")
            shutil.rmtree(folder / "heads")
    (lost, _), (new, _) = told
    assert lost["number"] == new["number"]
    assert lost["code"] != new["code"]
