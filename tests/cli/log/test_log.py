from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, Queue
from zoneinfo import ZoneInfo

import pytest

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.log.log_sentence import sentence
from tests.cli.booking.test_book import TOMORROW, TRUCK
from tests.cli.conftest import Call
from tests.cli.program import DEADLINE, Running, environment, kezek
from tests.cli.server.test_serve import carrier, truck

FIELDS = {"position", "at", "real", "kind", "actor", "line", "number", "body"}


def test_the_log_of_a_stopped_installation(call: Call, folder: Path):
    call("book", "kz_syrym", TOMORROW, *TRUCK, "--folder", folder)
    events = call("log", "--folder", folder, "--json").answer
    assert [event["kind"] for event in events] == ["network_loaded", "confirmed"]
    assert all(event.keys() == FIELDS for event in events)
    assert [event["position"] for event in events] == [1, 2]
    (last,) = call("log", "--folder", folder, "--last", "1", "--json").answer
    assert last["number"] == 1
    (of_line,) = call("log", "--folder", folder, "--line", "kz_syrym.exit", "--json").answer
    assert of_line == last
    assert "confirmed" in call("log", "--folder", folder).out
    assert "DMA" not in call("log", "--folder", folder).out, "ids only, never personal data"


def test_a_line_that_is_not_there_is_refused_as_a_running_server_refuses_it(
    call: Call, folder: Path
):
    refused = call("log", "--folder", folder, "--line", "nonsense", "--json")
    assert refused.code == ExitCode.REFUSED
    assert refused.document["problem"]["code"] == "line_unknown"
    assert refused.document["problem"]["facts"] == {"line": "nonsense"}


def test_instants_are_told_in_utc_and_in_the_checkpoint_s_time(call: Call, folder: Path):
    call("book", "kz_syrym", TOMORROW, *TRUCK, "--folder", folder)
    out = call("log", "--folder", folder, "--last", "1").out
    start = datetime.fromisoformat(f"{TOMORROW}:00+05:00").astimezone(UTC)
    assert f"start={start:%Y-%m-%dT%H:%M:%S}" in out
    assert f"({TOMORROW.replace('T', ' ')} +05:00)" in out


@pytest.mark.parametrize("zone", ["Asia/Tashkent", ""])
def test_an_event_without_a_line_has_this_machine_s_time(zone: str):
    event = {
        "position": 1,
        "at": "2026-06-13T09:30:00.000Z",
        "kind": "moved",
        "actor": "account:1",
        "line": None,
        "number": 7,
        "body": {"from": "confirmed", "start": 1_782_846_000_000, "moves": 1},
    }
    told = sentence(event, zone)
    there = ZoneInfo(zone) if zone else None
    for at in (1_781_343_000, 1_782_846_000):
        assert (
            f"{datetime.fromtimestamp(at, there or UTC).astimezone(there):%Y-%m-%d %H:%M}" in told
        )
    assert "from=confirmed" in told
    assert "moves=1" in told
    assert "1782846000000" not in told


@pytest.mark.parametrize("extra", [["--follow"], ["--server", "http://127.0.0.1:1"]])
def test_a_running_server_asks_for_a_key(call: Call, folder: Path, extra: list[str]):
    assert call("log", *extra, "--folder", folder).code == ExitCode.USAGE


def test_the_log_of_a_running_server_is_the_same_and_can_be_followed(
    call: Call, folder: Path, tmp_path: Path
):
    key, reader = carrier(call, folder), carrier(call, folder, "reader")
    key_file = tmp_path / "key"
    key_file.write_text(reader + "\n", encoding="utf-8")
    stopped = call("log", "--folder", folder, "--json").answer
    with Running("serve", "--folder", folder) as server:
        asked = ("log", "--server", server.url, "--key-file", key_file, "--json")
        first = [event for event in call(*asked).answer if event["position"] <= len(stopped)]
        assert first == stopped
        refused = kezek("log", "--server", server.url, "--key-file", "-", "--json", given=key)
        assert refused.code == ExitCode.REFUSED
        assert refused.document["problem"]["code"] == "not_allowed"
        command = [sys.executable, "-m", "kezek", *map(str, asked), "--follow", "--last", "1"]
        follower = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
        lines: Queue[str] = Queue()
        assert follower.stdout is not None
        listening = threading.Thread(target=lambda: [*map(lines.put, follower.stdout or ())])
        listening.start()
        try:
            assert json.loads(lines.get(timeout=DEADLINE))["answer"]["position"] >= len(stopped)
            body = {"checkpoint": "kz_syrym", "start": f"{TOMORROW}:00+05:00", "vehicle": truck(7)}
            assert server.post("/api/v1/bookings", body, key)[0] == 201
            event = json.loads(lines.get(timeout=DEADLINE))["answer"]
            assert event["kind"] == "confirmed"
        except Empty:
            pytest.fail("the follower said nothing")
        finally:
            follower.kill()
            follower.wait()
            listening.join()
            follower.stdout.close()
