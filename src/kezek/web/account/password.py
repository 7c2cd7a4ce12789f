"""The own password: set by a one-time link, or changed on the page of the own account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple, TypeAlias

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from kezek.app.account.access import Person
from kezek.domain.account.account import Account
from kezek.domain.account.decide import SetPassword
from kezek.domain.account.password import LENGTH_MIN, PasswordFault
from kezek.domain.kernel.instant import to_datetime
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.i18n import faults
from kezek.i18n.mark import translatable as t
from kezek.i18n.say import refusal as say_refusal
from kezek.web.account.sign_in import home, spend
from kezek.web.booking.shown import place_name
from kezek.web.frame.forms import AS_TYPED, most
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import NextStep, PageError, RefusedStop
from kezek.web.frame.render import page
from kezek.web.frame.session import open_session, signed_in
from kezek.web.submit.limit import STATUS, limited
from kezek.web.submit.retry_page import ask
from kezek.web.submit.submit import done, said

_AGAIN = t("The two passwords differ.")
_SIGN_IN = t("Sign in")
_PASSWORD_SET = t("Your password is set. You are signed in here and nowhere else.")

_Secret: TypeAlias = Annotated[str, most(200), AS_TYPED]


class PasswordForm(msgspec.Struct, frozen=True):
    """A new password as typed twice."""

    password: _Secret = ""
    again: _Secret = ""


class _OldPassword(msgspec.Struct, frozen=True):
    current: _Secret = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPage(Page):
    """The form of a one-time link; `first` for an account without a password, `least` its length."""

    template = "pages/password.html"
    token: str
    login: str
    first: bool
    valid_until: datetime
    least: int
    errors: Mapping[str, str]
    key: str


class OwnRole(NamedTuple):
    """A role and the name of its place, empty for everywhere."""

    kind: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage(Page):
    """The own roles, and a form with the present password and the new one."""

    template = "pages/account.html"
    login: str
    roles: list[OwnRole]
    least: int
    errors: Mapping[str, str]
    key: str


def _linked(here: PageContext, secret: str) -> Person:
    found = here.application.access.one_time(secret)
    if found is None:
        raise _spent(here)
    return found


def _spent(here: PageContext) -> PageError:
    return PageError("link_expired", steps=(NextStep(here.words.gettext(_SIGN_IN), "/sign-in"),))


@get("/password/{secret:str}", sync_to_thread=False)
def password_page(request: PageRequest, secret: FromPath[str]) -> Response[bytes]:
    """Whose password this link sets; looking at it does not use it up."""
    return _password_form(request, secret, _linked(visit(request), secret).account, {})


def _password_form(
    request: PageRequest, secret: str, account: Account, errors: dict[str, str]
) -> Response[bytes]:
    here = visit(request)
    access, store = here.application.access, here.application.store
    link = access.one_time(secret)
    kept = store.session(link.digest) if link else None
    shown = PasswordPage(
        token=secret,
        login=account.login,
        first=not account.password,
        # Links run out by the wall's clock, also in a demonstration.
        valid_until=to_datetime(kept.expires if kept else 0, here.application.network.zone),
        least=LENGTH_MIN,
        errors=errors,
        key=here.new_key(),
    )
    return page(request, shown, http_status=422 if errors else 200)


def _chosen(here: PageContext) -> dict[str, str]:
    """What is wrong with a new password that was typed twice."""
    sent = here.form.read(PasswordForm)
    if sent.password != sent.again:
        return {"again": here.words.gettext(_AGAIN)}
    return {}


async def hashed(here: PageContext, *own: str) -> tuple[str, dict[str, str]]:
    """What to store for the new password of somebody with these names, or what is wrong with it."""
    errors = _chosen(here)
    if errors:
        return "", errors
    stored = await here.application.access.hash_password(
        here.form.read(PasswordForm).password, *own
    )
    if isinstance(stored, PasswordFault):
        sentence, then = say_refusal.sentence(Reason.PASSWORD_WEAK, {"wrong": stored}, here.lang)
        return "", {"password": f"{sentence} {then}".strip()}
    return stored, {}


@post("/password/{secret:str}")
async def set_password(request: PageRequest, secret: FromPath[str]) -> Response[bytes]:
    """Used once: the account is signed out everywhere, then signed in here."""
    here = visit(request)
    person = _linked(here, secret)
    number, password = person.account.id, here.form.read(PasswordForm).password
    stored, errors = await hashed(here, person.account.login, person.account.name)
    if errors:
        return _password_form(request, secret, person.account, errors)
    # The link is the key: used twice, or by two presses at once, it sets one password.  It ends with
    # the sessions of the account, after the password is set: what fails before can be tried again.
    answer = await ask(here, SetPassword(f"link {person.digest}", person.actor, number, stored))
    if isinstance(answer, Refused):
        raise _spent(here) if answer.reason is Reason.KEY_REUSED else RefusedStop(answer)
    return await _begin_anew(request, here, person.account, password)


async def _begin_anew(
    request: PageRequest, here: PageContext, account: Account, password: str
) -> Response[bytes]:
    await here.application.access.end_all(account.id)
    login = account.login
    new = await here.application.access.sign_in(login, password)
    person = here.application.access.session(new) if new else None
    if new is None or person is None:
        raise PageError("unauthenticated")
    open_session(request, new)
    return said(request, here, home(here, person), "done", here.words.gettext(_PASSWORD_SET))


@get("/account", sync_to_thread=False)
def account_page(request: PageRequest) -> Response[bytes]:
    """Who one is here, and the own password."""
    return _account_form(request, signed_in(request), {})


def _account_form(
    request: PageRequest, person: Person, errors: dict[str, str], wait: int = 0
) -> Response[bytes]:
    here, headers = visit(request), dict[str, str]()
    if wait:
        errors[""], headers = limited(here, wait)
    grants = sorted(person.actor.grants)
    shown = AccountPage(
        login=person.account.login,
        roles=[OwnRole(str(role), place_name(here, place)) for role, place in grants],
        least=LENGTH_MIN,
        errors=errors,
        key=here.new_key(),
    )
    status = STATUS if wait else 422 if errors else 200
    return page(request, shown, http_status=status, headers=headers)


@post("/account")
async def change_password(request: PageRequest) -> Response[bytes]:
    """The old password is asked for: an open browser alone must not lock its owner out."""
    here, person = visit(request), signed_in(request)
    access, account = here.application.access, person.account
    wait = spend(here, account.login)
    if wait:
        return _account_form(request, person, {}, wait)
    # A probe session is opened by the old password and ended at once.
    probe = await access.sign_in(account.login, here.form.read(_OldPassword).current)
    proven = access.session(probe) if probe else None
    if proven is None:
        sentence, _ = faults.fault("wrong_password", here.lang)
        return _account_form(request, person, {"current": sentence})
    await access.end(proven)
    stored, errors = await hashed(here, account.login, account.name)
    if errors:
        return _account_form(request, person, errors)
    await done(here, SetPassword(here.form.key, person.actor, account.id, stored))
    return await _begin_anew(request, here, account, here.form.read(PasswordForm).password)


HANDLERS = (password_page, set_password, account_page, change_password)
