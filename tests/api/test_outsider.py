"""The board is recomputed from the public log alone, by a program that knows nothing of ours."""

from __future__ import annotations

from kezek.domain.kernel.instant import HOUR, MINUTE
from tests.api.app import NOW_OPEN, Api
from tests.property.outsider import Outsider, milliseconds

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


def test_the_line_follows_from_the_log_and_the_published_rules(api: Api):
    a_morning(api)
    regulations = {r["id"]: r for r in api.get("/regulations").body["items"]}
    outsider = Outsider(LINE, regulations["kz"]["interleave"])
    after, kinds, came, late = 0, set(), set(), 0
    while items := api.get(f"/log?line={LINE}&after={after}&limit=5", "reader").body["items"]:
        for event in items:
            outsider.hear(event)
            kinds.add(event["kind"])
            if event["kind"] == "arrived":
                came.add(event["at"])
                late += event["body"]["late"]
        after = items[-1]["position"]
    assert {"walked_in", "missed", "undone", "called_out_of_turn", "arrived"} <= kinds
    board = api.get("/checkpoints/kz_a/board").body
    now = milliseconds(board["as_of"])
    codes = [row["truck"]["code"] for row in board["waiting"]]
    told = [api.get(f"/bookings/{n}", "officer").body["code"] for n in outsider.order(now)]
    assert codes == told
    assert len(codes) == 7
    # The board's own times are those of the log.
    assert {row["arrived_at"] for row in board["waiting"]} & came
    assert late == 1


def test_a_call_says_until_when_it_stands(api: Api):
    api.called()
    item = api.get(f"/log?line={LINE}&order=newest&limit=1", "reader").body["items"][0]
    until = item["body"]["until"]
    assert until - milliseconds(item["at"]) == 20 * MINUTE
    gate = api.get("/checkpoints/kz_a/board").body["called"][0]
    assert milliseconds(gate["until"]) == until
    assert gate["since"] == item["at"]
