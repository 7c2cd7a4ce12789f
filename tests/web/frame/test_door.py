"""What every page passes: languages, tokens, bounds, and the error page at the end of every fault."""

from __future__ import annotations

import logging
import re
from unittest.mock import patch
from urllib.parse import quote

import pytest
from litestar.testing import TestClient

from kezek.api.frame.problem import REFUSALS
from kezek.app.desk.desk import Overloaded, Stopped
from kezek.domain.kernel.refusal import Reason
from kezek.web.app import build_pages
from kezek.web.errors import status_of
from kezek.web.frame import csrf
from tests.web.office import opened

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


def code(answer) -> str:
    return re.search(r"Code: (\w+)", answer.text)[1]


def addresses(office) -> list[tuple[str, str]]:
    """Every method and address of the pages, with something sensible for what is variable."""
    number = office.book(1, who="public")
    fitting = {"checkpoint": "kz_a", "secret": office.application.papers.link(number), "code": "kz"}
    found = []
    for route in office.app.routes:
        path = re.sub(r"\{(\w+)(:\w+)?\}", lambda m: fitting.get(m[1], "x"), route.path_format)
        methods = getattr(route, "methods", ())
        found += [(m, path) for m in ("GET", "POST") if m in methods and "/live" not in path]
    return found


def test_every_answer_has_the_headers_that_keep_it_safe(office):
    client = TestClient(office.app, raise_server_exceptions=False)
    for method, path in addresses(office):
        if path.startswith("/static"):
            continue
        answer = client.request(method, path, follow_redirects=False)
        assert answer.status_code < 500, (method, path)
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (method, path, name)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_no_form_is_taken_without_its_token(office):
    """Whatever the address: the door asks, not the page."""
    client = TestClient(office.app, raise_server_exceptions=False)
    posts = [path for method, path in addresses(office) if method == "POST"]
    assert len(posts) > 10
    for path in posts:
        before = len(office.events())
        answer = client.post(path, data={"key": "x" * 20}, follow_redirects=False)
        assert answer.status_code == 403, path
        assert code(answer) == "stale_page", path
        assert len(office.events()) == before, path


@pytest.mark.parametrize(
    ("path", "offered"),
    [("/users/add", True), ("/console/kz_a/call", True), ("/book", False), ("/ticket", False)],
)
def test_whose_cookies_are_gone_is_led_to_sign_in_where_one_signs_in(office, path, offered):
    client = TestClient(office.app, raise_server_exceptions=False)
    answer = client.post(path, data={"key": "x" * 20}, follow_redirects=False)
    assert code(answer) == "stale_page"
    assert (f'href="/sign-in?next={quote(path, safe="")}"' in answer.text) is offered


def test_a_token_of_another_browser_is_refused(office):
    fields = office.browser().token("/ticket")
    answer = office.browser().post("/ticket", fields | {"number": "1", "phone": "+77000000001"})
    assert code(answer) == "stale_page"


def test_a_form_that_another_site_sends_is_refused(office):
    browser = office.browser()
    fields = browser.token("/ticket") | {"number": "1", "phone": "+77000000001"}
    for site, status in (
        ("cross-site", 403),
        ("same-site", 403),
        ("same-origin", 422),
        ("none", 422),
    ):
        answer = browser.client.post("/ticket", data=fields, headers={"sec-fetch-site": site})
        assert answer.status_code == status, site


def test_a_token_is_bound_to_the_session():
    token = csrf.make_token("seed", "session", "0" * 16)
    assert csrf.fits(token, "seed", "session")
    assert not csrf.fits(token, "seed", "other")
    assert not csrf.fits(token, "other", "session")
    assert not csrf.fits(token[:-1] + "x", "seed", "session")
    assert not csrf.fits("", "seed", "session")
    assert not csrf.fits(csrf.make_token("", "", "0" * 16), "", "")


def test_a_session_that_ran_out(office):
    browser = office.browser("carrier")
    page = browser.page("/carrier/garage")
    fields = browser.fill(page, "/carrier/garage/driver/add") | {
        "driver": "N",
        "phone": "+77000000001",
    }
    office.wait(hours=13)
    answer = browser.post("/carrier/garage/driver/add", fields)
    assert answer.status_code == 401
    assert code(answer) == "session_expired"
    assert 'href="/sign-in"' in answer.text
    asked = browser.get("/carrier/garage")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=%2Fcarrier%2Fgarage&expired=1"


def test_a_page_of_somebody_elses_role(office):
    answer = office.browser("carrier").get("/users")
    assert answer.status_code == 403
    assert code(answer) == "not_allowed"


@pytest.mark.parametrize(
    ("body", "kind", "status", "said"),
    [
        (b"x=1", "text/plain", 400, "malformed"),
        (b"{}", "application/json", 400, "malformed"),
        (b"phone=%ff%fe", "application/x-www-form-urlencoded", 400, "not_utf8"),
        (b"phone=\xff\xfe", "application/x-www-form-urlencoded", 400, "not_utf8"),
        (b"a" * 2_000_000, "application/x-www-form-urlencoded", 413, "too_large"),
        (
            b"&".join(b"a=1" for _ in range(6_000)),
            "application/x-www-form-urlencoded",
            400,
            "malformed",
        ),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", 400, "malformed"),
        (b"", "multipart/form-data", 400, "malformed"),
    ],
)
def test_a_body_that_is_no_form_of_ours(office, body: bytes, kind: str, status: int, said: str):
    client = office.browser().client
    answer = client.post("/ticket", content=body, headers={"content-type": kind})
    assert (answer.status_code, code(answer)) == (status, said)


