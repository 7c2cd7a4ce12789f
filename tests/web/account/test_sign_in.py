"""Signing in, one-time links, the own password, and a carrier that opens its own account."""

from __future__ import annotations

import re
from unittest.mock import AsyncMock, patch

import pytest

from kezek.app.account.access import PlainAccess
from kezek.app.application import Demo
from kezek.app.port import StoreFault
from kezek.domain.account.account import Account, Login
from kezek.domain.account.decide import SetPassword
from tests.web.office import PASSWORD, Browser, Office, opened
from tests.world import ADMIN, PEOPLE

NEW = "a longer password of mine"


def sign_in(b: Browser, login: str, password: str, **fields: str):
    return b.send("/sign-in", "/sign-in", login=login, password=password, **fields)


def without_tokens(text: str) -> str:
    return re.sub(r'name="(_csrf_token|key|login)" value="[^"]*"|value="\w+"', "", text)


@pytest.mark.parametrize(
    ("who", "home"),
    [
        ("officer", "/console/kz_a"),
        ("agency", "/agency"),
        ("carrier", "/carrier"),
        ("clerk", "/clerk"),
        ("admin", "/users"),
        ("reader", "/"),
    ],
)
def test_everybody_lands_at_the_own_work(office: Office, who: str, home: str):
    b = office.browser()
    answer = sign_in(b, office.with_password(who), PASSWORD)
    assert answer.status_code == 303
    assert answer.headers["location"] == home
    assert b.get("/sign-in").headers["location"] == home, "who has signed in goes on"


def test_the_name_may_be_written_in_any_case(office: Office):
    answer = sign_in(office.browser(), office.with_password("officer").upper(), PASSWORD)
    assert answer.status_code == 303


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(office: Office):
    office.with_password("officer")
    wrong = sign_in(office.browser(), "officer", "not the password")
    unknown = sign_in(office.browser(), "nobodys", "not the password")
    without = sign_in(office.browser(), "clerk", "hash")
    assert wrong.status_code == unknown.status_code == without.status_code == 401
    assert (
        without_tokens(wrong.text) == without_tokens(unknown.text) == without_tokens(without.text)
    )
    assert "not the password" not in wrong.text


def test_attempts_are_counted_per_login_and_per_address():
    with opened(rate_sign_in=3) as office:
        office.with_password("officer")
        b = office.browser()
        codes = [sign_in(b, f"name{n}", "wrong").status_code for n in range(4)]
        assert codes == [401, 401, 401, 429], "one address, many names"
    with opened(rate_sign_in=3, proxy_header="x-real-ip") as office:
        office.with_password("officer")
        found = []
        for n in range(19):
            b = office.browser()
            b.client.headers["x-real-ip"] = f"192.0.2.{n}"
            found.append(sign_in(b, "officer", "wrong"))
        codes = [a.status_code for a in found]
        assert codes == [401] * 18 + [429], "one name, many addresses"
        assert f"Try again in {found[-1].headers['retry-after']} seconds." in found[-1].text
        assert 'value="officer"' in found[-1].text
        office.wait(minutes=3)
        assert sign_in(office.browser(), "officer", PASSWORD).status_code == 303


def test_a_sign_in_under_way_does_not_outlive_a_new_password(office: Office):
    login, account = office.with_password("officer"), PEOPLE["officer"].account
    plain = office.application.access.plain
    verify, another = plain._locks.verify_password, plain.hash_password("border horse battery")

    def meanwhile(stored: str | None, text: str) -> bool:
        known = verify(stored, text)
        office.done(SetPassword(office.key(), ADMIN, account, another))
        plain.end_all(account)
        return known

    with patch.object(type(plain._locks), "verify_password", staticmethod(meanwhile)):
        assert plain.sign_in(login, PASSWORD) is None


