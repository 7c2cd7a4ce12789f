"""Signing in and out, one-time links, the own password, and a carrier's own registration."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from kezek.app.account.access import Person
from kezek.app.server.rate import STRANGERS
from kezek.domain.account.account import Account
from kezek.domain.account.actor import ANYWHERE, PUBLIC, Role
from kezek.domain.account.decide import AddAccount, SetPassword
from kezek.domain.account.password import LENGTH_MIN, PasswordFault
from kezek.domain.kernel.instant import to_datetime
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.i18n import faults
from kezek.i18n.mark import translatable as t
from kezek.i18n.say import refusal as say_refusal
from kezek.web.booking.shown import place_name
from kezek.web.frame.forms import AS_TYPED, most
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import NextStep, PageError, RefusedStop
from kezek.web.frame.render import page, redirect
from kezek.web.frame.session import close_session, open_session, own_address, signed_in
from kezek.web.frame.site import doors, network_zone
from kezek.web.submit.limit import STATUS, limited
from kezek.web.submit.retry_page import ask, patiently
from kezek.web.submit.submit import done, field_errors, said

_AGAIN = t("The two passwords differ.")
_SIGN_IN = t("Sign in")
_PASSWORD_SET = t("Your password is set. You are signed in here and nowhere else.")
_WELCOME = t("Welcome. Add your trucks and drivers, then book.")
_SIGNED_OUT = t("You are signed out.")
_NAME_NEEDED = t("A name is needed.")


def home(here: PageContext, person: Person) -> str:
    """The first page for somebody's own work."""
    found = doors(here.application, person, "")
    return found[0].url if found else "/"


def _spend(here: PageContext, login: str) -> int:
    """Count an attempt against the address, and against the login when it is new there; the seconds to
    wait, 0 for none.

    The login's limit is that of several addresses: nobody alone can use it up and so keep its owner
    out, and from where the owner has signed in before nobody can at all.
    """
    application, address = here.application, here.address
    rates, most = application.rates, application.settings.rate_sign_in
    wait = rates.take(f"sign-in {address}", most).retry_after
    if wait or application.familiar.knows(login, address):
        return wait
    return rates.take(f"login {login}", most * STRANGERS).retry_after


@get("/sign-in", sync_to_thread=False)
def sign_in_page(request: PageRequest) -> Response[bytes]:
    """The form; who has signed in already goes on."""
    here = visit(request)
    further = own_address(request.query_params.get("next", ""), "")
    if here.person is not None:
        return redirect(request, further or home(here, here.person))
    return _sign_in_form(
        request, further, expired=request.query_params.get("expired") == "1", login="", wrong=""
    )


def _sign_in_form(
    request: PageRequest, further: str, *, expired: bool, login: str, wrong: str, wait: int = 0
) -> Response[bytes]:
    here, headers = visit(request), dict[str, str]()
    if wait:
        wrong, headers = limited(here, wait)
    return page(
        request,
        "pages/sign_in.html",
        http_status=STATUS if wait else 401 if wrong else 200,
        headers=headers,
        values={"login": login},
        errors={"": wrong} if wrong else {},
        next=further,
        expired=expired,
        key=here.new_key(),
    )


_Secret: TypeAlias = Annotated[str, most(200), AS_TYPED]


class _SignIn(msgspec.Struct, frozen=True):
    login: Annotated[str, most(80)] = ""
    next: Annotated[str, most(500)] = ""
    password: _Secret = ""


class _NewPassword(msgspec.Struct, frozen=True):
    password: _Secret = ""
    again: _Secret = ""


class _OldPassword(msgspec.Struct, frozen=True):
    current: _Secret = ""


class _Registration(msgspec.Struct, frozen=True):
    login: Annotated[str, most(80)] = ""
    name: Annotated[str, most(120)] = ""
    password: _Secret = ""


@post("/sign-in")
async def sign_in(request: PageRequest) -> Response[bytes]:
    """The same answer for a wrong password and for a name that nobody has."""
    here = visit(request)
    sent = here.form.read(_SignIn)
    login, further = sent.login, own_address(sent.next, "")
    known_as = login.strip().lower()
    wait = _spend(here, known_as)
    if wait:
        return _sign_in_form(request, further, expired=False, login=login, wrong="", wait=wait)
    secret = await here.application.access.sign_in(login, sent.password)
    person = here.application.access.session(secret) if secret else None
    if secret is None or person is None:
        sentence, then = faults.fault("wrong_password", here.lang)
        return _sign_in_form(
            request, further, expired=False, login=login, wrong=f"{sentence} {then}"
        )
    here.application.familiar.add(known_as, here.address)
    await _replace_session(request, here, secret)
    return redirect(request, further or home(here, person))


async def _replace_session(request: PageRequest, here: PageContext, secret: str) -> None:
    """A new session; what the browser had before opens nothing any more."""
    if here.person is not None:
        await here.application.access.end(here.person)
    open_session(request, secret)