def test_a_body_that_hides_its_length_is_bounded_too(office):
    def parts():
        for _ in range(200):
            yield b"a" * 10_000

    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = office.browser().client.post("/ticket", content=parts(), headers=headers)
    assert (answer.status_code, code(answer)) == (413, "too_large")


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/static", 404, "not_found"),
        ("GET", "/checkpoints/", 404, "not_found"),
        ("DELETE", "/book", 405, "method_not_allowed"),
        ("PUT", "/", 405, "method_not_allowed"),
        ("GET", "/regulations/atlantis", 404, "not_found"),
    ],
)
def test_addresses_that_are_not_there(office, method: str, path: str, status: int, said: str):
    answer = office.browser().client.request(method, path)
    assert (answer.status_code, code(answer)) == (status, said)
    assert 'href="/"' in answer.text


@pytest.mark.parametrize(
    ("lang", "said"),
    [("ru", "Страница не найдена"), ("kk", "Бет табылмады"), ("fr", "Page not found")],
)
def test_errors_are_in_the_readers_language(office, lang: str, said: str):
    answer = office.browser().client.get("/nowhere", headers={"accept-language": lang})
    assert said in answer.text


@pytest.mark.parametrize(
    ("fault", "said"),
    [(Overloaded(), "overloaded"), (Stopped(), "unavailable")],
)
def test_when_the_world_fails_nothing_was_changed(office, fault: Exception, said: str):
    number, browser = office.book(1, who="public"), office.browser()
    address = f"/t/{office.application.papers.link(number)}"
    page = browser.page(address)
    fields = browser.fill(page, address + "/cancel")

    async def fail(desk: object, command: object) -> None:
        raise fault

    with patch.object(type(office.application.desk), "submit", fail):
        answer = browser.post(address + "/cancel", fields)
    assert (answer.status_code, code(answer)) == (503, said)
    assert answer.headers["retry-after"]
    assert "Nothing was changed." in answer.text
    again = browser.post(address + "/cancel", fields)
    assert again.status_code == 303


def test_our_own_mistake_shows_a_reference_and_nothing_else(office, caplog):
    caplog.set_level(logging.ERROR, logger="kezek.web")
    browser = office.browser()

    def boom(self, now):
        raise RuntimeError("secret detail")

    with patch.object(type(office.application.boards), "rows", boom):
        answer = browser.get("/")
    assert (answer.status_code, code(answer)) == (500, "internal")
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    reference = re.search(r"Reference for the operator: (\w+)", answer.text)[1]
    assert reference in caplog.text


def test_an_address_that_asks_too_often():
    with opened(rate_public=5) as office:
        browser = office.browser()
        answers = [browser.get("/privacy").status_code for _ in range(7)]
        assert answers == [200] * 5 + [429] * 2
        office.wait(minutes=2)
        assert browser.get("/privacy").status_code == 200


def test_behind_a_proxy_the_last_address_counts():
    with opened(rate_public=1, proxy_header="X-Forwarded-For") as office:
        client = office.browser().client
        said = [
            client.get("/privacy", headers={"x-forwarded-for": told}).status_code
            for told in ("9.9.9.9, 1.1.1.1", "8.8.8.8, 1.1.1.1", "1.1.1.1, 2.2.2.2")
        ]
        assert said == [200, 429, 200]


def test_a_chosen_language_is_remembered(office):
    browser = office.browser()
    answer = browser.get("/privacy?lang=kk")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert 'lang="kk"' in browser.page("/privacy")
    assert 'lang="en"' in browser.get("/privacy?lang=en").text


def test_cookies_stay_on_secure_links_where_the_operator_says_so():
    with opened(secure_cookies=True) as office:
        answer = office.browser().get("/ticket")
        assert "Secure" in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"]


@pytest.mark.parametrize("cookie", ["nonsense", "W10", "W1siZXZpbCIsIjx4PiJdXQ", "é", ""])
def test_a_forged_message_is_never_shown(office, cookie: str):
    client = office.browser().client
    headers = [(b"cookie", b"kezek_flash=" + cookie.encode())]
    answer = client.get("/privacy", headers=headers)
    assert answer.status_code == 200
    assert "flash" not in re.sub(r"<link[^>]+>", "", answer.text)


def test_a_refusal_has_the_same_status_on_a_page_and_for_a_program():
    assert {reason: status_of(reason) for reason in Reason} == REFUSALS
    assert {*REFUSALS.values()} == {403, 404, 409, 422, 429}


def test_pages_are_packed_for_slow_networks(office):
    client = office.browser().client
    packed = client.get("/privacy", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert (
        "content-encoding" not in client.get("/privacy", headers={"accept-encoding": "br"}).headers
    )


def test_two_sets_of_pages_share_nothing(office):
    assert build_pages(office.application).routes is not build_pages(office.application).routes
