from __future__ import annotations

import signal
import socket
import threading
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from kezek.app.desk.batch import Done
from kezek.bootstrap import close_application, open_application
from kezek.cli.frame.exit_code import ExitCode
from kezek.domain.account.actor import PUBLIC, Role
from kezek.domain.account.decide import AddAccount
from kezek.domain.booking.booking import Booking
from kezek.settings import Settings
from tests.cli.conftest import Call
from tests.cli.program import DEADLINE, Running, kezek, until


def carrier(call: Call, folder: Path, role: str = "carrier") -> str:
    """An API key of a new account."""
    may = ("--role", role, "--place", "*")
    call("user", "add", f"bench-{role}", *may, "--folder", folder)
    asked = ("user", "key", f"bench-{role}", *may, "--rate", "1000000")
    return str(call(*asked, "--folder", folder, "--json").answer["key"])


def truck(number: int) -> dict[str, object]:
    return {"country": "KZ", "plate": f"{number:03d}DMA02", "drivers": ["Demo Ulgiev"]}


def test_the_first_start_prints_a_link_for_the_first_administrator(folder: Path):
    with Running("serve", "--folder", folder) as server:
        link = server.told["first_administrator"]
        assert server.told["links"].keys() == {"board", "book", "console", "agency", "api"}
        assert link.startswith(f"{server.url}/password/")
        assert b"<form" in server.fetch(link.removeprefix(server.url))
        for page in ("/", "/book", "/api/v1/docs"):
            assert server.fetch(page)
        assert server.stop() == ExitCode.DONE
    with Running("serve", "--folder", folder) as again:
        assert again.told["first_administrator"], "as long as nobody has set a password"
        assert again.told["first_administrator"].rpartition("/")[2] != link.rpartition("/")[2]


def test_once_somebody_has_a_password_no_link_is_printed(folder: Path):
    from kezek.domain.account.account import Login
    from kezek.domain.account.actor import Actor, Role
    from kezek.domain.account.decide import AddAccount

    application = open_application(Settings(folder=folder))
    try:
        host = Actor(0, "test", frozenset({(Role.ADMINISTRATOR, "*")}))
        hashed = application.access.plain.hash_password("correct horse battery")
        assert hashed
        application.desk.ask(AddAccount("", host, "chief", "", hashed, Role.ADMINISTRATOR, "*"))
        assert application.store.reader.get(Login, "chief")
    finally:
        close_application(application)
    with Running("serve", "--folder", folder) as server:
        assert server.told["first_administrator"] == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_the_right_end(folder: Path, number: signal.Signals):
    server = Running("serve", "--folder", folder)
    assert server.stop(number) == ExitCode.DONE
    assert not (folder / "kezek.db-wal").exists(), "one file holds everything"


@pytest.mark.parametrize("stream", ["/live", "/api/v1/board/events"])
def test_open_streams_hold_nothing_up(folder: Path, stream: str):
    server = Running("serve", "--folder", folder)
    with server, urllib.request.urlopen(server.url + stream, timeout=30) as news:
        assert news.readline()
        assert server.stop() == ExitCode.DONE
        assert news.read() is not None, "it ended"


def spoken(url: str, words: bytes, last: bytes) -> bytes:
    """What a server says to a program without manners, as far as `last` or to the end."""
    place = urlsplit(url)
    said = b""
    with socket.create_connection((place.hostname, place.port), DEADLINE) as wire:
        wire.sendall(words)
        while not (last and last in said):
            piece = wire.recv(65_536)
            if not piece:
                break
            said += piece
    return said


def test_old_and_short_requests_are_answered_as_they_are_asked(folder: Path):
    with Running("serve", "--folder", folder) as server:
        for path in (b"/live", b"/api/v1/board/events"):
            asked = b"GET " + path + b" HTTP/1.0\r\n\r\n"
            head, _, body = spoken(server.url, asked, b"\n\n").partition(b"\r\n\r\n")
            assert b"transfer-encoding" not in head.lower()
            assert body.startswith((b"retry: 3000\nevent: ", b"event: board\n")), body[:80]
            asked = b"HEAD " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            head, _, body = spoken(server.url, asked, b"").partition(b"\r\n\r\n")
            assert b"text/event-stream" in head
            assert body == b"", "it ends by itself"
        for path in (b"/", b"/search?q=zz", b"/api/v1/checkpoints", b"/healthz", b"/nothing"):
            asked = b"GET " + path + b" HTTP/1.0\r\n\r\n"
            head, _, body = spoken(server.url, asked, b"").partition(b"\r\n\r\n")
            assert b"transfer-encoding" not in head.lower()
            assert body[:1] in b"<{", body[:40]
        asked = b"GET /api/v2/board HTTP/1.0\r\n\r\n"
        head, _, body = spoken(server.url, asked, b"").partition(b"\r\n\r\n")
        assert b"404" in head
        assert b"application/problem+json" in head
        assert server.stop() == ExitCode.DONE


def test_a_second_server_and_writing_commands_are_told_to_use_the_first(call: Call, folder: Path):
    with Running("serve", "--folder", folder) as server:
        second = kezek("serve", "--folder", folder, "--port", "0")
        assert second.code == ExitCode.WORLD
        assert "already" in second.err
        for command in (["network", "load"], ["log"]):
            called = call(*command, "--folder", folder, "--json")
            assert called.code == ExitCode.WORLD
            problem = called.document["problem"]
            assert problem["code"] == "served"
            assert "API" in problem["sentence"]
        doctor = call("doctor", "--folder", folder)
        assert doctor.code == ExitCode.DONE
        assert f"process {server.child.pid} works on it" in doctor.out
        assert server.get("/api/v1/board")["items"], "the first one goes on"


