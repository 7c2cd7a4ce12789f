"""A lost link is found by number and phone together, and by neither alone."""

from __future__ import annotations

import re

import pytest

from kezek.app.rate import STRANGERS
from tests.web.staff.office import opened
from tests.world import vehicle


def ask(browser, number: object, phone: str):
    return browser.send("/ticket", "/ticket", number=str(number), phone=phone)


def test_number_and_phone_open_the_ticket(office):
    number = office.book(7, who="public")
    answer = ask(office.browser(), number, "+7 (70000) 00-007")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/t/{office.house.papers.link(number)}"


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
    [("x1", "+77000000007", "number"), ("", "+77000000007", "number"), ("1", "7", "phone")],
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
        assert answer.headers["retry-after"]
        assert "Code: rate_limited" in answer.text
        office.wait(minutes=2)
        assert ask(browser, 1, "+77000000007").status_code == 422
