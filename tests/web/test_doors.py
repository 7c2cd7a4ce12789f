"""Who may enter which page, and what no form gets past."""

from __future__ import annotations

import re

import pytest
from litestar import Router
from litestar.handlers import HTTPRouteHandler

from kezek.domain.kernel.instant import HOUR
from kezek.web.staff_routes import HANDLERS
from tests.web.office import Office
from tests.world import PEOPLE

WHO = ("", "carrier", "clerk", "officer", "supervisor", "agency", "kg_agency", "admin", "reader")
EVERYBODY = frozenset(WHO)
SIGNED_IN = EVERYBODY - {""}
OFFICERS, DESK = {"officer", "supervisor"}, {"clerk", "officer", "supervisor", "agency"}

# address: who may enter; for everybody else it ends in 403, or in signing in.
PAGES: dict[str, set[str] | frozenset[str]] = {
    "/sign-in": EVERYBODY,
    "/register": EVERYBODY,
    "/account": SIGNED_IN,
    "/console": OFFICERS,
    "/console/kz_a": OFFICERS,
    "/console/kz_a/arrive": OFFICERS,
    "/console/kz_a/search": OFFICERS,
    "/console/kz_a/handover": OFFICERS,
    "/console/kz_a/list": OFFICERS,
    "/agency": {"agency", "kg_agency"},
    "/agency/what-if": {"agency", "kg_agency"},
    "/agency/kz_a": {"agency"},
    "/agency/kz_a/2026-06-14": {"agency"},
    "/agency/kz_a/2026-06-14/affected.csv": {"agency"},
    "/carrier": {"carrier"},
    "/carrier/move": {"carrier"},
    "/carrier/print": {"carrier"},
    "/carrier/bulk/template": {"carrier"},
    "/carrier/bulk/next": {"carrier"},
    "/carrier/garage": {"carrier"},
    "/carrier/garage/vehicle/add": {"carrier"},
    "/carrier/garage/driver/remove": {"carrier"},
    "/carrier/bulk": {"carrier"},
    "/carrier/bulk/answer": {"carrier"},
    "/clerk": DESK | {"kg_agency"},
    "/clerk/book": DESK | {"kg_agency"},
    "/clerk/kz_a": DESK,
    "/clerk/search": DESK | {"kg_agency"},
    "/users": {"admin", "agency", "kg_agency"},
    "/users/add": {"admin"},
    "/users/link": {"admin"},
    "/users/close": {"admin"},
    "/users/confirm": {"admin", "agency", "kg_agency"},
    "/users/grant": {"admin"},
    "/users/withdraw": {"admin"},
    "/keys": SIGNED_IN,
    "/keys/add": SIGNED_IN,
    "/keys/revoke": SIGNED_IN,
    "/log": {"agency", "kg_agency", "admin"},
}
# Streams stay open, so that only the closed door is tried.
STREAMS = {"/console/kz_a/stream": OFFICERS, "/carrier/stream": {"carrier"}}
# A form that is let in goes on to look at its fields: anything but 401 and 403.
FORMS: dict[str, set[str] | frozenset[str]] = {
    "/sign-in": EVERYBODY,
    "/sign-out": EVERYBODY,
    "/register": EVERYBODY,
    "/account": SIGNED_IN,
    "/console/kz_a/arrive": OFFICERS,
    "/console/kz_a/search": OFFICERS,
    "/agency/what-if": {"agency", "kg_agency"},
    "/agency/kz_a/2026-06-14": {"agency"},
    "/agency/kz_a/approve": {"agency"},
    "/agency/kz_a/refuse": {"agency"},
    "/carrier/garage/vehicle/add": {"carrier"},
    "/carrier/garage/driver/remove": {"carrier"},
    "/carrier/move": {"carrier"},
    "/carrier/bulk": {"carrier"},
    "/carrier/bulk/answer": {"carrier"},
    "/clerk/book": DESK | {"kg_agency"},
    "/clerk/search": DESK | {"kg_agency"},
    "/users/add": {"admin"},
    "/users/link": {"admin"},
    "/users/close": {"admin"},
    "/users/confirm": {"admin", "agency", "kg_agency"},
    "/users/grant": {"admin"},
    "/users/withdraw": {"admin"},
    "/keys/add": SIGNED_IN,
    "/keys/revoke": SIGNED_IN,
}
# Whoever has the link, which nobody guesses, may see what is behind it.
LINKED = {
    ("GET", "/password/{secret:str}"),
    ("POST", "/password/{secret:str}"),
    ("GET", "/what-if/{found:str}"),
    ("GET", "/what-if/{found:str}/{name:str}"),
}


def routes() -> set[tuple[str, str]]:
    router = Router(path="/", route_handlers=[*HANDLERS])
    return {
        (method, path)
        for route in router.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
        for path in handler.paths
        for method in handler.http_methods
        if method in ("GET", "POST")
    }


def test_every_route_has_its_row_here():
    tried = {("GET", url) for url in (*PAGES, *STREAMS)} | {("POST", url) for url in FORMS}
    for method, path in sorted(routes() - LINKED):
        pattern = re.compile(re.sub(r"\{\w+:str\}", "[^/]+", path))
        assert any(m == method and pattern.fullmatch(url) for m, url in tried), (method, path)


