"""A lost link is found by a name of the booking and the phone together, and by neither alone."""

from __future__ import annotations

import re

import pytest

from kezek.app.booking import find_ticket
from kezek.app.server.rate import STRANGERS
from kezek.domain.booking.change import Cancel
from kezek.web.booking import own_tickets
from tests.web.office import opened
from tests.world import PEOPLE, vehicle


def ask(browser, name: object, phone: str):
    return browser.send("/ticket", "/ticket", ticket=str(name), phone=phone)


def test_number_and_phone_open_the_ticket(office):
    number = office.book(7, who="public")
    answer = ask(office.browser(), number, "+7 (70000) 00-007")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/t/{office.application.papers.link(number)}"


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("№ {number}", "+77000000007"),
        ("№{number}", "tel:+77000000007"),
        ("No. {number}", "тел. 8 700 000 00 07"),
        ("booking {number}", "8 (700) 000-00-07"),
        ("  {number}  ", "  +7 700 000 00 07 "),
        ("Бронирование № {number}", "+77000000007"),
        ("код {code}", "+77000000007"),
    ],
)
def test_what_stands_before_a_number_or_a_phone_is_no_hindrance(office, written: str, phone: str):
    number = office.book(7, who="public")
    name = written.format(number=number, code=office.booking(number).code)
    answer = ask(office.browser(), name, phone)
    assert answer.headers["location"] == f"/t/{office.application.papers.link(number)}"


@pytest.mark.parametrize("name", ["code", "code in small letters", "plate", "plate as painted"])
def test_code_or_plate_open_it_too(office, name: str):
    number = office.book(7, who="public")
    code = office.booking(number).code
    typed = {
        "code": code,
        "code in small letters": code.lower(),
        "plate": "TST00007",
        "plate as painted": "tst 00-007",
    }
    answer = ask(office.browser(), typed[name], "+77000000007")
    assert answer.headers["location"] == f"/t/{office.application.papers.link(number)}"


def test_by_the_plate_only_a_live_booking_is_found(office):
    old = office.book(7, who="public")
    office.done(Cancel(office.key(), PEOPLE["clerk"], old, cause="breakdown"))
    assert ask(office.browser(), "TST00007", vehicle(7).phone).status_code == 422
    assert ask(office.browser(), old, vehicle(7).phone).status_code == 303
    number = office.book(7, who="public")
    answer = ask(office.browser(), "TST00007", vehicle(7).phone)
    assert answer.headers["location"] == f"/t/{office.application.papers.link(number)}"


def test_every_wrong_guess_is_answered_alike(office):
    number, other = office.book(7, who="public"), vehicle(8).phone
    code = office.booking(number).code
    said = set()
    for guess in (number, code, "TST00007", number + 1, "ZZZZ", "TST99999", "no such thing", "Ω"):
        answer = ask(office.browser(), guess, other)
        assert answer.status_code == 422
        said.add(re.search(r'id="errors">.*?</ul>', answer.text, re.DOTALL)[0])
    assert len(said) == 1


def test_this_browser_lists_its_tickets_until_it_is_told_to_forget(office):
    b, numbers = office.browser(), [office.book(n, who="public") for n in (7, 8)]
    assert "Your tickets" not in b.page("/ticket")
    for n, number in zip((7, 8), numbers, strict=True):
        ask(b, number, vehicle(n).phone)
    page = b.page("/ticket")
    assert [page.count(f"/t/{office.application.papers.link(n)}") for n in numbers] == [1, 1]
    assert "TST0000" not in page
    cookie = next(c for c in b.client.cookies.jar if c.name == own_tickets.COOKIE)
    assert cookie.has_nonstandard_attr("HttpOnly")
    wrong = ask(b, "ZZZZ", vehicle(7).phone).text
    assert wrong.index('id="errors"') < wrong.index("Your tickets"), "what is wrong is in view"
    b.send("/ticket", "/ticket/forget", number=str(numbers[0]))
    page = b.page("/ticket")
    assert [page.count(f"/t/{office.application.papers.link(n)}") for n in numbers] == [0, 1]
    b.send("/ticket", "/ticket/forget", number="")
    assert "Your tickets" not in b.page("/ticket")
    assert office.application.tickets.view(numbers[0], office.now.at).live, "the booking stands"