def test_nobody_keeps_another_out_of_signing_in():
    with opened(rate_sign_in=3, proxy_header="x-real-ip") as office:
        login = office.with_password("officer")

        def tried(address: str, password: str) -> int:
            b = office.browser()
            b.client.headers["x-real-ip"] = address
            return sign_in(b, login, password).status_code

        assert tried("192.0.2.1", PASSWORD) == 303
        assert [tried("198.51.100.1", "wrong") for _ in range(4)] == [401, 401, 401, 429]
        assert tried("192.0.2.2", PASSWORD) == 303, "one address alone does not use up a login"
        for n in range(40):
            tried(f"203.0.113.{n}", "wrong")
        assert tried("192.0.2.3", PASSWORD) == 429
        assert tried("192.0.2.1", PASSWORD) == 303, "many do, but not where the officer is known"


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("/console/kz_a?q=7F4M", "/console/kz_a?q=7F4M"),
        ("//evil.example", "/console/kz_a"),
        ("/\\evil.example", "/console/kz_a"),
        ("https://evil.example/", "/console/kz_a"),
        ("javascript:alert(1)", "/console/kz_a"),
        ("/қазақ", "/console/kz_a"),
        ("", "/console/kz_a"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(office: Office, wanted: str, where: str):
    answer = sign_in(office.browser(), office.with_password("officer"), PASSWORD, next=wanted)
    assert answer.headers["location"] == where


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("/account", "/account"),
        ("/%D2%9B%D0%B0%D0%B7%D0%B0%D2%9B", "/console/kz_a"),
        ("/%0d%0aset-cookie:%20a=b", "/console/kz_a"),
        ("%2f%2fevil.example", "/console/kz_a"),
        ("/%5cevil.example", "/console/kz_a"),
        ("/%00", "/console/kz_a"),
    ],
)
def test_who_has_signed_in_already_goes_on_at_our_own_addresses(
    office: Office, wanted: str, where: str
):
    answer = office.browser("officer").get(f"/sign-in?next={wanted}")
    assert (answer.status_code, answer.headers.get("location")) == (303, where)


def test_signing_out_ends_the_session_on_the_server(office: Office):
    b = office.browser("officer")
    kept = b.client.cookies["kezek_session"]
    assert b.flash(b.send("/console/kz_a", "/sign-out")) == "You are signed out."
    assert office.application.access.session(kept) is None
    b.client.cookies.set("kezek_session", kept)
    assert b.get("/console/kz_a").status_code == 303


def test_signing_in_anew_ends_the_session_before(office: Office):
    b = office.browser("clerk")
    kept = b.client.cookies["kezek_session"]
    fields = b.token("/clerk") | {"login": office.with_password("officer"), "password": PASSWORD}
    assert b.post("/sign-in", fields).status_code == 303
    assert office.application.access.session(kept) is None


def test_a_demonstration_says_that_its_links_run_out_in_real_time(office: Office):
    person = PEOPLE["officer"].account
    url = f"/password/{office.application.access.plain.one_time_link(person)}"
    said = "This is real time, not the time of the demonstration"
    assert said not in office.browser().get(url).text
    object.__setattr__(office.application, "demo", Demo(office.application.now(), 10, 1))
    assert said in office.browser().get(url).text


class TestOneTimeLink:
    def link(self, office: Office, who: str = "clerk") -> str:
        return "/password/" + office.application.access.plain.one_time_link(PEOPLE[who].account)

    def use(self, b: Browser, url: str, password: str = NEW, again: str = NEW):
        return b.send(url, url, password=password, again=again)

    def test_it_sets_the_password_once_and_signs_out_everywhere_else(self, office: Office):
        office.with_password("clerk")
        elsewhere, b, url = office.browser("clerk"), office.browser(), self.link(office)
        assert "clerk" in b.page(url)
        said = b.flash(self.use(b, url))
        assert "signed in here and nowhere else" in said
        assert elsewhere.get("/clerk").status_code == 303
        assert b.get("/clerk").status_code == 200
        assert sign_in(office.browser(), "clerk", NEW).status_code == 303
        assert sign_in(office.browser(), "clerk", PASSWORD).status_code == 401
        for answer in (b.get(url), b.post(url, b.token("/clerk"))):
            assert answer.status_code == 410
            assert "link_expired" in answer.text
            assert "/sign-in" in answer.text

    def test_looking_at_it_or_failing_does_not_use_it_up(self, office: Office):
        b, url = office.browser(), self.link(office)
        for password, again, field in (
            (NEW, "another", "f-again-e"),
            ("short", "short", "f-password-e"),
            ("1234567890", "1234567890", "Passwords of digits and signs alone"),
            ("Kezek-2026", "Kezek-2026", "Your own names and the name of this system"),
            ("x" * 200, "x" * 199, "f-again-e"),
        ):
            answer = self.use(b, url, password, again)
            assert answer.status_code == 422
            assert field in answer.text
        assert self.use(b, url).status_code == 303

    def test_it_holds_when_the_password_could_not_be_kept(self, office: Office):
        b, url = office.browser(), self.link(office)
        with patch.object(office.application.desk, "submit", AsyncMock(side_effect=StoreFault)):
            assert self.use(b, url).status_code == 503
        assert self.use(b, url).status_code == 303

    def test_two_presses_at_once_set_one_password(self, office: Office):
        b, url = office.browser(), self.link(office)
        with patch.object(PlainAccess, "end_all"):
            assert self.use(b, url).status_code == 303
            assert self.use(b, url, "quite another one", "quite another one").status_code == 410
        assert sign_in(office.browser(), "clerk", NEW).status_code == 303

    def test_it_runs_out_by_the_wall_clock(self, office: Office):
        b, url = office.browser(), self.link(office)
        office.wait(hours=24)
        assert b.get(url).status_code == 410

    def test_a_session_is_no_link_and_a_link_no_session(self, office: Office):
        secret = office.browser("clerk").client.cookies["kezek_session"]
        assert office.browser().get(f"/password/{secret}").status_code == 410
        b = office.browser()
        b.client.cookies.set("kezek_session", self.link(office).rpartition("/")[2])
        assert b.get("/clerk").status_code == 303


