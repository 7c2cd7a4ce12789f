"""What everybody may read: checkpoints, availability, boards, regulations, keys."""

from __future__ import annotations

import pytest

from kezek.app.forecast.usual_wait import UsualWait, hour_of_week
from kezek.domain.checkpoint.place_name import PlaceName
from kezek.domain.kernel.instant import HOUR, MINUTE
from kezek.domain.network.load import LoadNetwork
from tests.api.app import NOW_OPEN, Api
from tests.world import ADMIN, A

USUAL = ("usual_p10", "usual_p50", "usual_p90", "usual_days")


def test_checkpoints_come_in_pages(api: Api):
    first = api.get("/checkpoints?limit=3").body
    second = api.get(f"/checkpoints?limit=3&cursor={first['next']}").body
    assert [c["id"] for c in first["items"] + second["items"]] == [
        "kg_dostuk",
        "kz_a",
        "kz_b",
        "xx_c",
    ]
    assert second["next"] == ""


def test_an_unknown_fact_of_a_checkpoint_is_null(api: Api):
    post = api.get("/checkpoints/kz_a").body
    assert post["lat"] is None
    assert post["lanes"] is None
    assert post["line"]["id"] == "kz_a.exit"
    assert api.get("/checkpoints/kz_z").code == "checkpoint_unknown"


def test_a_checkpoint_has_its_names_by_language_beside_the_fields_that_it_always_had(api: Api):
    names = (PlaceName("kz_a", "own", "ug", "ئا"), PlaceName("kz_a", "opposite", "ru", "Б"))
    api.world.done(LoadNetwork("", ADMIN, (), names, (), "tests"))
    post = api.get("/checkpoints/kz_a").body
    assert (post["names"], post["opposite_names"]) == ({"ug": "ئا"}, {"ru": "Б"})
    # The old fields are never empty where a reader counts on them: the nearest name stands there.
    assert (post["name_en"], post["name_ru"], post["name_kk"]) == ("ئا", "ئا", None)
    assert (post["opposite_en"], post["opposite_ru"]) == (None, "Б")
    assert (post["neighbour"], post["neighbour_country"]) == ("ZZ", "ZZ")


def test_availability_counts_a_booking(api: Api):
    path = "/checkpoints/kz_a/availability?from=2026-06-14&days=1"
    (before,) = api.get(path).body["days"]
    api.book()
    (after,) = api.get(path).body["days"]
    assert after["ordinary"] == before["ordinary"] - 1
    assert sum(after["windows"]["ordinary"]) == sum(before["windows"]["ordinary"]) - 1
    assert before["windows"]["first"] == "2026-06-13T19:00:00Z"
    assert before["windows"]["ordinary"] == [10] * 24


def test_windows_more_than_a_day_ahead_have_what_is_usual_at_their_hour_of_the_week(api: Api):
    path = "/checkpoints/kz_a/availability?days=9"
    before = api.get(path)
    start = api.world.window(day=1, hour=22)
    usual = UsualWait(low=10 * MINUTE, median=20 * MINUTE, high=HOUR, days=5)
    hour = hour_of_week(start, api.world.line().zone)
    api.application.forecasts.take_usual(A, {hour: usual})
    days = api.get(path, headers={"if-none-match": before.headers["etag"]}).body["days"]
    found = [
        (day["day"], place, *(day["windows"][name][place] for name in USUAL))
        for day in days
        for place, rests_on in enumerate(day["windows"]["usual_days"])
        if rests_on
    ]
    assert found == [
        ("2026-06-14", 22, 600, 1_200, 3_600, 5),
        ("2026-06-21", 22, 600, 1_200, 3_600, 5),
    ]


def test_availability_reaches_from_today_to_the_horizon(api: Api):
    days = api.get("/checkpoints/kz_a/availability?days=60").body["days"]
    assert (days[0]["day"], len(days)) == ("2026-06-13", 31)
    for first in ("0001-01-01", "2030-01-01", "9999-12-31"):
        assert api.get(f"/checkpoints/kz_a/availability?from={first}").body["days"] == []


def test_an_unchanged_answer_is_not_sent_twice(api: Api):
    for path in (
        "/checkpoints/kz_a/availability",
        "/availability?day=2026-06-14",
        "/board",
        "/checkpoints/kz_a/board",
    ):
        seen = api.get(path)
        again = api.get(path, headers={"if-none-match": seen.headers["etag"]})
        assert (again.status, again.raw) == (304, b""), path
        api.book(len(path))
        assert api.get(path, headers={"if-none-match": seen.headers["etag"]}).status == 200, path


