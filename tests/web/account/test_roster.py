"""Users and keys: made, shown once, taken away."""

from __future__ import annotations

import html
import re

import pytest

from kezek.domain.account.account import Account, Login
from kezek.domain.account.actor import PUBLIC
from kezek.domain.account.decide import AddAccount
from tests.web.office import Browser, Office, no
from tests.world import PEOPLE, granted

NEW = "a longer password of mine"


def add(b: Browser, **fields: str):
    given = {"login": "desk9", "name": "desk 9", "role": "clerk", "place": "kz_a"} | fields
    return b.send("/users", "/users/add", **given)


def link_of(page: str) -> str:
    return re.search(r'value="http://[^/]+(/password/[\w-]+)"', page)[1]


def act(b: Browser, verb: str, user: int, **fields: str):
    """The button of a verb in the row of an account."""
    page, url = b.page("/users"), f"/users/{verb}"
    for nth in range(page.count(f'action="{url}"')):
        filled = b.fill(page, url, nth)
        if filled.get("user", str(user)) == str(user):
            return b.post(url, filled | {"user": str(user)} | fields)
    raise AssertionError((verb, user))


class TestUsers:
    def test_of_many_accounts_some_are_shown_and_any_is_found(self, office: Office):
        for n in range(120):
            office.done(
                AddAccount("", PUBLIC, f"fleet{n:03}", f"Fleet {n}", "x" * 20, "carrier", "*")
            )
        b = office.browser("admin")
        page = b.page("/users")
        assert page.count('<th scope="row">') == 100
        assert re.search(r"\d+ more are not shown", page)
        assert "fleet117" not in page
        found = b.page("/users?q=FLEET117")
        assert found.count('<th scope="row">') == 1
        assert "fleet117" in found

    def test_a_new_account_gets_a_link_that_is_shown_once(self, office: Office):
        b = office.browser("admin")
        made = add(b)
        assert made.status_code == 200
        url = link_of(made.text)
        assert "/password/" not in b.page("/users")
        assert "No password yet" in b.page("/users")
        other = office.browser()
        other.flash(other.send(url, url, password=NEW, again=NEW))
        assert other.get("/clerk").status_code == 200

    def test_pressed_twice_it_is_one_account(self, office: Office):
        b = office.browser("admin")
        given = {"login": "desk9", "name": "", "role": "clerk", "place": "kz_a"}
        fields = b.fill(b.page("/users"), "/users/add") | given
        assert [b.post("/users/add", fields).status_code for _ in range(2)] in (
            [200] * 2,
            [201] * 2,
        )
        assert sum(a.login == "desk9" for a in office.store.reader.all(Account)) == 1

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"login": "x"}, "f-login-e"),
            ({"login": "officer"}, "f-login-e"),
            ({"place": ""}, "f-place-e"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field(self, office: Office, fields: dict, field: str):
        answer = add(office.browser("admin"), **fields)
        assert answer.status_code == 422
        assert f'id="{field}"' in answer.text

    @pytest.mark.parametrize("fields", [{"role": "king"}, {"place": "nowhere"}])
    def test_a_role_or_a_place_that_is_none_is_refused(self, office: Office, fields: dict):
        answer = add(office.browser("admin"), **fields)
        assert answer.status_code == 422
        assert "cannot be given" in answer.text
        assert office.store.reader.get(Login, "desk9") is None

    def test_roles_are_given_and_withdrawn(self, office: Office):
        b, clerk = office.browser("admin"), PEOPLE["clerk"].account
        assert "clerk has the role now: officer · kz_b" in b.flash(
            act(b, "grant", clerk, role="officer", place="kz_b")
        )
        assert ("officer", "kz_b") in granted(office, "clerk")
        b.flash(act(b, "withdraw", clerk, grant="officer kz_b"))
        assert granted(office, "clerk") == {("clerk", "kz_a")}
        assert "Choose the checkpoint" in b.flash(act(b, "grant", clerk, role="officer", place=""))
        again = b.flash(act(b, "withdraw", clerk, grant="officer kz_b"))
        assert no("grant_impossible") in again

    def test_a_closed_account_is_signed_out_everywhere_and_its_name_is_free(self, office: Office):
        b, clerk = office.browser("admin"), office.browser("clerk")
        assert clerk.get("/clerk").status_code == 200
        said = b.flash(act(b, "close", PEOPLE["clerk"].account))
        assert "The account clerk is closed." in said
        assert clerk.get("/clerk").status_code == 303
        assert add(b, login="clerk").status_code == 200

    def test_closing_an_account_asks_first(self, office: Office):
        page = office.browser("admin").page("/users")
        asks = re.findall(r'<details class="confirm">(.*?)</details>', page, re.DOTALL)
        assert len(asks) == page.count('action="/users/close"') > 0
        for ask in asks:
            assert "cannot be opened again" in ask
            assert ask.count('action="/users/close"') == 1

    def test_an_administrator_does_not_lock_the_own_door(self, office: Office):
        b = office.browser("admin")
        closed = b.post("/users/close", b.token() | {"user": "1"})
        assert "You cannot close your own account" in b.flash(closed)
        fields = b.token() | {"user": "1", "grant": "administrator *"}
        assert "You cannot withdraw your own" in b.flash(b.post("/users/withdraw", fields))
        assert b.get("/users").status_code == 200

    def test_a_reset_link_is_made_for_an_open_account_only(self, office: Office):
        b = office.browser("admin")
        assert link_of(act(b, "link", PEOPLE["officer"].account).text)
        answer = b.post("/users/link", b.token() | {"user": "999"})
        assert answer.status_code == 404
        assert "account_unknown" in answer.text

    def test_lost_claims_are_counted_where_they_are_seen(self, office: Office):
        from kezek.domain.booking.release import Release

        number = office.book(1, who="rival")
        office.done(Release(office.key(), PEOPLE["officer"], number, "registration_shown"))
        page = office.browser("admin").page("/users")
        row = page[page.index("Invented rival") :]
        assert re.search(r'data-label="Released bookings">1<', row)


class TestKeys:
    def make(self, b: Browser, **fields: str):
        given = {"label": "camera", "scope": "officer", "checkpoint": ""} | fields
        return b.send("/keys", "/keys/add", **given)

    def secret(self, page: str) -> str:
        return html.unescape(re.search(r'class="input mono" readonly[^>]*value="([^"]+)"', page)[1])

    def test_a_key_is_shown_once_opens_its_role_and_is_withdrawn(self, office: Office):
        b = office.browser("officer")
        text = self.secret(self.make(b).text)
        assert text not in b.page("/keys")
        keyed = office.application.access.keyed(text)
        assert keyed is not None
        assert {(str(r), p) for r, p in keyed.actor.grants} == {("officer", "kz_a")}
        assert "The key no longer works" in b.flash(b.send("/keys", "/keys/revoke"))
        assert office.application.access.keyed(text) is None
        assert "Revoked" in b.page("/keys")

    def test_a_key_opens_no_more_than_its_account(self, office: Office):
        b = office.browser("officer")
        for fields in ({"scope": "supervisor"}, {"checkpoint": "kz_b"}, {"scope": "king"}):
            answer = self.make(b, **fields)
            assert answer.status_code == 422
            assert "cannot be given" in answer.text

    def test_it_needs_a_label(self, office: Office):
        answer = self.make(office.browser("officer"), label=" ")
        assert answer.status_code == 422
        assert 'id="f-label-e"' in answer.text

    def test_pressed_twice_it_is_one_key_and_the_page_says_so(self, office: Office):
        b = office.browser("carrier")
        given = {"label": "tms", "scope": "carrier", "checkpoint": ""}
        fields = b.fill(b.page("/keys"), "/keys/add") | given
        assert self.secret(b.post("/keys/add", fields).text)
        assert "cannot be shown again" in b.flash(b.post("/keys/add", fields))
        assert b.page("/keys").count('name="id"') == 1

    def test_nobody_sees_or_withdraws_the_keys_of_others_but_an_administrator(self, office: Office):
        b, rival, admin = (office.browser(who) for who in ("carrier", "rival", "admin"))
        self.make(b, label="tms of mine", scope="carrier")
        assert "tms of mine" not in rival.page("/keys")
        answer = rival.post("/keys/revoke", rival.token() | {"id": "1"})
        assert no("not_allowed") in rival.flash(answer)
        assert "tms of mine" in admin.page("/keys")
        assert "Invented carrier" in admin.page("/keys")
        admin.flash(admin.send("/keys", "/keys/revoke"))
        assert "Revoked" in b.page("/keys")
