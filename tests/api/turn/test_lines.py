"""A checkpoint with several lines, asked for over the API."""

from __future__ import annotations

from kezek.domain.checkpoint.checkpoint import Checkpoint, new_line
from kezek.domain.network.load import OpenLine
from tests.world import PEOPLE

ENTRY = "kz_a.entry"


def opened(api) -> None:
    post = api.store.reader.get(Checkpoint, "kz_a")
    line = new_line(post, authority="kz", regulation="kz", basis="ours", direction="entry")
    api.application.desk.ask(OpenLine("entry", PEOPLE["agency"], line, 240))


def booked(api, n: int, checkpoint: str) -> int:
    body = {
        "checkpoint": checkpoint,
        "start": "2026-06-13T05:00:00Z",
        "vehicle": {"country": "KZ", "plate": f"TST0000{n}", "drivers": ["Invented Driver"]},
    }
    made = api.post("/bookings", body, "officer")
    assert made.status == 201, made.body
    return made.body["number"]


def test_lines_are_told_and_named(api):
    opened(api)
    seen = api.get("/checkpoints/kz_a").body
    assert seen["line"]["id"] == "kz_a.exit"
    assert [(line["id"], line["direction"]) for line in seen["lines"]] == [
        ("kz_a.exit", "exit"),
        (ENTRY, "entry"),
    ]
    assert api.get(f"/checkpoints/{ENTRY}").body["id"] == "kz_a"
    rows = [row for row in api.get("/board").body["items"] if row["checkpoint"] == "kz_a"]
    assert [(row["line"], row["direction"]) for row in rows] == [
        ("kz_a.exit", "exit"),
        (ENTRY, "entry"),
    ]
    assert api.get(f"/checkpoints/{ENTRY}/availability").body["line"] == ENTRY
    assert api.get("/checkpoints/kz_a/availability").body["line"] == "kz_a.exit"
    assert api.get(f"/checkpoints/{ENTRY}/forecast").body["line"] == ENTRY


def test_bookings_of_two_lines_are_called_apart(api):
    opened(api)
    out, into = booked(api, 1, "kz_a"), booked(api, 2, ENTRY)
    api.wait(hours=0.6)
    for number in (out, into):
        # The checkpoint alone is enough: the booking knows its line.
        came = api.post("/arrivals", {"booking": number, "checkpoint": "kz_a"}, "officer")
        assert came.status == 200
    board = api.get(f"/checkpoints/{ENTRY}/board").body
    assert [row["place"] for row in board["waiting"]] == [1]
    called = api.post("/calls", {"checkpoint": ENTRY}, "officer")
    assert called.body["number"] == into
    assert api.get("/checkpoints/kz_a/board").body["post"]["called"] == 0
