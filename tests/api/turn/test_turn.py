"""The officers' steps over the API, from the waiting area to the other side."""

from __future__ import annotations

import pytest

from kezek.domain.calendar.capacity import CloseDay
from tests.api.app import NOW_OPEN, Api, utc
from tests.world import PEOPLE, TODAY, A


def test_a_truck_goes_from_arrival_to_the_other_side(api: Api):
    number = api.book(start=NOW_OPEN)
    one = {"booking": number}
    came = api.post("/arrivals", one | {"checkpoint": "kz_a"}, "officer")
    assert came.body == {"number": number, "status": "arrived"}
    assert api.get(f"/bookings/{number}", "carrier").body["place"] == 1
    called = api.post("/calls", {"checkpoint": "kz_a"}, "officer").body
    assert (called["number"], called["exception"]) == (number, "")
    assert called["code"] == api.get(f"/bookings/{number}", "carrier").body["code"]
    assert api.post("/admissions", one, "officer").body["status"] == "admitted"
    assert api.post("/crossings", one, "officer").body["status"] == "crossed"
    seen = api.get(f"/bookings/{number}", "carrier").body
    assert (seen["status"], seen["can"]) == ("crossed", [])
    late = api.post("/crossings", one, "officer")
    assert (late.status, late.code) == (409, "wrong_status")


def test_a_walk_in_joins_the_line_at_once(api: Api):
    form = {"checkpoint": "kz_a", "vehicle": api.form(5)["vehicle"]}
    made = api.post("/walk-ins", form, "officer")
    assert made.status == 201
    assert (made.body["status"], made.body["class"], made.body["start"], made.body["end"]) == (
        "arrived",
        "walk_in",
        None,
        None,
    )
    assert api.post("/walk-ins", form, "officer").code == "vehicle_booked"


def test_a_missed_call_goes_back_into_the_line(api: Api):
    number = api.called()
    early = api.post("/missed-calls", {"booking": number}, "officer")
    assert (early.status, early.code) == (409, "call_running")
    until = api.world.booking(number).call_until
    assert early.body["facts"]["until"] == utc(until)
    api.wait(hours=1)
    for _ in range(2):
        missed = api.post("/missed-calls", {"booking": number}, "officer")
        assert missed.body == {"number": number, "status": "arrived"}
    assert api.world.booking(number).misses == 1, "what time has counted is counted once"


def test_two_people_take_a_place_and_the_board_counts_it(api: Api):
    number = api.called()
    said = api.post(f"/bookings/{number}/proposal", {"step": "miss", "cause": "mood"}, "officer")
    assert said.code == "reason_missing"
    form = {"step": "miss", "cause": "driver_gone"}
    said = api.post(f"/bookings/{number}/proposal", form, "officer")
    assert said.body == {"number": number, "exception": "proposed", "status": None}
    listed = api.get("/checkpoints/kz_a/approvals", "second").body["items"]
    assert [(one["number"], one["step"], one["may_answer"]) for one in listed] == [
        (number, "miss", True)
    ]
    assert [one["answer"] for one in listed] == ["approve"]
    own = api.get("/checkpoints/kz_a/approvals", "officer").body["items"]
    assert [(one["may_answer"], one["answer"]) for one in own] == [(False, "")]
    assert api.get("/checkpoints/kz_a/approvals", "carrier").code == "not_allowed"
    approval = f"/bookings/{number}/approval"
    assert api.post(approval, None, "officer").code == "same_approver"
    done = api.post(approval, {"step": "miss"}, "second")
    assert done.body == {"number": number, "exception": "approved", "status": "arrived"}
    seen = api.get("/checkpoints/kz_a/board").body["post"]
    assert (seen["set_aside_today"], seen["exceptions_today"]) == (1, 0)
    assert api.get("/checkpoints/kz_a/approvals", "second").body["items"] == []