def test_a_browser_keeps_so_many_tickets_and_no_more(office):
    b = office.browser()
    numbers = [office.book(n, who="public") for n in range(1, own_tickets.TICKETS_MAX + 3)]
    for n, number in enumerate(numbers, 1):
        ask(b, number, vehicle(n).phone)
    page = b.page("/ticket")
    shown = [n for n in numbers if f"/t/{office.application.papers.link(n)}" in page]
    assert shown == numbers[-own_tickets.TICKETS_MAX :]


@pytest.mark.parametrize("text", ["x", ".", "1-short", "9" * 5_000, "1-" + "A" * 22, "ж"])
def test_a_cookie_that_is_none_of_ours_lists_nothing(office, text: str):
    headers = {"cookie": f"{own_tickets.COOKIE}={text}".encode()}
    answer = office.browser().client.get("/ticket", headers=headers)
    assert answer.status_code == 200
    assert "Your tickets" not in answer.text


def test_a_wrong_number_and_a_wrong_phone_are_answered_alike(office):
    number, phone = office.book(7, who="public"), vehicle(7).phone
    answers = [
        ask(office.browser(), *pair) for pair in ((number, "+77000009999"), (number + 1, phone))
    ]
    said = [re.search(r'id="errors">.*?</ul>', a.text, re.DOTALL)[0] for a in answers]
    assert said[0] == said[1]
    assert {a.status_code for a in answers} == {422}


@pytest.mark.parametrize(
    ("number", "phone", "field"),
    [("", "+77000000007", "ticket"), ("1", "7", "phone"), ("1", "", "phone")],
)
def test_what_cannot_be_is_told_at_its_field(office, number: str, phone: str, field: str):
    answer = ask(office.browser(), number, phone)
    assert answer.status_code == 422
    assert f'id="f-{field}-e"' in answer.text
    assert f'value="{phone}"' in answer.text


def test_guessing_one_booking_is_slowed_down_from_however_many_addresses():
    with opened(rate_sign_in=1, proxy_header="x-real-ip") as office:
        codes = []
        for number in (*[7] * (STRANGERS + 1), 8):
            browser = office.browser()
            browser.client.headers["x-real-ip"] = f"192.0.2.{len(codes)}"
            codes.append(ask(browser, number, "+77000000007").status_code)
        assert codes == [*[422] * STRANGERS, 429, 422]


def test_one_address_keeps_no_driver_from_the_own_ticket():
    with opened(rate_sign_in=3, proxy_header="x-real-ip") as office:
        number = office.book(7, who="public")
        stranger, driver = office.browser(), office.browser()
        stranger.client.headers["x-real-ip"] = "192.0.2.1"
        driver.client.headers["x-real-ip"] = "192.0.2.2"
        codes = [ask(stranger, number, "+77000000000").status_code for _ in range(5)]
        assert codes == [422, 422, 422, 429, 429]
        assert ask(driver, number, "+77000000007").status_code == 303


def test_guessing_is_slowed_down_by_address():
    with opened(rate_sign_in=3) as office:
        browser = office.browser()
        for _ in range(3):
            assert ask(browser, 1, "+77000000007").status_code == 422
        answer = ask(browser, 1, "+77000000007")
        assert answer.status_code == 429
        wait = answer.headers["retry-after"]
        assert f"Try again in {wait} seconds." in answer.text
        assert 'name="ticket" type="text" value="1"' in answer.text
        assert 'value="+77000000007"' in answer.text
        office.wait(minutes=2)
        assert ask(browser, 1, "+77000000007").status_code == 422


def test_two_spellings_of_one_plate_are_guesses_at_one_booking():
    with opened(rate_sign_in=1, proxy_header="x-real-ip") as office:
        office.book(7, who="public")
        code = office.booking(1).code
        typed = ["TST00007", code, "1", "tst 00-007"]
        codes = []
        for name in (*typed, *typed):
            browser = office.browser()
            browser.client.headers["x-real-ip"] = f"192.0.2.{len(codes)}"
            codes.append(ask(browser, name, "+77000000000").status_code)
        assert codes == [*[422] * STRANGERS, 429, 429]


def test_a_text_that_may_stand_for_much_is_looked_for_so_often(office, monkeypatch):
    asked: list[str] = []

    def namesakes(_reader: object, _authority: str, plate: str) -> list:
        asked.append(plate)
        return []

    monkeypatch.setattr(type(office.store.reader), "namesakes", namesakes)
    monkeypatch.setattr(find_ticket, "spellings", lambda *_: (f"X{n}" for n in range(999)))
    office.application.lost_tickets.named("0O1I5S8B2Z6G")
    assert len(set(asked)) <= find_ticket.SPELLINGS_MAX + 3