@post("/sign-out")
async def sign_out(request: PageRequest) -> Response[bytes]:
    """The session ends here and on the server."""
    here = visit(request)
    await close_session(request)
    return said(request, here, "/", "plain", here.words.gettext(_SIGNED_OUT))


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
    return page(
        request,
        "pages/password.html",
        http_status=422 if errors else 200,
        token=secret,
        login=account.login,
        first=not account.password,
        # Links run out by the wall's clock, also in a demonstration.
        valid_until=to_datetime(kept.expires if kept else 0, network_zone(here.application)),
        least=LENGTH_MIN,
        errors=errors,
        key=here.new_key(),
    )


def _chosen(here: PageContext) -> dict[str, str]:
    """What is wrong with a new password that was typed twice."""
    sent = here.form.read(_NewPassword)
    if sent.password != sent.again:
        return {"again": here.words.gettext(_AGAIN)}
    return {}


async def _hashed(here: PageContext, *own: str) -> tuple[str, dict[str, str]]:
    """What to store for the new password of somebody with these names, or what is wrong with it."""
    errors = _chosen(here)
    if errors:
        return "", errors
    stored = await here.application.access.hash_password(
        here.form.read(_NewPassword).password, *own
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
    number, password = person.account.id, here.form.read(_NewPassword).password
    stored, errors = await _hashed(here, person.account.login, person.account.name)
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
    return page(
        request,
        "pages/account.html",
        http_status=STATUS if wait else 422 if errors else 200,
        headers=headers,
        login=person.account.login,
        roles=[{"kind": str(role), "place": place_name(here, place)} for role, place in grants],
        least=LENGTH_MIN,
        errors=errors,
        key=here.new_key(),
    )


@post("/account")
async def change_password(request: PageRequest) -> Response[bytes]:
    """The old password is asked for: an open browser alone must not lock its owner out."""
    here, person = visit(request), signed_in(request)
    access, account = here.application.access, person.account
    wait = _spend(here, account.login)
    if wait:
        return _account_form(request, person, {}, wait)
    # A probe session is opened by the old password and ended at once.
    probe = await access.sign_in(account.login, here.form.read(_OldPassword).current)
    proven = access.session(probe) if probe else None
    if proven is None:
        sentence, _ = faults.fault("wrong_password", here.lang)
        return _account_form(request, person, {"current": sentence})
    await access.end(proven)
    stored, errors = await _hashed(here, account.login, account.name)
    if errors:
        return _account_form(request, person, errors)
    await done(here, SetPassword(here.form.key, person.actor, account.id, stored))
    return await _begin_anew(request, here, account, here.form.read(_NewPassword).password)


@get("/register", sync_to_thread=False)
def register_page(request: PageRequest) -> Response[bytes]:
    """A carrier opens its own account."""
    return _register_form(request, {}, {})


def _register_form(
    request: PageRequest, values: dict[str, str], errors: dict[str, str], wait: int = 0
) -> Response[bytes]:
    here, headers = visit(request), dict[str, str]()
    if wait:
        errors[""], headers = limited(here, wait)
    return page(
        request,
        "pages/register.html",
        http_status=STATUS if wait else 422 if errors else 200,
        headers=headers,
        values=values,
        errors=errors,
        least=LENGTH_MIN,
        key=here.new_key(),
    )


@post("/register")
async def register(request: PageRequest) -> Response[bytes]:
    """A carrier may add itself; every other role is given by an administrator."""
    here = visit(request)
    sent = here.form.read(_Registration)
    values = {"login": sent.login.lower(), "name": sent.name}
    wait = _spend(here, values["login"])
    if wait:
        return _register_form(request, values, {}, wait)
    stored, errors = await _hashed(here, values["login"], values["name"])
    if not values["name"]:
        errors["name"] = here.words.gettext(_NAME_NEEDED)
    if errors:
        return _register_form(request, values, errors)
    add = AddAccount(
        here.form.key, PUBLIC, values["login"], values["name"], stored, Role.CARRIER, ANYWHERE
    )
    answer = await patiently(here.application.registrations.open(add, here.address))
    if isinstance(answer, Refused) and answer.reason is Reason.ACCOUNTS_TOO_MANY:
        raise RefusedStop(answer)
    # A second press hashes anew and so asks for something else; the first one has opened the account.
    if isinstance(answer, Refused) and answer.reason is not Reason.KEY_REUSED:
        fields = frozenset({"login", "name"})
        return _register_form(request, values, field_errors(here, answer, "UTC", fields))
    secret = await here.application.access.sign_in(values["login"], sent.password)
    if secret is None:
        raise PageError("unauthenticated")
    await _replace_session(request, here, secret)
    return said(request, here, "/carrier/garage", "done", here.words.gettext(_WELCOME))


HANDLERS = (
    sign_in_page,
    sign_in,
    sign_out,
    password_page,
    set_password,
    account_page,
    change_password,
    register_page,
    register,
)