def test_a_call_out_of_turn_is_refused_afterwards_and_counted(api: Api):
    api.arrived(1)
    second = api.arrived(2)
    call = {"checkpoint": "kz_a", "booking": second, "cause": "medical"}
    api.post("/calls", call, "officer")
    refusal = f"/bookings/{second}/refusal"
    assert api.post(refusal, {"cause": "not_proven"}, "second").code == "not_allowed"
    done = api.post(refusal, {"cause": "not_proven"}, "supervisor")
    assert done.body == {"number": second, "exception": "refused", "status": None}
    assert api.post(refusal, {"cause": "not_proven"}, "supervisor").code == "nothing_to_approve"
    board = api.get("/checkpoints/kz_a/board").body
    assert (board["post"]["refused_today"], board["post"]["awaiting_approval"]) == (1, 0)
    assert board["called"][0]["exception"] == "refused"


def test_a_closed_day_is_called_only_by_who_knows(api: Api):
    api.arrived(1)
    close = CloseDay("", PEOPLE["agency"], A, TODAY.isoformat(), "flood")
    api.world.done(close)
    refused = api.post("/calls", {"checkpoint": "kz_a"}, "officer")
    assert (refused.status, refused.code) == (409, "closed_today")
    assert refused.body["facts"]["why"] == "flood"
    knows = {"checkpoint": "kz_a", "despite_closure": True}
    assert api.post("/calls", knows, "officer").status == 200


def test_turned_back_for_a_cause(api: Api):
    number = api.called()
    alone = api.post("/turn-backs", {"booking": number, "cause": "papers"}, "officer")
    assert (alone.status, alone.code) == (409, "second_person_needed")
    api.post("/admissions", {"booking": number}, "officer")
    none = api.post("/turn-backs", {"booking": number, "cause": "mood"}, "officer")
    assert (none.status, none.code) == (422, "reason_missing")
    done = api.post("/turn-backs", {"booking": number, "cause": "papers"}, "officer")
    assert done.body["status"] == "turned_back"


def test_the_last_step_is_taken_back(api: Api):
    number = api.called()
    undone = api.post("/undos", {"booking": number}, "officer")
    assert undone.body == {"number": number, "undone": "call"}
    assert api.get(f"/bookings/{number}", "officer").body["status"] == "arrived"
    again = api.post("/undos", {"booking": number}, "officer")
    assert (again.status, again.code) == (409, "nothing_to_undo")


def test_out_of_turn_needs_a_reason_and_two_people(api: Api):
    api.arrived(1)
    second = api.arrived(2)
    call = {"checkpoint": "kz_a", "booking": second}
    refused = api.post("/calls", call, "officer")
    assert (refused.status, refused.code) == (409, "out_of_turn")
    called = api.post("/calls", call | {"cause": "medical"}, "officer").body
    assert called["exception"] == "awaiting"
    approval = f"/bookings/{second}/approval"
    assert api.post(approval, None, "officer").code in ("same_approver", "not_allowed")
    done = api.post(approval, {}, "supervisor")
    assert done.body == {"number": second, "exception": "approved", "status": None}
    assert api.post(approval, {}, "supervisor").code == "nothing_to_approve"


def test_an_exception_may_be_proposed_first(api: Api):
    api.arrived(1)
    second = api.arrived(2)
    proposed = api.post(f"/bookings/{second}/approval", {"cause": "perishable"}, "second")
    assert proposed.body["exception"] == "proposed"
    called = api.post("/calls", {"checkpoint": "kz_a", "booking": second}, "officer").body
    assert called["exception"] == "approved"


def test_nobody_to_call_and_not_yet(api: Api):
    assert api.post("/calls", {"checkpoint": "kz_a"}, "officer").code == "nobody_to_call"
    api.arrived(start=api.world.window(day=1))
    early = api.post("/calls", {"checkpoint": "kz_a"}, "officer")
    assert (early.status, early.code) == (409, "window_not_open")
    assert early.body["facts"] == {"opens": utc(api.world.window(day=1))}


