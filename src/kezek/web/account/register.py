"""A carrier opens its own account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import msgspec
from litestar import Response, get, post

from kezek.domain.account.actor import ANYWHERE, PUBLIC, Role
from kezek.domain.account.decide import AddAccount
from kezek.domain.account.password import LENGTH_MIN
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.i18n.mark import translatable as t
from kezek.web.account.password import hashed
from kezek.web.account.sign_in import replace_session, spend
from kezek.web.frame.forms import AS_TYPED, most
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageRequest, visit
from kezek.web.frame.page_error import PageError, RefusedStop
from kezek.web.frame.render import page
from kezek.web.submit.limit import STATUS, limited
from kezek.web.submit.retry_page import patiently
from kezek.web.submit.submit import field_errors, said

_WELCOME = t("Welcome. Add your trucks and drivers, then book.")
_NAME_NEEDED = t("A name is needed.")

_Secret: TypeAlias = Annotated[str, most(200), AS_TYPED]


class _Registration(msgspec.Struct, frozen=True):
    login: Annotated[str, most(80)] = ""
    name: Annotated[str, most(120)] = ""
    password: _Secret = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPage(Page):
    """A carrier's own registration."""

    template = "pages/register.html"
    values: Mapping[str, str]
    errors: Mapping[str, str]
    least: int
    key: str


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
    shown = RegisterPage(
        values=values,
        errors=errors,
        least=LENGTH_MIN,
        key=here.new_key(),
    )
    status = STATUS if wait else 422 if errors else 200
    return page(request, shown, http_status=status, headers=headers)


@post("/register")
async def register(request: PageRequest) -> Response[bytes]:
    """A carrier may add itself; every other role is given by an administrator."""
    here = visit(request)
    sent = here.form.read(_Registration)
    values = {"login": sent.login.lower(), "name": sent.name}
    wait = spend(here, values["login"])
    if wait:
        return _register_form(request, values, {}, wait)
    stored, errors = await hashed(here, values["login"], values["name"])
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
    await replace_session(request, here, secret)
    return said(request, here, "/carrier/garage", "done", here.words.gettext(_WELCOME))


HANDLERS = (register_page, register)
