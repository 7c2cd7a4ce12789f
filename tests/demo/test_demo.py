"""The whole demonstration: its own process, its server, its trucks over HTTP."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import psutil
import pytest

from kezek.bootstrap import close_application, open_application
from kezek.cli.frame.exit_code import ExitCode
from kezek.demo.opening import board_began
from kezek.domain.booking.booking import Booking
from kezek.domain.slot.slot import Slot
from kezek.settings import Settings
from tests.cli.program import Running, environment, kezek, until

FACTOR = "900"
TRUCKS = "1200"


def counts(server: Running) -> dict[str, int]:
    """Sums over the network board."""
    items = server.get("/api/v1/board")["items"]
    names = ("waiting", "called", "admitted", "crossed_today")
    return {name: sum(row[name] or 0 for row in items) for name in names}


def alive(server: Running) -> Any:
    """The board once everything that a border knows is on it."""
    seen = counts(server)
    return seen if all(seen.values()) else None


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a demonstration has run until the board was alive, then was stopped."""
    folder = tmp_path_factory.mktemp("demo") / "site"
    server = Running("demo", "--folder", folder, "--factor", FACTOR, "--trucks", TRUCKS)
    try:
        assert server.told["factor"] == int(FACTOR)
        assert server.told["password"]
        assert "demo-officer" in server.told["logins"]
        board = server.get("/api/v1/board")
        assert board["simulated"]
        assert board["as_of"].startswith("2026-06-13T1")
        until(lambda: alive(server))
    finally:
        code = server.stop(signal.SIGINT)
    assert code == ExitCode.DONE
    return folder


def test_everything_is_marked_and_protected_places_are_taken(lived: Path):
    application = open_application(Settings(folder=lived))
    try:
        reader = application.store.reader
        bookings = reader.all(Booking)
        assert len(bookings) > 1_000
        assert all(booking.simulated for booking in bookings)
        taken = sum(slot.taken for slot in reader.all(Slot))
        assert taken > 1_000
        lines = {booking.line for booking in bookings}
        assert "kg_dostuk.exit" in lines, "also where no board is known"
        assert "kz_nur_zholy.exit" in lines
        kinds = {event.kind for event in reader.events(0, 100_000)}
        assert {"confirmed", "arrived", "called", "admitted", "crossed", "cancelled"} <= kinds
    finally:
        close_application(application)


def test_serve_opens_it_and_a_demo_goes_on(lived: Path):
    with Running("serve", "--folder", lived) as server:
        first = server.get("/api/v1/board")
        assert first["simulated"]
    with Running("demo", "--folder", lived, "--trucks", "10") as server:
        assert server.told["factor"] == int(FACTOR), "a demonstration keeps its clock"
        before = server.get("/api/v1/board")
        assert before["as_of"] > "2026-06-13T13", "not at the beginning again"
        crossed = counts(server)["crossed_today"]
        until(lambda: counts(server)["crossed_today"] > crossed)
        assert server.get("/api/v1/board")["position"] > first["position"]


def test_the_traffic_ends_with_its_server(tmp_path: Path):
    folder = tmp_path / "site"
    server = Running("demo", "--folder", folder, "--factor", FACTOR, "--trucks", "50")
    try:
        (traffic,) = until(lambda: psutil.Process(server.child.pid).children())
        until(lambda: counts(server)["waiting"])
        server.child.kill()
        _, alive = psutil.wait_procs([traffic], timeout=30)
        assert not alive, "killed, the server takes its traffic along"
    finally:
        server.stop()
    with Running("serve", "--folder", folder) as again:
        assert again.get("/api/v1/board")["simulated"]


def test_fresh_begins_anew_and_touches_no_real_database(tmp_path: Path):
    demo, real = tmp_path / "demo", tmp_path / "real"
    for again in ([], ["--fresh"]):
        with Running("demo", "--folder", demo, "--trucks", "1", *again) as server:
            assert server.get("/api/v1/board")["as_of"].startswith("2026-06-13T12:2")
            # A new log begins: the heads of the one before would keep it from being signed.
            heads = until(lambda at=server: at.get("/api/v1/log/heads")["items"])
            assert [head["number"] for head in heads] == [1]
    assert kezek("network", "load", "--folder", real).code == ExitCode.DONE
    before = (real / "kezek.db").read_bytes()
    for again in ([], ["--fresh"]):
        ran = kezek("demo", "--folder", real, "--port", "0", "--json", *again)
        assert ran.code == ExitCode.REFUSED
        assert ran.document["problem"]["code"] == "not_a_demo"
        assert (real / "kezek.db").read_bytes() == before


def test_who_stops_it_is_told_how_to_go_on_and_how_to_open_it(tmp_path: Path):
    folder = tmp_path / "a site"
    command = [sys.executable, "-m", "kezek", "demo", "--folder", folder, "--trucks", "1"]
    child = subprocess.Popen(
        [*command, "--port", "0"], stdout=subprocess.PIPE, text=True, env=environment()
    )
    assert child.stdout is not None
    began = child.stdout.readline()
    child.send_signal(signal.SIGINT)
    said, _ = child.communicate(timeout=60)
    assert child.returncode == ExitCode.DONE
    assert began.startswith("Kezek demo:")
    assert "The demo has stopped" in said
    assert f"kezek demo --folder '{folder}'" in said
    assert f"kezek serve --folder '{folder}'" in said


def test_the_clock_of_a_new_demo_starts_where_the_board_was_read():
    assert board_began() % 60_000 == 0


def test_the_simulated_officers_leave_a_post_to_the_person_at_its_console(tmp_path: Path):
    folder = tmp_path / "site"
    with Running("demo", "--folder", folder, "--factor", "240", "--trucks", TRUCKS) as server:
        until(lambda: crossed(server, "kz_nur_zholy"))
        officer = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        sign_in(server, officer, "demo-officer")
        page = read(officer, server.url + "/console/kz_nur_zholy")
        assert "the simulated officers leave this checkpoint to you" in page
        # What was asked before is answered by then.
        grown(server, 20)
        before = crossed(server, "kz_nur_zholy")
        grown(server, 40)
        assert crossed(server, "kz_nur_zholy") == before


def crossed(server: Running, checkpoint: str) -> int:
    items = server.get("/api/v1/board")["items"]
    return next(row["crossed_today"] or 0 for row in items if row["checkpoint"] == checkpoint)


def grown(server: Running, by: int) -> None:
    """Wait until so many trucks have crossed in the network."""
    first = counts(server)["crossed_today"]
    until(lambda: counts(server)["crossed_today"] >= first + by)


def read(who: urllib.request.OpenerDirector, url: str, form: dict[str, str] | None = None) -> str:
    sent = urllib.parse.urlencode(form).encode() if form else None
    with who.open(url, sent, timeout=60) as answer:
        return answer.read().decode()


def sign_in(server: Running, who: urllib.request.OpenerDirector, login: str) -> None:
    url = server.url + "/sign-in"
    token = re.search(r'name="_csrf_token" value="([^"]+)"', read(who, url))
    assert token
    password = server.told["password"]
    read(who, url, {"_csrf_token": token[1], "login": login, "password": password})
