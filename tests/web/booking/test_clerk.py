"""The desk: a booking for somebody who came or called, printed, found again, moved, cancelled."""

from __future__ import annotations

import re

from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from kezek.web.frame.format import hour_value
from tests.web.office import Browser, Office, code_of
from tests.world import PEOPLE, A, B, vehicle

BOOK = "/clerk/book"
AT = f"{BOOK}?checkpoint=kz_a&day=2026-06-14&hour=2026-06-14T07:00Z"


def steps(b: Browser, n: int = 1, at: str = AT, **fields: str):
    """From the chosen hour to the confirmed booking; the last answer."""
    truck = vehicle(n)
    given = {
        "vehicle_class": "in_turn",
        "country": truck.country,
        "plate": truck.plate,
        "vin": truck.vin,
        "trailer": "",
        "phone": truck.phone,
        "driver": truck.drivers[0],
    } | fields
    checked = b.post(BOOK, b.fill(b.page(at), BOOK) | given)
    assert checked.status_code == 200, checked.text[-800:]
    nth = next(
        n
        for n in range(checked.text.count("<form"))
        if b.fill(checked.text, BOOK, n).get("step") == "confirm"
    )
    return b.post(BOOK, b.fill(checked.text, BOOK, nth))


def test_a_clerk_books_for_a_driver_and_hands_over_paper(office: Office):
    b = office.browser("clerk")
    done = steps(b)
    assert done.status_code == 303
    assert re.fullmatch(r"/t/1-[\w-]+/print", done.headers["location"])
    paper = b.page(done.headers["location"])
    assert code_of(1) in paper
    page = b.page("/clerk")
    assert code_of(1) in page[page.index("Booked here today") :]


def test_staff_may_book_the_classes_that_are_not_on_sale(office: Office):
    b = office.browser("clerk")
    when = "?checkpoint=kz_a&day=2026-06-14"
    assert "class=priority" in b.page(BOOK + when)
    assert "class=priority" not in office.browser("carrier").page("/book" + when)
    assert steps(b, at=f"{AT}&class=priority", vehicle_class="priority").status_code == 303
    assert office.booking(1).vehicle_class == "priority"


def test_a_clerk_books_at_the_own_post_only(office: Office):
    b = office.browser("clerk")
    assert b.get(f"{BOOK}?checkpoint=kz_b").status_code == 403
    answer = b.post(BOOK, b.token() | {"checkpoint": "kz_b", "step": "check"})
    assert answer.status_code == 403
    assert b.get("/clerk/kz_a").headers["location"] == f"{BOOK}?checkpoint=kz_a"
    assert b.get("/clerk/kz_b").status_code == 403
    assert b.get(BOOK).headers["location"] == "/clerk"


def look_for(b: Browser, text: str) -> str:
    answer = b.send("/clerk", "/clerk/search", q=text)
    assert answer.status_code == 200
    return answer.text


def test_a_search_is_sent_and_never_part_of_an_address(office: Office):
    office.book(1)
    b = office.browser("clerk")
    assert "/print" not in b.page("/clerk?q=TST00001")
    assert b.get("/clerk/search").headers["location"] == "/clerk"


def test_bookings_are_found_by_plate_code_and_number_at_the_own_post(office: Office):
    number = office.book(1)
    office.book(2, line=B, start=office.window(B))
    b = office.browser("clerk")
    for q in ("00001", code_of(number), str(number)):
        page = look_for(b, q)
        assert "TST00001" in page
        assert re.search(r'href="/t/1-[\w-]+/print"', page)
    assert "TST00002" not in look_for(b, "TST")


def test_what_has_ended_is_found_with_how_and_when(office: Office):
    number, officer = office.book(1, start=office.window(hour=9)), PEOPLE["officer"]
    for step in (Arrive, Admit, Cross):
        if step is Admit:
            office.done(Call(office.key(), officer, A))
        office.done(step(office.key(), officer, number))
    office.wait(minutes=70)
    page = look_for(office.browser("clerk"), "TST00001")
    assert "Nothing found" not in page
    found = page[page.index("Found for") : page.index("Book for a driver")]
    assert "Crossed" in found
    assert "13 June, 09:30" in found
    office.wait(hours=25)
    assert "Nothing found" in look_for(office.browser("clerk"), "TST00001")


def test_the_search_stands_before_the_posts_nobody_asked_for(office: Office):
    page = office.browser("clerk").page("/clerk")
    assert page.index('id="find-h"') < page.index('id="new-h"')


def test_moved_and_cancelled_for_a_caller_under_the_clerks_own_name(office: Office):
    number = office.book(1, start=office.window(day=1))
    b = office.browser("clerk")
    url = re.search(r'href="(/t/1-[\w-]+)"', look_for(b, code_of(number)))[1]
    unsaid = b.send(url, f"{url}/cancel", cause="")
    assert unsaid.status_code == 422
    assert "Give a reason for this step" in unsaid.text
    assert office.status(number) == "confirmed"
    to = f"{url}/move?day=2026-06-15&hour=" + hour_value(office.window(day=2))
    unsaid = b.send(to, f"{url}/move", cause="")
    assert unsaid.status_code == 409
    assert "Give a reason for this step" in unsaid.text
    b.flash(b.send(to, f"{url}/move", cause="breakdown"))
    assert office.body()["cause"] == "breakdown"
    b.flash(b.send(url, f"{url}/cancel", cause="asked_by_driver"))
    assert office.status(number) == "cancelled"
    assert office.body() == {"cause": "asked_by_driver", "from": "confirmed"}
    assert office.last().actor == f"account:{PEOPLE['clerk'].account}"


def test_who_booked_owes_no_reason(office: Office):
    number = office.book(1, start=office.window(day=1), who="clerk")
    b = office.browser("clerk")
    url = re.search(r'href="(/t/1-[\w-]+)"', look_for(b, code_of(number)))[1]
    assert "Reason for the change" not in b.page(url)
    b.flash(b.send(url, f"{url}/cancel"))
    assert office.status(number) == "cancelled"


def test_confirmed_twice_it_is_one_booking(office: Office):
    b = office.browser("clerk")
    truck = vehicle(1)
    given = {
        "country": truck.country,
        "plate": truck.plate,
        "vin": truck.vin,
        "phone": truck.phone,
        "step": "confirm",
    }
    fields = b.fill(b.page(AT), BOOK) | given
    first, second = (b.post(BOOK, fields) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert office.slot(office.window(day=1)).taken == 1


def test_every_post_of_a_clerk_can_be_reached_from_the_desk(office: Office, monkeypatch):
    monkeypatch.setattr("kezek.web.booking.clerk.PICKS_MAX", 0)
    page = office.browser("clerk").page("/clerk")
    assert f'href="{BOOK}?checkpoint=kz_a"' in page[page.index("All checkpoints") :]