def test_the_whole_network_on_one_day(api: Api):
    items = api.get("/availability?day=2026-06-14").body["items"]
    assert [(i["checkpoint"], i["state"]) for i in items][1] == ("kz_a", "open")
    assert api.get("/availability").code == "missing_field"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from=20260614", "wrong_type"),
        ("days=0", "wrong_type"),
        ("days=61", "wrong_type"),
        ("days=NaN", "wrong_type"),
        ("days=-1", "wrong_type"),
        ("days=1&days=2", "wrong_type"),
        ("days=%FF", "wrong_type"),
        ("until=2026-06-14", "unknown_field"),
        ("&".join(f"a{n}=1" for n in range(50)), "wrong_type"),
    ],
)
def test_a_query_that_cannot_be_meant(api: Api, query: str, code: str):
    answer = api.get(f"/checkpoints/kz_a/availability?{query}")
    assert (answer.status, answer.code) == (400, code)


def test_an_operation_without_a_query_takes_none(api: Api):
    assert api.get("/regulations?limit=3").code == "unknown_field"


def test_the_board_masks_plates(api: Api):
    api.arrived(77)
    number = api.arrived(78, start=NOW_OPEN)
    assert api.post("/calls", {"checkpoint": "kz_a"}, "officer").status == 200
    board = api.get("/checkpoints/kz_a/board")
    assert b"TST000" not in board.raw
    assert b"Invented" not in board.raw
    (waiting,), (called,) = board.body["waiting"], board.body["called"]
    assert waiting["truck"] == {
        "code": api.get(f"/bookings/{number}", "carrier").body["code"],
        "country": "KZ",
        "tail": "078",
        "class": "in_turn",
        "simulated": False,
    }
    assert called["truck"]["tail"] == "077"
    assert board.body["post"]["waiting"] == board.body["post"]["called"] == 1


def test_the_board_of_the_network(api: Api):
    api.arrived()
    board = api.get("/board").body
    row = next(item for item in board["items"] if item["checkpoint"] == "kz_a")
    assert (row["state"], row["waiting"], row["pace"]) == ("open", 1, None)
    assert len(row["days"]) == 31


def test_the_board_tells_who_is_in_his_hour_from_who_came_early(api: Api):
    api.arrived(77, start=NOW_OPEN)
    api.arrived(78, start=NOW_OPEN + HOUR)
    api.arrived(79, start=NOW_OPEN + 2 * HOUR)
    row = next(p for p in api.get("/board").body["items"] if p["checkpoint"] == "kz_a")
    assert (row["waiting"], row["waiting_due"]) == (3, 1)
    post = api.get("/checkpoints/kz_a/board").body
    assert [one["open"] for one in post["waiting"]].count(True) == post["post"]["waiting_due"] == 1


def test_regulations_name_the_source_of_each_number(api: Api):
    assert [r["id"] for r in api.get("/regulations").body["items"]] == [
        "kg-dostuk",
        "kz",
        "xx-tiny",
    ]
    kz = api.get("/regulations/kz").body
    assert kz["horizon_days"] == 30
    assert kz["notes"]["horizon_days"]["basis"] == "observed"
    assert api.get("/regulations/aa").code == "not_found"


def test_public_keys_are_pem(api: Api):
    (key,) = api.get("/keys").body["keys"]
    assert key["pem"].startswith("-----BEGIN PUBLIC KEY-----")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/checkpoints/kz_a/availability?from=null", 400, "wrong_type"),
        ("/checkpoints/kz_a/availability?from=NULL", 400, "wrong_type"),
        ("/log?line=nonsense", 404, "line_unknown"),
        ("/log?line=null", 404, "line_unknown"),
    ],
)
def test_a_word_that_means_nothing_is_not_taken_for_nothing(
    api: Api, path: str, status: int, code: str
):
    answer = api.get(path, "reader")
    assert (answer.status, answer.code) == (status, code)


def test_nobody_may_guess_what_an_answer_is(api: Api):
    for path in ("/checkpoints", "/nothing", "/openapi.json", "/docs", "/board"):
        assert api.get(path).headers["x-content-type-options"] == "nosniff", path


def test_head_is_get_without_a_body(api: Api):
    head, got = api.ask("HEAD", "/regulations"), api.get("/regulations")
    assert (head.status, head.raw) == (200, b"")
    assert head.headers["content-length"] == str(len(got.raw))
