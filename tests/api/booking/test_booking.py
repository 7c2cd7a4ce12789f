"""Bookings over the API: made, read, moved, cancelled; whose they are; said twice; many at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kezek.app.desk.batch import Done
from kezek.domain.account.account import Account
from kezek.domain.account.decide import ConfirmCarrier, GrantRole
from kezek.domain.kernel.instant import DAY, HOUR
from kezek.domain.kernel.refusal import Reason
from kezek.i18n.say.refusal import sentence
from tests.api.app import NOW_OPEN, Api, utc
from tests.world import ADMIN, PEOPLE


def test_a_booking_is_confirmed_at_once(api: Api):
    made = api.post("/bookings", api.form(), "carrier")
    assert made.status == 201
    body = made.body
    assert (body["number"], body["status"], body["class"]) == (1, "confirmed", "in_turn")
    assert (body["start"], body["end"]) == ("2026-06-14T07:00:00Z", "2026-06-14T08:00:00Z")
    assert body["fee"] == {"minor": 432500, "currency": "KZT"}
    assert body["ticket_url"].startswith("http://127.0.0.1:8470/t/1-")
    assert body["simulated"] is False


def test_a_window_may_be_named_in_any_zone(api: Api):
    form = api.form(start=NOW_OPEN) | {"start": "2026-06-13T09:00:00+05:00"}
    assert api.post("/bookings", form, "carrier").body["start"] == "2026-06-13T04:00:00Z"


def test_a_demonstrators_booking_is_marked(api: Api):
    assert api.post("/bookings", api.form(), "demo").body["simulated"] is True


def test_its_owner_reads_all_of_it(api: Api):
    number = api.book(9)
    body = api.get(f"/bookings/{number}", "carrier").body
    assert body["vehicle"]["plate"] == "TST00009"
    assert body["drivers"] == ["Invented Driver 9"]
    assert (body["ahead"], body["place"]) == (0, None)
    assert body["can"] == ["add_driver", "cancel", "move"]


def test_own_bookings_come_newest_first_in_pages(api: Api):
    for n in range(1, 6):
        api.book(n)
    api.book(6, "rival")
    first = api.get("/bookings?limit=3", "carrier").body
    second = api.get(f"/bookings?limit=3&cursor={first['next']}", "carrier").body
    assert [b["number"] for b in first["items"] + second["items"]] == [5, 4, 3, 2, 1]
    assert second["next"] == ""


def test_how_the_place_came_about_is_told_of_one_booking_and_not_of_a_list(api: Api):
    number = api.arrived()
    assert api.get(f"/bookings/{number}", "carrier").body["history"]["place"] == 1
    (listed,) = api.get("/bookings", "carrier").body["items"]
    assert (listed["place"], listed["history"]) == (1, None)


def test_it_says_when_to_come_and_how_this_key_changes_it(api: Api):
    number = api.book(1)
    seen = api.get(f"/bookings/{number}", "carrier").body
    start, hour = datetime.fromisoformat(seen["start"]), timedelta(hours=1)
    arrive_by = {name: datetime.fromisoformat(at) for name, at in seen["arrive_by"].items()}
    assert arrive_by == {"start": start - hour, "until": start}
    assert datetime.fromisoformat(seen["moves_until"]) <= start
    assert (seen["cannot_move"], seen["not_before"]) == ("", None)
    assert (seen["owes_cause"], seen["cancels_alone"]) == (False, True)
    staff = api.get(f"/bookings/{number}", "officer").body
    assert (staff["owes_cause"], staff["cancels_alone"]) == (True, True)
    api.post("/arrivals", {"booking": number}, "officer")
    here = api.get(f"/bookings/{number}", "officer").body
    assert (here["arrive_by"], here["cannot_move"]) == (None, "wrong_status")
    assert here["not_before"] == here["start"]
    assert (here["owes_cause"], here["cancels_alone"]) == (True, False)


def test_moved_cancelled_and_given_a_driver(api: Api):
    number = api.book()
    later = utc(api.world.window(day=2))
    moved = api.put(f"/bookings/{number}/window", {"start": later}, "carrier")
    assert (moved.status, moved.body["start"], moved.body["number"]) == (200, later, number)
    added = api.post(f"/bookings/{number}/drivers", {"name": "Invented Second"}, "carrier")
    assert added.body == {"number": number, "drivers": 2}
    assert api.get(f"/bookings/{number}", "carrier").body["drivers"][1] == "Invented Second"
    done = api.post(f"/bookings/{number}/cancellation", None, "carrier")
    assert done.body == {"number": number, "status": "cancelled"}
    again = api.post(f"/bookings/{number}/cancellation", {}, "carrier")
    assert (again.status, again.code) == (409, "wrong_status")
    assert again.body["facts"]["status"] == "cancelled"


def refusals(api: Api) -> Iterator[tuple[str, int, dict]]:
    form = api.form
    truck = form()["vehicle"]
    yield "checkpoint_unknown", 404, form(checkpoint="kz_z")
    yield "class_unknown", 422, form() | {"class": "royal"}
    yield "not_allowed", 403, form() | {"class": "walk_in"}
    yield "not_allowed", 403, form(protected=True)
    yield "plate_impossible", 422, form(vehicle=truck | {"plate": "!"})
    yield "plate_impossible", 422, form(vehicle=truck | {"trailer": "?"})
    yield "vin_impossible", 422, form(vehicle=truck | {"vin": "SHORT"})
    yield "phone_impossible", 422, form(vehicle=truck | {"phone": "12"})
    yield "driver_missing", 422, form(vehicle=truck | {"drivers": ["  "]})
    yield "drivers_too_many", 422, form(vehicle=truck | {"drivers": [f"D {n}" for n in range(10)]})
    yield "window_past", 409, form(start=NOW_OPEN - HOUR)
    yield "horizon_exceeded", 409, form(start=NOW_OPEN + 40 * DAY)
    yield "window_unknown", 422, form(start=NOW_OPEN + DAY + HOUR // 2)


def test_each_refusal_has_its_code(api: Api):
    for code, status, form in refusals(api):
        answer = api.post("/bookings", form, "carrier")
        assert (answer.status, answer.code) == (status, code), answer.body
        assert answer.body["type"] == f"/docs/refusals#{code}"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.body["detail"]
    assert api.get("/bookings", "carrier").body["items"] == []


def test_what_is_scarce_is_refused_when_it_is_gone(api: Api):
    start = api.world.window("kz_b.exit", day=1)
    form = {"checkpoint": "kz_b", "start": start}
    places = api.get("/checkpoints/kz_b/availability?from=2026-06-14&days=1").body["days"][0]
    free = places["windows"]["ordinary"][12]
    for n in range(free):
        api.book(n, **form)
    full = api.post("/bookings", api.form(99, **form), "carrier")
    assert (full.status, full.code) == (409, "slot_full")
    assert full.body["facts"] == {"start": utc(start)}
    assert full.body["retryable"] is True
    assert full.body["next"] == "Choose another hour."


def test_a_vehicle_has_one_booking_and_a_rival_learns_no_number(api: Api):
    number = api.book()
    rival = api.post("/bookings", api.form(start=api.world.window(day=2)), "rival")
    assert (rival.status, rival.code) == (409, "vehicle_booked")
    assert rival.body["facts"] == {"by": "plate"}
    owner = api.post("/bookings", api.form(start=api.world.window(day=2)), "carrier")
    assert owner.body["facts"] == {"by": "plate", "number": number}


def test_whom_a_change_moves_is_told_before_it_and_after_it(api: Api):
    numbers = [api.book(n) for n in range(3)]
    path = "/checkpoints/kz_a/days/2026-06-14/affected"
    before = api.get(f"{path}?capacity=1", "agency").body
    assert [row["number"] for row in before["bookings"]] == numbers[1:]
    assert {row["choice"] for row in before["bookings"]} == {"open"}
    assert {row["class"] for row in before["bookings"]} == {"in_turn"}
    assert {row["carrier"] for row in before["bookings"]} == {"Invented carrier"}
    assert sum(hour["displaced"] for hour in before["hours"]) == 2
    assert sum(hour["before"] - hour["after"] for hour in before["hours"]) == 239
    assert api.get(path, "agency").body["bookings"] == []
    api.put("/checkpoints/kz_a/days/2026-06-14", {"closed": True, "reason": "Works"}, "agency")
    new = api.form(1, start=api.world.window(day=2))["start"]
    api.put(f"/bookings/{numbers[1]}/window", {"start": new}, "carrier")
    after = api.get(path, "agency").body
    assert [row["choice"] for row in after["bookings"]] == ["open", "chosen", "open"]
    assert after["bookings"][1]["new_start"] is not None
    assert api.get(path, "officer").code == "not_allowed"
    assert api.get(f"{path}?capacity=-1", "agency").status == 400
    for both in (0, 1):
        assert (
            api.get(f"{path}?capacity={both}&closed=true", "agency").code == "capacity_impossible"
        )
    form = {"closed": True, "capacity": 0, "reason": "Works"}
    assert (
        api.put("/checkpoints/kz_a/days/2026-06-14", form, "agency").code == "capacity_impossible"
    )
    gone = "/checkpoints/kz_a/days/9999-12-31/affected"
    assert api.get(gone, "agency").code == "window_unknown"


def test_a_closed_day_says_why(api: Api):
    api.put("/checkpoints/kz_a/days/2026-06-14", {"closed": True, "reason": "Works"}, "agency")
    answer = api.post("/bookings", api.form(), "carrier")
    assert (answer.status, answer.code) == (409, "day_closed")
    assert "Works" in answer.body["detail"]


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("ru-RU, en;q=0.5", "ru"),
        ("fr, kk;q=0.4, en;q=0.1", "kk"),
        ("en;q=0.2,ru;q=0.3", "ru"),
        ("fr", "en"),
        ("*", "en"),
        ("ru;q=0", "en"),
        ("ru;q=x", "en"),
        (";;,=,", "en"),
    ],
)
def test_the_sentence_is_in_the_readers_language(api: Api, asked: str, spoken: str):
    form = api.form(start=NOW_OPEN + DAY + HOUR // 2)
    answer = api.post("/bookings", form, "carrier", headers={"accept-language": asked})
    assert answer.code == "window_unknown"
    assert answer.headers["content-language"] == spoken
    assert answer.body["detail"] == sentence(Reason.WINDOW_UNKNOWN, {}, spoken)[0]


# Whose it is.


@pytest.mark.parametrize("who", ["rival", "b_officer", "kg_agency", "reader"])
def test_somebody_elses_booking_does_not_exist(api: Api, who: str):
    number = api.book()
    asked = [
        api.get(f"/bookings/{number}", who),
        api.put(f"/bookings/{number}/window", {"start": utc(NOW_OPEN)}, who),
        api.post(f"/bookings/{number}/cancellation", {}, who),
        api.post(f"/bookings/{number}/drivers", {"name": "Mallory"}, who),
        api.post(f"/bookings/{number}/release", {"cause": "registration_shown"}, who),
        api.post(f"/bookings/{number}/approval", {"cause": "medical"}, who),
        api.post(f"/bookings/{number}/proposal", {"step": "miss", "cause": "breakdown"}, who),
        api.post(f"/bookings/{number}/refusal", {"cause": "not_proven"}, who),
        *(
            api.post(path, {"booking": number}, who)
            for path in ("/arrivals", "/missed-calls", "/admissions", "/crossings", "/undos")
        ),
        api.post("/turn-backs", {"booking": number, "cause": "papers"}, who),
    ]
    assert {(answer.status, answer.code) for answer in asked} == {(404, "booking_unknown")}
    # As unknown as one that never was.
    missing = api.get("/bookings/999", who)
    assert missing.body | {"facts": {}} == asked[0].body | {"facts": {}}


@pytest.mark.parametrize("who", ["clerk", "officer", "supervisor", "agency"])
def test_the_staff_of_the_post_reads_it(api: Api, who: str):
    assert api.get(f"/bookings/{api.book()}", who).body["vehicle"]["plate"] == "TST00001"


@pytest.mark.parametrize(
    ("who", "status"),
    [("carrier", 201), ("clerk", 201), ("agency", 201), ("reader", 403), ("kg_agency", 403)],
)
def test_who_may_book(api: Api, who: str, status: int):
    assert api.post("/bookings", api.form(), who).status == status


def test_a_number_that_is_none(api: Api):
    for number in ("0", "-1", "1.0", "abc", "9" * 40, "%00", "١"):
        answer = api.get(f"/bookings/{number}", "carrier")
        assert (answer.status, answer.code) == (404, "booking_unknown"), number


def test_an_officer_releases_a_blocked_vehicle(api: Api):
    number = api.book(1, "rival")
    body = {"cause": "registration_shown"}
    assert api.post(f"/bookings/{number}/release", body, "clerk").code == "not_allowed"
    none = api.post(f"/bookings/{number}/release", {"cause": "felt_like_it"}, "officer")
    assert (none.status, none.code) == (422, "reason_missing")
    done = api.post(f"/bookings/{number}/release", body, "officer")
    assert done.body == {"number": number, "status": "released"}
    assert api.book(1, "carrier") == number + 1


# Said twice.


def test_the_same_key_and_body_have_one_effect_and_one_answer(api: Api):
    first = api.post("/bookings", api.form(), "carrier", key="order-1")
    again = api.post("/bookings", api.form(), "carrier", key="order-1")
    assert not first.replayed
    assert again.replayed
    assert (again.status, again.raw) == (first.status, first.raw)
    assert len(api.get("/bookings", "carrier").body["items"]) == 1


def test_the_same_key_with_another_body_is_refused(api: Api):
    api.post("/bookings", api.form(), "carrier", key="order-1")
    other = api.post("/bookings", api.form(2), "carrier", key="order-1")
    assert (other.status, other.code) == (422, "key_reused")
    elsewhere = api.post("/bookings/1/cancellation", {}, "carrier", key="order-1")
    assert elsewhere.code == "key_reused"


def test_keys_of_two_accounts_are_two_keys(api: Api):
    api.post("/bookings", api.form(), "carrier", key="order-1")
    assert api.post("/bookings", api.form(2), "rival", key="order-1").status == 201


def test_a_refusal_is_not_remembered(api: Api):
    first = api.post("/bookings", api.form(), "rival", key="theirs").body["number"]
    assert api.post("/bookings", api.form(), "carrier", key="k").code == "vehicle_booked"
    api.post(f"/bookings/{first}/cancellation", {}, "rival")
    assert api.post("/bookings", api.form(), "carrier", key="k").status == 201


def test_every_change_can_be_said_twice(api: Api):
    number = api.arrived()
    later, one = {"start": utc(api.world.window(day=3))}, {"booking": number}
    moved = api.book(2)
    steps = [
        ("PUT", f"/bookings/{moved}/window", later, "carrier"),
        ("POST", f"/bookings/{moved}/drivers", {"name": "Another"}, "carrier"),
        ("POST", f"/bookings/{moved}/cancellation", {}, "carrier"),
        ("POST", "/walk-ins", {"checkpoint": "kz_a", "vehicle": api.form(7)["vehicle"]}, "officer"),
        ("POST", "/calls", {"checkpoint": "kz_a"}, "officer"),
        ("POST", "/admissions", one, "officer"),
        ("POST", "/undos", one, "officer"),
        ("POST", "/admissions", one, "officer"),
        ("POST", "/crossings", one, "officer"),
        ("PUT", "/checkpoints/kz_a/days/2026-06-20", {"capacity": 48, "reason": "Rain"}, "agency"),
    ]
    for index, (method, path, body, who) in enumerate(steps):
        first = api.ask(method, path, body, who=who, key=f"step-{index}")
        again = api.ask(method, path, body, who=who, key=f"step-{index}")
        assert first.status in (200, 201), (path, first.raw)
        assert again.replayed, path
        assert (again.status, again.raw) == (first.status, first.raw), path


@pytest.mark.parametrize("key", [b"", b"x" * 201, b"with space", b"tab\there", "ключ".encode()])
def test_an_idempotency_key_that_is_none(api: Api, key: bytes):
    answer = api.post("/bookings", api.form(), "carrier", headers={"idempotency-key": key})
    assert (answer.status, answer.code) == (400, "wrong_idempotency_key")


# Many at once.


def test_bulk_answers_row_by_row_in_order(api: Api):
    taken = api.form(1, start=api.world.window(day=2))
    rows = [api.form(1), taken, api.form(2), api.form(3, checkpoint="kz_z"), api.form(4)]
    answer = api.post("/bookings/bulk", {"rows": rows}, "carrier", key="fleet")
    assert answer.status == 200
    told = [
        r["booking"]["number"] if r["booking"] else r["problem"]["code"]
        for r in answer.body["rows"]
    ]
    assert told == [1, "vehicle_booked", 2, "checkpoint_unknown", 3]
    assert [r["status"] for r in answer.body["rows"]] == [201, 409, 201, 404, 201]
    assert answer.body["booked"] == 3


def test_bulk_sent_again_books_nothing_twice(api: Api):
    rows = [api.form(n) for n in range(8)]
    first = api.post("/bookings/bulk", {"rows": rows[:5]}, "carrier", key="fleet")
    again = api.post("/bookings/bulk", {"rows": rows[:5]}, "carrier", key="fleet")
    assert again.replayed
    assert again.raw == first.raw
    more = api.post("/bookings/bulk", {"rows": rows}, "carrier", key="fleet")
    assert not more.replayed
    assert more.body["booked"] == 8
    assert len(api.get("/bookings", "carrier").body["items"]) == 8


def test_a_rows_key_is_no_key_of_a_single_booking(api: Api):
    api.post("/bookings/bulk", {"rows": [api.form(1)]}, "carrier", key="fleet")
    assert api.post("/bookings", api.form(2), "carrier", key="fleet").status == 201
    assert api.post("/bookings", api.form(3), "carrier", key="fleet#0").status == 201


def test_bulk_takes_a_thousand_rows_and_no_more(api: Api):
    rows = [api.form(n, start=api.world.window(day=1, hour=n % 24)) for n in range(1_001)]
    assert api.post("/bookings/bulk", {"rows": rows}, "carrier").code == "wrong_type"
    assert api.post("/bookings/bulk", {"rows": []}, "carrier").code == "wrong_type"
    day = api.get("/checkpoints/kz_a/availability?from=2026-06-14&days=1").body["days"][0]
    places = day["ordinary"]
    done = api.post("/bookings/bulk", {"rows": rows[:1_000]}, "carrier").body
    assert len(done["rows"]) == 1_000
    assert done["booked"] == places


def test_a_malformed_row_refuses_the_whole(api: Api):
    rows = [api.form(1), api.form(2) | {"price": 3}]
    answer = api.post("/bookings/bulk", {"rows": rows}, "carrier")
    assert (answer.status, answer.code) == (400, "unknown_field")
    assert answer.body["facts"]["field"] == "$.rows[1].price"
    assert api.get("/bookings", "carrier").body["items"] == []


def test_a_key_narrowed_to_reading_gets_no_hold_of_the_accounts_bookings(api: Api):
    number = api.book(1)
    api.application.desk.ask(GrantRole("", ADMIN, PEOPLE["carrier"].account, "reader", "*"))
    api.keys["narrow"] = api.issue("carrier", "reader", "*")
    for answer in (
        api.post(f"/bookings/{number}/cancellation", {}, "narrow"),
        api.get(f"/bookings/{number}", "narrow"),
    ):
        assert (answer.status, answer.body["code"]) == (404, "booking_unknown")
    assert api.get("/bookings", "narrow").body["items"] == []
    assert [row["number"] for row in api.get("/bookings", "carrier").body["items"]] == [number]


def test_staff_say_why_they_cancel_what_is_not_theirs(api: Api):
    number = api.book(1)
    path = f"/bookings/{number}/cancellation"
    assert api.post(path, {}, "officer").body["code"] == "reason_missing"
    assert api.post(path, {"cause": "papers"}, "officer").body["status"] == "cancelled"
    assert api.world.body()["cause"] == "papers"


def vehicle_like(api: Api, **changes: object) -> dict:
    form = api.form()
    return form | {"vehicle": form["vehicle"] | changes}


def test_a_plate_that_was_read_anew_is_told(api: Api):
    made = api.post("/bookings", vehicle_like(api, plate="KZ 7O1 AAA 02", vin=""), "carrier")
    assert made.body["plate_read_as"] == "701AAA02"
    seen = api.get(f"/bookings/{made.body['number']}", "carrier").body
    assert seen["plate_read_as"] == seen["vehicle"]["plate"] == "701AAA02"
    assert (seen["vehicle"]["plate_typed"], seen["vehicle"]["plate_note"]) == (
        "KZ7O1AAA02",
        "read_anew",
    )
    again = api.post("/bookings", vehicle_like(api, plate="701 AAA 02", vin=""), "carrier")
    assert (again.status, again.code) == (409, "vehicle_booked")
    for text in ("KZ701AAA02", "7o1aaa02", "701 AAA 2", "7O1A", "0701AAA02"):
        found = api.post("/checkpoints/kz_a/search", {"q": text}, "officer").body["items"]
        assert [hit["number"] for hit in found] == [made.body["number"]], text


def test_a_plate_that_nobody_can_read_needs_a_vin(api: Api):
    answer = api.post("/bookings", vehicle_like(api, plate="XYZ", vin=""), "carrier")
    assert (answer.status, answer.code) == (422, "vin_missing")
    made = api.post("/bookings", vehicle_like(api, plate="XYZ", vin=""), "clerk")
    seen = api.get(f"/bookings/{made.body['number']}", "clerk").body
    assert seen["vehicle"]["plate_note"] == "unread"


def test_signs_that_nobody_sees_are_cleaned_away(api: Api):
    pasted = vehicle_like(
        api,
        country="K\u200bZ",
        plate="\ufeff701\u00a0AAA\u00ad02",
        phone="+7\u2011701\u00a0123\u200b4567\u202c",
        drivers=["A\u200bB"],
    )
    made = api.post("/bookings", pasted, "carrier")
    seen = api.get(f"/bookings/{made.body['number']}", "carrier").body
    assert seen["vehicle"]["plate"] == "701AAA02"
    assert seen["vehicle"]["phone"] == "+77011234567"
    assert seen["drivers"] == ["AB"]


@pytest.mark.parametrize("phone", ["0555 123 456", "+7 701 123 45 6"])
def test_a_phone_that_no_country_has_is_refused(api: Api, phone: str):
    answer = api.post("/bookings", vehicle_like(api, phone=phone), "carrier")
    assert (answer.status, answer.code) == (422, "phone_impossible")


@pytest.fixture
def bounded(tmp_path: Path) -> Iterator[Api]:
    """An installation whose rival nobody has confirmed, with small limits."""
    made = Api(tmp_path, settings={"rate_book": 4, "unconfirmed_live": 6})
    with made.store.unit() as unit:
        rival = replace(unit.get(Account, PEOPLE["rival"].account), confirmed_at=None)
        unit.save({(Account, rival.id): rival}, [], [])
    yield made
    made.close()


def test_a_new_carrier_books_so_many_a_minute_rows_of_a_table_counted(bounded: Api):
    rows = [bounded.form(n) for n in range(1, 11)]
    body = bounded.post("/bookings/bulk", {"rows": rows}, "rival").body
    codes = [row["problem"]["code"] if row["problem"] else "" for row in body["rows"]]
    assert codes == [""] * 4 + ["unconfirmed_rate"] * 6
    problem = body["rows"][-1]["problem"]
    assert (problem["status"], problem["facts"]["most"]) == (429, 4)
    assert "administrator" in problem["next"]
    single = bounded.post("/bookings", bounded.form(20), "rival")
    assert (single.status, single.code) == (429, "unconfirmed_rate")
    assert bounded.post("/bookings/bulk", {"rows": rows[5:]}, "carrier").body["booked"] == 5


def test_a_new_carrier_holds_so_many_until_it_is_confirmed(bounded: Api):
    for first in (1, 5):
        bounded.application.rates._empty_at.clear()
        rows = [bounded.form(n) for n in range(first, first + 4)]
        body = bounded.post("/bookings/bulk", {"rows": rows}, "rival").body
    assert body["booked"] == 2
    assert body["rows"][-1]["problem"]["code"] == "unconfirmed_live"
    confirm = ConfirmCarrier("", PEOPLE["agency"], PEOPLE["rival"].account)
    assert isinstance(bounded.application.desk.ask(confirm), Done)
    later = bounded.world.window(day=2)
    rows = [bounded.form(n, start=later) for n in range(20, 30)]
    assert bounded.post("/bookings/bulk", {"rows": rows}, "rival").body["booked"] == 10