@pytest.mark.parametrize("who", ["carrier", "clerk", "agency"])
def test_only_officers_of_the_post_take_steps(api: Api, who: str):
    number = api.book(start=NOW_OPEN)
    one = {"booking": number}
    for path in ("/arrivals", "/missed-calls", "/admissions", "/crossings"):
        assert api.post(path, one, who).code in ("not_allowed", "wrong_status")
    assert api.post("/arrivals", one, who).code == "not_allowed"
    assert api.post("/calls", {"checkpoint": "kz_a"}, who).code == "not_allowed"
    assert api.get(f"/bookings/{number}", "officer").body["status"] == "confirmed"


def test_an_officer_of_one_post_cannot_act_at_another(api: Api):
    number = api.arrived()
    one = {"booking": number}
    for who in ("b_officer", "kg_officer", "xx_officer"):
        assert api.post("/calls", {"checkpoint": "kz_a"}, who).code == "not_allowed"
        assert api.post("/admissions", one, who).code == "booking_unknown"
        assert api.post("/checkpoints/kz_a/search", {"q": "TST"}, who).code == "not_allowed"
        walk_in = {"checkpoint": "kz_a", "vehicle": api.form(50)["vehicle"]}
        assert api.post("/walk-ins", walk_in, who).code == "not_allowed"
    assert api.post("/calls", {"checkpoint": "kz_b", "booking": number}, "officer").status == 403


def test_a_truck_at_the_wrong_post_is_not_let_in(api: Api):
    number = api.book(start=NOW_OPEN)
    wrong = api.post("/arrivals", {"booking": number, "checkpoint": "kz_b"}, "officer")
    assert (wrong.status, wrong.code) == (404, "booking_unknown")


@pytest.mark.parametrize("text", ["TST00042", "tst 00-042", "{code}", "{number}"])
def test_an_officer_finds_a_truck(api: Api, text: str):
    number = api.book(42)
    api.book(7)
    seen = api.get(f"/bookings/{number}", "officer").body
    text = text.format(code=seen["code"], number=number)
    (found,) = api.post("/checkpoints/kz_a/search", {"q": text}, "officer").body["items"]
    assert (found["number"], found["vehicle"]["plate"]) == (number, "TST00042")
    assert "ticket_url" not in found
    assert (found["next_step"], found["steps"]) == ("arrive", ["arrive", "release"])


def test_the_search_says_what_one_officer_does_and_what_takes_two(api: Api):
    def found() -> tuple[str, list[str], list[str]]:
        answer = api.post("/checkpoints/kz_a/search", {"q": str(number)}, "officer").body
        (one,) = answer["items"]
        return one["next_step"], one["steps"], one["steps_by_two"]

    number = api.arrived(42)
    assert found() == ("", [], ["cancel", "turn_back"])
    api.wait(hours=1)
    api.post("/calls", {"checkpoint": "kz_a"}, "officer")
    assert found() == ("admit", ["admit"], ["miss", "turn_back"])
    api.post("/admissions", {"booking": number}, "officer")
    assert found() == ("cross", ["cross", "turn_back"], [])


def test_a_plate_is_never_part_of_an_address(api: Api):
    assert api.get("/checkpoints/kz_a/search?q=TST00042", "officer").status == 405


def test_an_officer_scans_a_ticket(api: Api):
    number = api.book()
    view = api.application.tickets.view(number, api.application.now())
    text = api.application.papers.qr_text(view)
    (found,) = api.post("/checkpoints/kz_a/search", {"q": text}, "officer").body["items"]
    assert found["number"] == number


