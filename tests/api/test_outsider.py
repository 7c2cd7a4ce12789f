"""The board is recomputed from the public log alone, by a program that knows nothing of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kezek.domain.kernel.instant import HOUR, MINUTE
from kezek.domain.regulation.regulation import ChosenBy
from tests.api.app import NOW_OPEN, Api
from tests.decree import MIDNIGHT, TOMORROW, decreed
from tests.property.outsider import Outsider, milliseconds
from tests.world import BEGIN, World

LINE = "kz_a.exit"


def a_morning(api: Api) -> None:
    """Late and early trucks, calls by rule and out of turn, a miss, an undo, walk-ins."""
    on_time = [api.book(n, start=NOW_OPEN) for n in range(1, 5)]
    early = api.book(5, start=NOW_OPEN + 3 * HOUR)
    late = api.book(6, start=NOW_OPEN)
    dear = api.book(7, start=NOW_OPEN, **{"class": "accelerated"})
    # Backwards, one after the other within a second: only milliseconds tell their order.
    for number in [*reversed(on_time), early, dear]:
        assert api.post("/arrivals", {"booking": number}, "officer").status == 200
        api.wait(hours=2 / HOUR)
    for n in (8, 9):
        form = {"checkpoint": "kz_a", "vehicle": api.form(n)["vehicle"]}
        assert api.post("/walk-ins", form, "officer").status == 201
    call = {"checkpoint": "kz_a"}
    assert api.post("/calls", call, "officer").status == 200
    undone = api.post("/calls", call, "officer").body["number"]
    assert api.post("/undos", {"booking": undone}, "officer").status == 200
    out = {"booking": on_time[0], "cause": "medical"}
    assert api.post("/calls", call | out, "officer").status == 200
    assert api.post("/admissions", {"booking": on_time[0]}, "officer").status == 200
    # The first call is not answered; the last truck comes when its place is lost.
    api.wait(hours=5)
    for due in api.application.timer.due():
        api.application.desk.ask(due)
    assert api.post("/arrivals", {"booking": late}, "officer").status == 200
    assert api.post("/calls", call, "officer").status == 200


def the_outsider(api: Api) -> Outsider:
    """The program with what anybody can ask for: the versions of the rules, and the local zone."""
    named = api.get("/regulations/kz").body["versions"]
    versions = [
        api.get(f"/regulations/kz?version={one['effective_on']}").body
        for one in named
        if one["status"] == "in_force"
    ]
    return Outsider(LINE, versions, api.get("/checkpoints/kz_a").body["zone"])


def read_on(api: Api, outsider: Outsider, after: int = 0) -> list[dict[str, Any]]:
    """The log behind a position, page by page."""
    read = list[dict[str, Any]]()
    while items := api.get(f"/log?line={LINE}&after={after}&limit=5", "reader").body["items"]:
        for event in items:
            outsider.hear(event)
        read += items
        after = items[-1]["position"]
    return read


def boards_line(api: Api, outsider: Outsider) -> tuple[list[str], list[str]]:
    """The codes of the waiting on the board, and by the outsider's program."""
    board = api.get("/checkpoints/kz_a/board").body
    order = outsider.order(milliseconds(board["as_of"]))
    told = [api.get(f"/bookings/{n}", "officer").body["code"] for n in order]
    return [row["truck"]["code"] for row in board["waiting"]], told


def told_now(api: Api) -> list[str]:
    """The first days of the versions that the API tells without a question for one, kz first."""
    every = [one["effective_on"] for one in api.get("/regulations").body["items"]]
    return [api.get("/regulations/kz").body["effective_on"], *every]


def test_the_line_follows_from_the_log_and_the_published_rules(api: Api):
    a_morning(api)
    outsider = the_outsider(api)
    events = read_on(api, outsider)
    kinds = {event["kind"] for event in events}
    assert {"walked_in", "missed", "undone", "called_out_of_turn", "arrived"} <= kinds
    codes, told = boards_line(api, outsider)
    assert codes == told
    assert len(codes) == 7
    # The board's own times are those of the log.
    arrivals = [event for event in events if event["kind"] == "arrived"]
    board = api.get("/checkpoints/kz_a/board").body
    came = {event["at"] for event in arrivals}
    assert {row["arrived_at"] for row in board["waiting"]} & came
    assert sum(event["body"]["late"] for event in arrivals) == 1


@pytest.fixture
def decree(tmp_path: Path) -> Iterator[Api]:
    """An installation with a decree that leaves misses to older bookings."""
    made = Api(tmp_path, world=World(decreed(transition={"misses_max": ChosenBy.BOOKING})))
    yield made
    made.close()


def test_a_decree_at_midnight_is_followed_by_whoever_reads_all_versions(decree: Api):
    api = decree
    api.wait(hours=(MIDNIGHT - 2 * HOUR - BEGIN) / HOUR)
    for n in (1, 2):
        number = api.book(n, start=MIDNIGHT - 2 * HOUR)
        assert api.post("/arrivals", {"booking": number}, "officer").status == 200
    urgent = api.book(3, "agency", start=MIDNIGHT - 2 * HOUR, **{"class": "priority"})
    assert api.post("/arrivals", {"booking": urgent}, "officer").status == 200
    outsider = the_outsider(api)
    events = read_on(api, outsider)
    was = told_now(api)
    assert TOMORROW not in was
    before, told = boards_line(api, outsider)
    assert before == told
    api.wait(hours=2)
    assert told_now(api) == [TOMORROW if day == was[0] else day for day in was]
    after, told = boards_line(api, outsider)
    assert after == told
    assert sorted(before) == sorted(after)
    assert before != after
    assert api.post("/calls", {"checkpoint": "kz_a"}, "officer").status == 200
    # Nobody answers the ten minutes' call; a booking of yesterday may miss as many as then.
    api.wait(hours=11 / 60)
    for due in api.application.timer.due():
        api.application.desk.ask(due)
    kinds = [e["kind"] for e in read_on(api, outsider, events[-1]["position"])]
    assert kinds[:2] == ["called", "missed"]
    codes, told = boards_line(api, outsider)
    assert codes == told
    assert api.get("/regulations/kz?version=2026-06-14").body["transition"] == {
        "misses_max": "booking"
    }


def test_a_call_says_until_when_it_stands(api: Api):
    api.called()
    item = api.get(f"/log?line={LINE}&order=newest&limit=1", "reader").body["items"][0]
    until = item["body"]["until"]
    assert until - milliseconds(item["at"]) == 20 * MINUTE
    gate = api.get("/checkpoints/kz_a/board").body["called"][0]
    assert milliseconds(gate["until"]) == until
    assert gate["since"] == item["at"]
