"""Several server processes behind one address work as one: what one does, the others know."""

from __future__ import annotations

import os
import re
import signal
from http.client import HTTPResponse
from urllib.parse import urlencode

from kezek.cli.frame.exit_code import ExitCode
from kezek.domain.account.actor import Actor, Role
from kezek.domain.account.decide import AddAccount
from tests.cli.program import kezek, until
from tests.operation.site import POST, Site, Wire, booking

PASSWORD = "correct horse battery"


def test_a_store_of_one_process_is_refused_in_words(tmp_path):
    folder = tmp_path / "site"
    ran = kezek("serve", "--workers", "2", "--folder", folder, "--json")
    assert ran.code == ExitCode.USAGE
    problem = ran.document["problem"]
    assert problem["code"] == "one_process_only"
    assert "--workers 1" in problem["sentence"]
    assert "postgresql://" in problem["sentence"]
    assert not folder.exists(), "nothing was made"


def test_what_one_worker_books_the_streams_of_all_tell(site: Site):
    key = site.key
    with site.serve() as server:
        wires = server.connect_to_all()
        assert len(wires) == 2
        for number, (here, _there) in enumerate([wires, wires[::-1]], start=1):
            streams = [
                opened(server.connect_to_all(), path)
                for path in ("/live", f"/api/v1/checkpoints/{POST}/events")
            ]
            made = here.post("/api/v1/bookings", booking(number), key)
            assert made.status == 201, made.raw
            for pages, boards in zip(*streams, strict=True):
                until(lambda pages=pages: line_of(pages).startswith(b"event: changed"))
                until(lambda boards=boards: line_of(boards).startswith(b"event: board"))
        assert server.stop() == ExitCode.DONE


def opened(wires: list[Wire], path: str) -> list[HTTPResponse]:
    """A stream at every worker, its first event read."""
    streams = []
    for wire in wires:
        stream = wire.open(path)
        until(lambda stream=stream: line_of(stream).startswith(b"data: "))
        streams.append(stream)
    return streams


def line_of(stream: HTTPResponse) -> bytes:
    line = stream.readline()
    assert line, "the stream ended"
    return line


def test_who_signs_in_at_one_worker_is_signed_in_at_all(site: Site):
    with site.application() as application:
        host = Actor(0, "test", frozenset({(Role.ADMINISTRATOR, "*")}))
        hashed = application.access.plain.hash_password(PASSWORD)
        assert hashed
        application.desk.ask(AddAccount("", host, "chief", "", hashed, Role.ADMINISTRATOR, "*"))
    with site.serve() as server:
        one, two = server.connect_to_all()
        page = one.get("/sign-in")
        cookies = re.findall(r"kezek_form=[^;]+", str(page.answer.headers))
        (token,) = set(re.findall(rb'name="_csrf_token" value="([^"]+)"', page.raw))
        form = {"_csrf_token": token.decode(), "login": "chief", "password": PASSWORD}
        headers = {"Cookie": cookies[0], "Content-Type": "application/x-www-form-urlencoded"}
        # The form came from one worker and goes to the other.
        signed = two.ask("POST", "/sign-in", urlencode(form).encode(), headers)
        assert signed.status == 303, signed.raw
        session = re.findall(r"kezek_session=[^;]+", str(signed.answer.headers))
        for wire in (one, two):
            assert wire.get("/users", Cookie=session[0]).status == 200
            assert wire.get("/users").status != 200
        assert server.stop() == ExitCode.DONE


def test_a_worker_that_dies_is_replaced_and_nobody_is_turned_away(site: Site):
    key = site.key
    with site.serve() as server:
        before = server.workers()
        os.kill(before[0], signal.SIGKILL)
        # Who comes to the dead worker's socket meanwhile waits for the next one.
        for number in range(1, 21):
            made = server.connect().post("/api/v1/bookings", booking(number, 30 + number), key)
            assert made.status == 201, made.raw
        after = until(lambda: now if len(now := server.workers()) == 2 else None)
        assert before[1] in after
        assert before[0] not in after
        os.kill(before[1], signal.SIGTERM)
        until(lambda: before[1] not in (now := server.workers()) and len(now) == 2)
        assert len(server.connect_to_all()) == 2
        assert server.stop() == ExitCode.DONE


def test_a_scrape_of_any_worker_tells_the_figures_of_all(site: Site):
    with site.serve() as server:
        for wire in server.connect_to_all():
            until(lambda wire=wire: wire.get("/readyz").status == 200)
            until(lambda wire=wire: scraped(wire) == {"0", "1"})
        assert server.stop() == ExitCode.DONE


def scraped(wire: Wire) -> set[str]:
    """The workers whose figures a scrape tells."""
    page = wire.get("/metrics").raw.decode()
    return set(re.findall(r'^kezek_memory_bytes{worker="(\d+)"}', page, re.MULTILINE))


def test_workers_end_with_the_process_that_started_them(site: Site):
    server = site.serve()
    workers = server.workers()
    server.stop(signal.SIGKILL)
    until(lambda: not any(map(alive, workers)))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_database_that_is_not_there_ends_the_server_before_any_worker_starts(site: Site):
    ran = kezek(
        *("serve", "--workers", "2", "--port", "0", "--folder", site.folder, "--json"),
        extra={"KEZEK_DATABASE": site.database.replace("/test", "/no_such_test")},
    )
    assert ran.code == ExitCode.WORLD