class TestOwnPassword:
    def change(self, b: Browser, current: str, password: str = NEW, again: str = NEW):
        return b.send("/account", "/account", current=current, password=password, again=again)

    def test_the_old_one_is_asked_for_and_other_browsers_are_signed_out(self, office: Office):
        office.with_password("officer")
        b, other = office.browser("officer"), office.browser("officer")
        assert self.change(b, "wrong").status_code == 422
        assert self.change(b, PASSWORD, "short", "short").status_code == 422
        assert self.change(b, PASSWORD, NEW, "differs").status_code == 422
        assert other.get("/account").status_code == 200
        assert "signed in here and nowhere else" in b.flash(self.change(b, PASSWORD))
        assert b.get("/account").status_code == 200
        assert other.get("/account").status_code == 303
        assert sign_in(office.browser(), "officer", NEW).status_code == 303

    def test_guessing_it_is_slow(self):
        with opened(rate_sign_in=2) as office:
            office.with_password("officer")
            b = office.browser("officer")
            codes = [self.change(b, "wrong").status_code for _ in range(3)]
            assert codes == [422, 422, 429]


class TestRegister:
    def join(self, b: Browser, **fields: str):
        given = {"login": "silkroad", "name": "Silk Road", "password": NEW, "again": NEW} | fields
        return b.send("/register", "/register", **given)

    def test_a_carrier_opens_its_own_account_and_is_signed_in(self, office: Office):
        b = office.browser()
        assert "Welcome" in b.flash(self.join(b))
        assert b.get("/carrier").status_code == 200
        assert b.get("/users").status_code == 403
        assert sign_in(office.browser(), "SILKROAD", NEW).status_code == 303

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"login": "x"}, "f-login-e"),
            ({"login": "two words"}, "f-login-e"),
            ({"login": "officer"}, "f-login-e"),
            ({"name": " "}, "f-name-e"),
            ({"password": "short", "again": "short"}, "f-password-e"),
            ({"again": "other"}, "f-again-e"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field(self, office: Office, fields: dict, field: str):
        answer = self.join(office.browser(), **fields)
        assert answer.status_code == 422
        assert f'id="{field}"' in answer.text

    def test_pressed_twice_it_is_one_account(self, office: Office):
        b = office.browser()
        given = {"login": "silkroad", "name": "S", "password": NEW, "again": NEW}
        fields = b.fill(b.page("/register"), "/register") | given
        seed = b.client.cookies["kezek_form"]
        first = b.post("/register", fields)
        b.client.cookies.clear()
        b.client.cookies.set("kezek_form", seed)
        second = b.post("/register", fields)
        assert first.headers["location"] == second.headers["location"] == "/carrier/garage"
        assert len([a for a in office.store.reader.all(Account) if a.login == "silkroad"]) == 1

    def test_an_address_opens_so_many_accounts_a_day(self):
        with opened(accounts_day=2) as office:
            codes = [self.join(office.browser(), login=f"firm{n}").status_code for n in range(3)]
            assert codes == [303, 303, 429]

    def test_an_agency_confirms_a_carrier(self, office: Office):
        self.join(office.browser())
        agency = office.browser("agency")
        page = agency.page("/users")
        assert "silkroad" in page
        assert "officer" not in page
        number = office.store.reader.get(Login, "silkroad").account
        answer = agency.send("/users", "/users/confirm", user=str(number))
        assert "confirmed" in agency.flash(answer)
        assert office.store.reader.get(Account, number).confirmed_at is not None
        assert "silkroad" not in agency.page("/users").partition("<tbody>")[2]

    def test_somebody_elses_name_is_not_taken_over(self, office: Office):
        office.with_password("officer")
        before = office.store.reader.get(Login, "officer")
        answer = self.join(office.browser(), login="officer", password=PASSWORD, again=PASSWORD)
        assert answer.status_code == 422
        assert office.store.reader.get(Login, "officer") == before
