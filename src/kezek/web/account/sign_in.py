"""Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import msgspec
from litestar import Response, get, post

from kezek.app.account.access import Person
from kezek.app.server.rate import STRANGERS
from kezek.i18n import faults
from kezek.i18n.mark import translatable as t
from kezek.web.frame.forms import AS_TYPED, most
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.render import page, redirect
from kezek.web.frame.session import close_session, open_session, own_address
from kezek.web.frame.site import doors
from kezek.web.submit.limit import STATUS, limited
from kezek.web.submit.submit import said

_SIGNED_OUT = t("You are signed out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage(Page):
    """`next` is an own address to go on to; `expired` says that a session has run out."""

    template = "pages/sign_in.html"
    values: Mapping[str, str]
    errors: Mapping[str, str]
    next: str
    expired: bool
    key: str


def home(here: PageContext, person: Person) -> str:
    """The first page for somebody's own work."""
    found = doors(here.application, person, "")
    return found[0].url if found else "/"


def spend(here: PageContext, login: str) -> int:
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
    shown = SignInPage(
        values={"login": login},
        errors={"": wrong} if wrong else {},
        next=further,
        expired=expired,
        key=here.new_key(),
    )
    status = STATUS if wait else 401 if wrong else 200
    return page(request, shown, http_status=status, headers=headers)


_Secret: TypeAlias = Annotated[str, most(200), AS_TYPED]


class _SignIn(msgspec.Struct, frozen=True):
    login: Annotated[str, most(80)] = ""
    next: Annotated[str, most(500)] = ""
    password: _Secret = ""


@post("/sign-in")
async def sign_in(request: PageRequest) -> Response[bytes]:
    """The same answer for a wrong password and for a name that nobody has."""
    here = visit(request)
    sent = here.form.read(_SignIn)
    login, further = sent.login, own_address(sent.next, "")
    known_as = login.strip().lower()
    wait = spend(here, known_as)
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
    await replace_session(request, here, secret)
    return redirect(request, further or home(here, person))


async def replace_session(request: PageRequest, here: PageContext, secret: str) -> None:
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


HANDLERS = (sign_in_page, sign_in, sign_out)