def test_an_agency_changes_its_calendar(api: Api):
    path = "/checkpoints/kz_a/days/2026-06-14"
    api.book(1)
    closed = api.put(path, {"closed": True, "reason": "Storm"}, "agency")
    assert closed.body == {
        "checkpoint": "kz_a",
        "day": "2026-06-14",
        "capacity": 0,
        "asked": 0,
        "displaced": 1,
        "reason": "Storm",
    }
    for seen in (
        api.get("/bookings/1", "carrier").body,
        *api.get("/bookings", "carrier").body["items"],
    ):
        assert seen["status"] == "displaced"
        assert (seen["lost_time"]["why"], seen["start"]) == ("Storm", None)
        assert seen["lost_time"]["start"] < seen["lost_time"]["until"]
    raised = api.put(path, {"capacity": 48, "reason": "More"}, "agency")
    assert (raised.status, raised.code) == (409, "day_closed")
    opened = api.put(path, {"capacity": 48, "closed": False, "reason": "Over"}, "agency")
    assert (opened.body["capacity"], opened.body["displaced"]) == (48, 0)
    assert api.put(path, {"capacity": 96, "reason": "More"}, "agency").body["capacity"] == 96


@pytest.mark.parametrize(
    ("path", "body", "who", "code"),
    [
        ("2026-06-14", {"capacity": 3, "reason": "x"}, "officer", "not_allowed"),
        ("2026-06-14", {"capacity": 3, "reason": "x"}, "kg_agency", "not_allowed"),
        ("2026-06-14", {"capacity": 3, "reason": " "}, "agency", "reason_missing"),
        ("2026-06-14", {"capacity": 3}, "agency", "missing_field"),
        ("2026-06-14", {"reason": "x"}, "agency", "capacity_impossible"),
        ("2026-06-14", {"closed": False, "reason": "x"}, "agency", "capacity_impossible"),
        (
            "2026-06-14",
            {"closed": True, "capacity": 3, "reason": "x"},
            "agency",
            "capacity_impossible",
        ),
        ("2026-06-14", {"capacity": 10_001, "reason": "x"}, "agency", "wrong_type"),
        ("2026-06-14", {"capacity": -1, "reason": "x"}, "agency", "wrong_type"),
        ("20260614", {"capacity": 3, "reason": "x"}, "agency", "wrong_type"),
        ("2026-02-30", {"capacity": 3, "reason": "x"}, "agency", "wrong_type"),
        ("2040-06-14", {"capacity": 3, "reason": "x"}, "agency", "window_unknown"),
    ],
)
def test_a_calendar_change_that_is_refused(api: Api, path: str, body: dict, who: str, code: str):
    assert api.put(f"/checkpoints/kz_a/days/{path}", body, who).code == code


def test_the_log_is_read_in_pages(api: Api):
    for n in range(5):
        api.book(n)
    end = api.application.watch.position
    page = api.get("/log?limit=500", "reader").body
    assert [e["position"] for e in page["items"]] == list(range(1, end + 1))
    first = api.get("/log?limit=4", "reader").body
    second = api.get(f"/log?limit=4&cursor={first['next']}", "reader").body
    assert [e["position"] for e in second["items"]] == [5, 6, 7, 8]
    assert api.get(f"/log?after={end}", "reader").body == {"items": [], "next": ""}
    newest = api.get("/log?order=newest&limit=2", "reader").body
    older = api.get(f"/log?order=newest&limit=2&cursor={newest['next']}", "reader").body
    told = [e["position"] for e in newest["items"] + older["items"]]
    assert told == [end, end - 1, end - 2, end - 3]
    assert newest["items"][0]["kind"] == "confirmed"
    assert "TST" not in str(page)


def test_who_reads_the_log(api: Api):
    for who in ("carrier", "officer", "clerk"):
        assert api.get("/log", who).code == "not_allowed"
        assert api.get("/log?line=kz_a.exit", who).code == "not_allowed"
    # An agency reads the log of its own lines, and is asked which.
    api.book()
    whole = api.get("/log", "agency")
    assert (whole.code, whole.body["facts"]) == ("missing_field", {"field": "line"})
    assert api.get("/log?line=kg_dostuk.exit", "agency").code == "not_allowed"
    assert api.get("/log?line=kz_a.exit", "agency").body["items"][-1]["number"] == 1