@pytest.mark.parametrize("name", ["ticket-link.key", "log-signing.pem", "ticket-signing.pem"])
def test_a_lost_key_is_named_and_never_made_anew(folder: Path, name: str):
    (folder / "keys" / name).unlink()
    started = kezek("serve", "--folder", folder, "--port", "0")
    assert started.code == ExitCode.WORLD
    assert f"lacks {name}" in started.err
    assert not (folder / "keys" / name).exists()


def test_a_port_in_use_touches_no_database(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = kezek("serve", "--port", str(port), "--folder", tmp_path / "site", "--json")
    assert ran.code == ExitCode.WORLD
    assert ran.document["problem"]["code"] == "port_unusable"
    assert not (tmp_path / "site").exists()


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "kezek.db").write_bytes(b"somebody else's precious file" * 100)
    before = (folder / "kezek.db").read_bytes()
    ran = kezek("serve", "--port", "0", "--folder", folder, "--json")
    assert ran.code == ExitCode.WORLD
    assert ran.document["problem"]["code"] == "not_a_database"
    assert (folder / "kezek.db").read_bytes() == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_acknowledged_is_there_after_the_end(
    call: Call, folder: Path, number: signal.Signals
):
    """Bookings come from eight sides while the server is stopped, or killed."""
    key = carrier(call, folder)
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    starts = [f"{hour + timedelta(hours=30 + n):%Y-%m-%dT%H:%M:%SZ}" for n in range(200)]
    acknowledged: list[int] = []
    enough = threading.Event()

    def book(number: int) -> None:
        body = {"checkpoint": "kz_syrym", "start": starts[number % 200], "vehicle": truck(number)}
        status, made = server.post("/api/v1/bookings", body, key)
        if status == 201:
            acknowledged.append(made["number"])
        if len(acknowledged) >= 100:
            enough.set()

    with Running("serve", "--folder", folder) as server, ThreadPoolExecutor(8) as pool:
        for index in range(1_000):
            pool.submit(book, index)
        assert enough.wait(60)
        code = server.stop(number)
        pool.shutdown(cancel_futures=True)
    assert code == (ExitCode.DONE if number is signal.SIGTERM else -signal.SIGKILL)
    application = open_application(Settings(folder=folder))
    try:
        found = application.store.reader.many(Booking, acknowledged)
        assert len(acknowledged) >= 100
        assert set(found) == set(acknowledged)
    finally:
        close_application(application)


def new_carrier(call: Call, folder: Path) -> str:
    """An API key of a carrier that opened its own account and that nobody has confirmed."""
    application = open_application(Settings(folder=folder))
    try:
        hashed = application.access.plain.hash_password("correct horse battery")
        add = AddAccount("", PUBLIC, "newcomer", "Invented newcomer", hashed, Role.CARRIER, "*")
        assert isinstance(application.desk.ask(add), Done)
    finally:
        close_application(application)
    asked = ("user", "key", "newcomer", "--role", "carrier", "--place", "*", "--rate", "1000000")
    return str(call(*asked, "--folder", folder, "--json").answer["key"])


def test_sixty_clients_at_once_book_a_new_carrier_to_its_limit_and_no_further(
    call: Call, folder: Path
):
    """Sixty connections and trucks, one account: what is asked at one moment is counted one by one."""
    key, most, clients = new_carrier(call, folder), Settings().unconfirmed_live, 60
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    starts = [f"{hour + timedelta(hours=30 + n):%Y-%m-%dT%H:%M:%SZ}" for n in range(clients)]
    together = threading.Barrier(clients)

    def book(number: int) -> tuple[int, str]:
        body = {"checkpoint": "kz_syrym", "start": starts[number], "vehicle": truck(number)}
        together.wait(DEADLINE)
        status, told = server.post("/api/v1/bookings", body, key)
        return status, "" if status == 201 else told["code"]

    # The limit of a minute is out of the way, so that the one of live bookings alone is asked.
    extra = {"KEZEK_RATE_BOOK": "1000"}
    with Running("serve", "--folder", folder, extra=extra) as server:
        with ThreadPoolExecutor(clients) as pool:
            told = Counter(pool.map(book, range(clients)))
        assert told == {(201, ""): most, (409, "unconfirmed_live"): clients - most}
        assert len(server.get("/api/v1/bookings?limit=100", key)["items"]) == most


def test_the_timer_runs_beside_the_server(call: Call, folder: Path):
    """A demo's clock is set so that a call is missed by time alone within seconds."""
    from kezek.app.application import Demo
    from kezek.bootstrap import make_demo

    application = open_application(Settings(folder=folder))
    began = application.now()
    make_demo(application.store, Demo(began, 600, 1))
    close_application(application)
    officer, books = carrier(call, folder, "officer"), carrier(call, folder)
    with Running("serve", "--folder", folder) as server:
        start = datetime.fromtimestamp(began // 3_600_000 * 3_600, UTC) + timedelta(hours=1)
        body = {
            "checkpoint": "kz_syrym",
            "start": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "vehicle": truck(1),
        }
        status, made = server.post("/api/v1/bookings", body, books)
        assert status == 201, made
        assert server.post("/api/v1/arrivals", {"booking": made["number"]}, officer)[0] == 200
        until(lambda: server.post("/api/v1/calls", {"checkpoint": "kz_syrym"}, officer)[0] == 200)

        def missed() -> bool:
            seen = server.get(f"/api/v1/bookings/{made['number']}", books)
            return seen["call_until"] is None and seen["status"] == "arrived"

        until(missed)


def test_memory_stays_small_and_the_access_log_is_off(folder: Path):
    with Running("serve", "--folder", folder) as server:
        for _ in range(50):
            server.get("/api/v1/board")
        assert psutil.Process(server.child.pid).memory_info().rss < 300e6