@pytest.mark.parametrize("who", WHO)
def test_a_page_opens_for_its_roles_and_for_no_other(office: Office, who: str):
    b = office.browser(who)
    for url, roles in PAGES.items():
        answer = b.get(url)
        if who in roles:
            assert answer.status_code in (200, 303), (url, answer.status_code)
            assert "/sign-in" not in answer.headers.get("location", ""), url
        elif who:
            assert answer.status_code == 403, (url, answer.status_code)
            assert "not_allowed" in answer.text, "the code, for whoever helps"
            assert 'class="btn' in answer.text, "and a way on"
        else:
            from urllib.parse import quote

            assert answer.status_code == 303
            assert answer.headers["location"] == f"/sign-in?next={quote(url, safe='')}"
    for url, roles in STREAMS.items():
        if who not in roles:
            assert b.get(url).status_code == (403 if who else 303), url


@pytest.mark.parametrize("who", WHO)
def test_a_form_is_taken_from_its_roles_and_from_no_other(office: Office, who: str):
    b = office.browser(who)
    end = office.last().position
    for url, roles in FORMS.items():
        if url == "/sign-out":
            continue
        answer = b.post(url, b.token())
        if who in roles and url != "/sign-in":
            assert answer.status_code not in (401, 403, 500), (url, answer.status_code)
        elif who not in roles:
            assert answer.status_code == (403 if who else 401), (url, answer.status_code)
            assert office.last().position == end, "nothing was done"


@pytest.mark.parametrize("token", ["", "0" * 48, "x", "é" * 20])
def test_no_form_goes_past_a_missing_or_a_wrong_token(office: Office, token: str):
    b = office.browser("admin")
    end = office.last().position
    fields = b.token() | {"_csrf_token": token}
    for url in FORMS:
        answer = b.post(url, {k: v for k, v in fields.items() if v})
        assert answer.status_code == 403, url
        assert "stale_page" in answer.text
        assert office.last().position == end


def test_the_token_of_another_session_is_refused(office: Office):
    one, other = office.browser("officer"), office.browser("second")
    stolen = one.token("/console/kz_a")
    answer = other.post("/console/kz_a/call", stolen | {"booking": "1"})
    assert answer.status_code == 403


def test_a_form_sent_by_another_site_is_refused(office: Office):
    b = office.browser("officer")
    fields = b.token("/console/kz_a") | {"booking": "1"}
    answer = b.client.post(
        "/console/kz_a/call", data=fields, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403


def test_a_session_that_has_run_out_leads_to_signing_in_and_back(office: Office):
    b = office.browser("officer")
    filled = b.token("/console/kz_a") | {"booking": "1"}
    office.wait(hours=12)
    answer = b.get("/console/kz_a")
    assert answer.headers["location"] == "/sign-in?next=%2Fconsole%2Fkz_a&expired=1"
    assert "You were signed out" in b.page(answer.headers["location"])
    end = office.last().position
    sent = b.post("/console/kz_a/call", filled)
    assert sent.status_code == 401
    assert "session_expired" in sent.text
    assert office.last().position == end


def test_a_closed_account_and_a_withdrawn_role_end_at_once(office: Office):
    from kezek.domain.account.decide import CloseAccount, GrantRole
    from tests.world import ADMIN

    b, c = office.browser("officer"), office.browser("carrier")
    account = PEOPLE["officer"].account
    assert b.get("/console/kz_a").status_code == 200
    office.done(GrantRole(office.key(), ADMIN, account, "officer", "kz_a", withdraw=True))
    assert b.get("/console/kz_a").status_code == 403
    assert c.get("/carrier").status_code == 200
    office.done(CloseAccount(office.key(), ADMIN, PEOPLE["carrier"].account))
    assert c.get("/carrier").status_code == 303


@pytest.mark.parametrize("url", ["/console/zz_zz", "/agency/zz_zz", "/clerk/zz_zz"])
def test_a_post_that_is_not_there_is_not_found(office: Office, url: str):
    from kezek.domain.account.decide import GrantRole
    from tests.world import ADMIN

    for role in ("officer", "agency", "clerk"):
        office.done(GrantRole(office.key(), ADMIN, 1, role, "*"))
    answer = office.browser("admin").get(url)
    assert answer.status_code == 404
    assert "checkpoint_unknown" in answer.text


@pytest.mark.parametrize("url", ["/console/kz_a", "/carrier", "/users", "/agency/kz_a", "/account"])
def test_no_page_behind_a_sign_in_is_kept_by_anybody(office: Office, url: str):
    who = {"/console/kz_a": "officer", "/users": "admin", "/agency/kz_a": "agency"}
    answer = office.browser(who.get(url, "carrier")).get(url)
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_every_page_speaks_every_language(office: Office, lang: str):
    for url, roles in PAGES.items():
        who = next(iter(sorted(roles - {""})))
        answer = office.browser(who).get(f"{url}?lang={lang}")
        assert answer.status_code in (200, 303), url
        if answer.status_code == 200:
            page = answer.headers["content-type"].startswith("text/html")
            assert not page or f'<html lang="{lang}" dir="ltr"' in answer.text


def test_sessions_last_as_long_as_the_settings_say(office: Office):
    b = office.browser("officer")
    office.wait(hours=11)
    assert b.get("/console/kz_a").status_code == 200
    assert office.application.settings.session_hours * HOUR == 12 * HOUR
