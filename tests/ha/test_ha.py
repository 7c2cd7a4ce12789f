"""What `make ha` judges by, and that it tries what ships; a failover itself takes a minute, and root."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.ha.__main__ import _judge
from tests.ha.cluster import SETUP, Node
from tests.ha.play import Failover, Outcome, Timed, lost
from tests.rig.check.run import Run
from tests.rig.load.history import Ask, Story

OPERATION = SETUP.parent


def asked(key: str, number: int, status: int = 201) -> Ask:
    answer = {"number": number}
    return Ask(1, "fleet", "book", key, "/bookings", {}, False, 2, status, answer)


def event(position: int, number: int, kind: str = "confirmed", actor: str = "account:4") -> dict:
    where = {"position": position, "at": position, "line": "post.exit"}
    return where | {"kind": kind, "actor": actor, "number": number, "body": "{}"}


def run(asks: list[Ask], events: list[dict], before: int = 0) -> Run:
    story = Story(asks, {"fleet": 4}, 1, [])
    return Run(story, {"event": events[:before]}, {"event": events}, [])


def test_what_was_acknowledged_and_is_in_the_log_is_not_lost():
    assert lost(run([asked("a", 1), asked("b", 2)], [event(1, 1), event(2, 2)])) == 0


def test_a_key_that_was_asked_and_answered_twice_is_one_change():
    assert lost(run([asked("a", 1), asked("a", 1)], [event(1, 1)])) == 0


@pytest.mark.parametrize(
    ("events", "missing"),
    [
        ([event(1, 1)], 1),
        ([], 2),
        # A number that was given out again after its booking had been lost hides nothing.
        ([event(1, 1), event(2, 2, actor="account:5")], 1),
        ([event(1, 1), event(2, 2, kind="cancelled")], 1),
    ],
)
def test_what_was_acknowledged_and_is_not_in_the_log_is_counted(events: list[dict], missing: int):
    assert lost(run([asked("a", 1), asked("b", 2)], events)) == missing


def test_a_change_from_before_the_run_stands_for_none_of_it():
    events = [event(1, 1), event(2, 2)]
    assert lost(run([asked("a", 1), asked("b", 2)], events, before=1)) == 1


@pytest.mark.parametrize("status", [409, 503])
def test_a_no_and_an_unknown_promise_nothing(status: int):
    assert lost(run([asked("a", 1, status)], [])) == 0


def outcome(**facts) -> Outcome:
    return Outcome([Failover("killed", 12.0, second=False)], **facts)


@pytest.mark.parametrize(
    ("strict", "control", "code"),
    [
        ({}, {"lost": 3}, 0),
        ({}, {"lost": 0}, 1),
        ({"broken": ["I1 a booking is gone"]}, {"lost": 3}, 1),
    ],
    ids=["kept", "blind", "broken"],
)
def test_a_rig_that_sees_no_loss_where_there_must_be_one_is_no_proof(
    strict: dict, control: dict, code: int
):
    assert _judge(outcome(**strict), outcome(**control)) == code


@pytest.mark.parametrize(
    ("times", "since", "gap"),
    [
        ([1.0, 2.0, 20.0, 21.0], 2.5, 18.0),
        # What was under way when the fault struck, and the pause at the node's return.
        ([1.0, 2.6, 10.0, 25.0], 2.5, 15.0),
        ([3.0, 4.0], 0.5, 2.5),
    ],
)
def test_the_gap_is_the_longest_time_without_an_acknowledged_change(
    times: list[float], since: float, gap: float
):
    client = Timed.__new__(Timed)
    client.times = times
    assert client.gap(since) == gap


def number(name: str) -> int:
    return int(re.search(rf"^ +{name}: (\d+)$", SETUP.read_text(encoding="utf-8"), re.MULTILINE)[1])


def test_the_setup_that_ships_is_strict_and_gives_the_primary_time_to_renew_its_lock():
    text = SETUP.read_text(encoding="utf-8")
    for setting in ("synchronous_mode: true", "synchronous_mode_strict: true"):
        assert f"    {setting}\n" in text
    assert number("loop_wait") + 2 * number("retry_timeout") <= number("ttl")


@pytest.mark.parametrize("name", ["patroni", "etcd"])
def test_the_rig_sets_what_ships_and_nothing_else(tmp_path: Path, name: str):
    node = Node.__new__(Node)
    node.name, node.folder, node.peer, node.data = "one", tmp_path, "ADDRESS_OF_ONE", tmp_path
    own = node.environment() if name == "patroni" else node.etcd_environment()
    text = (OPERATION / f"{name}.env").read_text(encoding="utf-8")
    ships = dict(re.findall(r"^([A-Z_0-9]+)=(.*)$", text, re.MULTILINE))
    assert own.keys() - {"ETCD_DATA_DIR"} == ships.keys()
    for setting in ("ETCD_ENABLE_V2", "ETCD_HEARTBEAT_INTERVAL", "PATRONI_RESTAPI_LISTEN"):
        assert own.get(setting) == ships.get(setting)
