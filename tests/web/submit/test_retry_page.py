"""While the database is away or a command's outcome is unknown, a page works on instead of giving up."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest

from kezek.app.desk.desk import Desk
from kezek.app.port import OutcomeUnknown, StoreFault
from kezek.domain.booking.booking import Booking
from kezek.web.submit import retry_page
from kezek.web.submit.retry_page import AGAIN, COOKIE, asked_again
from tests.web.frame.test_door import code
from tests.web.office import Office

UNKNOWN = OutcomeUnknown("the line broke during the commit")


class Broken(StoreFault):
    permanent = True


@pytest.fixture
def broken(office: Office):
    """A ticket's form to cancel it, and a browser that shows the ticket."""
    office.app.asgi_handler = asked_again(office.app.asgi_handler)
    number, browser = office.book(1, who="public"), office.browser()
    address = f"/t/{office.application.papers.link(number)}/cancel"
    fields = browser.fill(browser.page(address.removesuffix("/cancel")), address)
    return number, browser, address, fields


def failing(fault: Exception, *, done: bool = False):
    """A desk that fails, having done what it was asked or not."""
    whole = Desk.submit

    async def submit(desk: Desk, command: object):
        if done:
            await whole(desk, command)
        raise fault

    return patch.object(Desk, "submit", submit)


def comes_back_to(text: str) -> str:
    """The address to which the page goes by itself, without script."""
    return re.search(r'http-equiv="refresh" content="\d+; url=([^"]+)"', text)[1]


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("fault", [UNKNOWN, StoreFault("away")])
def test_a_command_of_which_nobody_knows_is_asked_again_by_the_page_and_done_once(
    office: Office, broken, fault: Exception, done: bool
):
    number, browser, address, fields = broken
    with failing(fault, done=done):
        waiting = browser.post(address, fields)
        assert waiting.status_code == 503
        assert "Still working" in waiting.text
        assert waiting.headers["retry-after"]
        again = comes_back_to(waiting.text)
        assert again.startswith(AGAIN)
        still = browser.client.get(again)
        assert still.status_code == 503
        assert comes_back_to(still.text) == again
    settled = browser.client.get(again)
    assert (settled.status_code, settled.headers["location"]) == (
        303,
        address.removesuffix("/cancel"),
    )
    reader = office.application.store.reader
    assert reader.get(Booking, number).outcome == "cancelled"
    assert [e.kind for e in reader.history(number)].count("cancelled") == 1
    gone = [c for c in settled.headers.get_list("set-cookie") if c.startswith(f"{COOKIE}=;")]
    assert gone, "the form is forgotten"


def test_where_nothing_waits_the_address_leads_home(office: Office, broken):
    _number, browser, _address, _fields = broken
    for value in ("", "AAAA", "eJwDAAAAAAE="):
        answer = browser.client.get(AGAIN + "abc", headers={"cookie": f"{COOKIE}={value}"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_the_form_that_waits_passes_the_same_checks(office: Office, broken):
    _number, browser, address, fields = broken
    with failing(UNKNOWN):
        again = comes_back_to(browser.post(address, fields).text)
    foreign = browser.client.get(again, headers={"sec-fetch-site": "cross-site"})
    assert (foreign.status_code, code(foreign)) == (403, "stale_page")


def test_two_commands_that_wait_have_addresses_of_their_own(office: Office, broken):
    _number, browser, address, fields = broken
    with failing(UNKNOWN):
        pages = [browser.post(address, fields | {"key": f"key-number-{n:04d}"}) for n in range(2)]
    first, second = (comes_back_to(page.text) for page in pages)
    assert first != second


def test_the_address_and_the_page_tell_nothing_of_the_form(office: Office, broken):
    _number, browser, address, fields = broken
    with failing(UNKNOWN):
        waiting = browser.post(address, fields)
    again = comes_back_to(waiting.text)
    for secret in (fields["key"], address.split("/")[2]):
        assert secret not in again
        assert secret not in waiting.text


@pytest.mark.parametrize(
    ("lang", "said"), [("ru", "Ещё выполняется"), ("kk", "Әлі орындалып жатыр")]
)
def test_it_waits_in_the_readers_language(office: Office, broken, lang: str, said: str):
    _number, browser, address, fields = broken
    with failing(UNKNOWN):
        browser.client.cookies.set("kezek_lang", lang)
        assert said in browser.post(address, fields).text


def test_a_form_that_no_cookie_can_hold_says_what_to_do(office: Office, broken):
    _number, browser, address, fields = broken
    large = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(3_000))
    with failing(UNKNOWN):
        answer = browser.post(address, fields | {"note": large})
    assert (answer.status_code, code(answer)) == (503, "outcome_unknown")
    assert "not carried out twice" in answer.text
    assert "http-equiv" not in answer.text


def test_a_password_never_waits_in_a_cookie(office: Office, broken):
    _number, browser, address, fields = broken
    with failing(UNKNOWN):
        answer = browser.post(address, fields | {"password": "correct horse battery"})
    assert COOKIE not in answer.headers.get("set-cookie", "")


def test_what_will_not_mend_by_itself_is_not_waited_for(office: Office, broken):
    _number, browser, address, fields = broken
    with failing(Broken("another schema")):
        answer = browser.post(address, fields)
    assert (answer.status_code, code(answer)) == (503, "unavailable")
    assert "http-equiv" not in answer.text


def test_a_page_that_cannot_be_read_now_comes_by_itself(office: Office, broken):
    _number, browser, address, _fields = broken
    ticket = address.removesuffix("/cancel")
    tickets = type(office.application.tickets)
    with patch.object(tickets, "view", side_effect=StoreFault("away")):
        answer = browser.client.get(f"{ticket}/move")
    assert answer.status_code == 503
    assert re.search(r'http-equiv="refresh" content="\d+"', answer.text)
    assert browser.client.get(f"{ticket}/move").status_code == 200


def test_who_has_signed_in_sees_the_waiting_page_though_nobody_can_be_looked_up(office: Office):
    browser = office.browser("officer")
    with patch.object(type(office.application.store), "session", side_effect=StoreFault("away")):
        answer = browser.client.get("/console")
    assert answer.status_code == 503
    assert "Still working" in answer.text


def test_nobody_looks_at_an_empty_page_while_the_desk_is_held_up(
    office: Office, broken, monkeypatch: pytest.MonkeyPatch
):
    number, browser, address, fields = broken
    monkeypatch.setattr(retry_page, "PATIENCE_SECONDS", 0.01)
    held: list[object] = []
    with patch.object(Desk, "_enqueue", lambda _desk, asked: held.append(asked)):
        waiting = browser.post(address, fields)
    assert (waiting.status_code, code(waiting)) == (503, "outcome_unknown")
    # The command went on without the reader, and asking again tells what became of it.
    office.application.desk._enqueue(held[0])
    monkeypatch.undo()
    assert browser.client.get(comes_back_to(waiting.text)).status_code == 303
    reader = office.application.store.reader
    assert [e.kind for e in reader.history(number)].count("cancelled") == 1
