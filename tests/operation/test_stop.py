"""A stop loses nothing that was acknowledged, answers what is under way, and comes to an end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import psutil
import pytest

from kezek.app.application import Application, Demo
from kezek.app.port import POSITION_MAX
from kezek.bootstrap import make_demo
from kezek.cli.frame.exit_code import ExitCode
from kezek.domain.booking.booking import Booking
from kezek.domain.slot.slot import Slot
from tests.cli.program import DEADLINE, environment, until
from tests.operation.site import Server, Site, Wire, booking

ENOUGH = 200


@pytest.mark.parametrize("workers", [1, 2])
def test_every_booking_that_was_acknowledged_is_there(site: Site, workers: int):
    key, told = site.key, dict[int, int]()
    enough = threading.Event()

    def client(first: int) -> None:
        """Book one truck after the other until the server is gone."""
        wire = Wire(server.port)
        try:
            for truck in range(first, first + 120):
                made = wire.post("/api/v1/bookings", booking(truck, 30 + truck % 200), key)
                if made.status == 201:
                    told[made.body["number"]] = truck
                if len(told) >= ENOUGH:
                    enough.set()
        except (OSError, HTTPException):
            return
        finally:
            wire.close()

    with site.serve(workers) as server, ThreadPoolExecutor(8) as pool:
        clients = [pool.submit(client, 1 + 120 * n) for n in range(8)]
        assert enough.wait(DEADLINE)
        assert server.stop() == ExitCode.DONE
        for ended in clients:
            ended.result()
    with site.application() as application:
        assert len(told) >= ENOUGH
        assert told.keys() == application.store.reader.many(Booking, list(told)).keys()
        assert application.store.reader.tree_size() == application.store.reader.last_position()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_request_under_way_is_answered(site: Site, workers: int):
    key = site.key
    with site.serve(workers) as server:
        wire = begun(server, booking(1), key)
        server.child.send_signal(signal.SIGTERM)
        # From now on nobody new is let in; who is in is heard to the end.
        until(lambda: refused(server.port))
        wire.send(json.dumps(booking(1)).encode())
        made = wire.getresponse()
        assert made.status == 201
        number = json.loads(made.read())["number"]
        made.close()
        assert server.child.wait(DEADLINE) == ExitCode.DONE
    with site.application() as application:
        assert application.store.reader.get(Booking, number)


def begun(server: Server, body: object, key: str) -> Wire:
    """A request of which the server has the head and wants the body."""
    wire = Wire(server.port)
    server.wires.append(wire)
    length = str(len(json.dumps(body)))
    head = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Content-Length": length,
        "Expect": "100-continue",
    }
    wire.putrequest("POST", "/api/v1/bookings")
    for name, value in head.items():
        wire.putheader(name, value)
    wire.endheaders()
    assert wire.sock.recv(100).startswith(b"HTTP/1.1 100")
    return wire


def refused(port: int) -> bool:
    wire = Wire(port)
    try:
        wire.connect()
    except OSError:
        return True
    finally:
        wire.close()
    return False


def test_streams_end_in_order_so_that_browsers_come_back(site: Site):
    with site.serve() as server:
        paths = ("/live", "/api/v1/board/events")
        streams = [wire.open(path) for path in paths for wire in server.connect_to_all()]
        for stream in streams:
            assert stream.readline()
        assert server.stop() == ExitCode.DONE
        for stream in streams:
            # A stream that was cut off would raise here: its last chunk says that it is the last.
            stream.read()


def test_a_request_that_never_ends_holds_nothing_up(site: Site):
    key = site.key
    with site.serve() as server:
        begun(server, booking(1), key)
        assert server.stop() == ExitCode.DONE


# The bound is half a minute; here it is short, and the product the same.
IMPATIENT = """
import kezek.cli.server.serving, kezek.cli.server.workers
kezek.cli.server.serving.STOP_SECONDS = kezek.cli.server.workers.STOP_SECONDS = 1
from kezek.app.desk.desk import Desk
{}
from kezek.cli import main
main()
"""
HANGS = "import threading; Desk.stop = lambda self: threading.Event().wait()"


def impatient(site: Site, workers: int, patch: str = "") -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", IMPATIENT.format(patch), "serve", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment()
        | site.environment
        | {"KEZEK_FOLDER": str(site.folder), "KEZEK_WORKERS": str(workers)},
    )
    assert child.stdout is not None
    assert json.loads(child.stdout.readline())["answer"]
    return child


def test_a_desk_that_hangs_is_ended_by_the_system(site: Site):
    with impatient(site, 1, HANGS) as child:
        child.send_signal(signal.SIGTERM)
        assert child.wait(DEADLINE) == -signal.SIGALRM


def test_a_frozen_worker_is_ended_and_told_of(site: Site):
    with impatient(site, 2) as child:
        frozen, *_ = psutil.Process(child.pid).children()
        os.kill(frozen.pid, signal.SIGSTOP)
        child.send_signal(signal.SIGTERM)
        assert child.wait(DEADLINE) == ExitCode.WORLD
        assert child.stdout is not None
        assert json.loads(child.stdout.read())["problem"]["code"] == "stop_forced"


def test_what_time_makes_due_is_done_once_by_two_workers(site: Site):
    """Places are given back by the timer: each of forty once, whichever worker is the quicker one."""
    with site.application() as application:
        # A minute of theirs is a tenth of a second.
        make_demo(application.store, Demo(application.now(), 600, 1))
    key = site.key
    with site.serve() as server:
        wire = server.connect()
        numbers = []
        for truck in range(1, 41):
            made = wire.post("/api/v1/bookings", booking(truck, 300 + truck), key)
            assert made.status == 201, made.raw
            numbers.append(made.body["number"])
        for number in numbers:
            cancelled = wire.post(f"/api/v1/bookings/{number}/cancellation", {}, key)
            assert cancelled.status == 200, cancelled.raw
        with site.application() as application:
            until(lambda: counted(application, "place_returned") >= len(numbers))
        assert server.stop() == ExitCode.DONE
    with site.application() as application:
        reader = application.store.reader
        assert counted(application, "place_returned") == len(numbers)
        starts = {reader.get(Booking, n).start for n in numbers}
        slots = [s for s in reader.all(Slot) if s.line == "kz_syrym.exit" and s.start in starts]
        assert [s.taken for s in slots] == [0] * len(slots)
        heads = reader.heads_before(POSITION_MAX, 1_000)[::-1]
        assert [h.number for h in heads] == list(range(1, len(heads) + 1))
        assert sorted({h.size for h in heads}) == [h.size for h in heads]
        assert heads[-1].size == reader.tree_size() == reader.last_position()


def counted(application: Application, kind: str) -> int:
    return sum(event.kind == kind for event in application.store.reader.events(0, 10**6))
