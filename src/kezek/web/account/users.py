"""The roster: accounts, roles, one-time links, for administrators; new carriers, for agencies too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response, get, post

from kezek.app.account.access import Person
from kezek.app.account.roster import Member, is_unconfirmed, roster
from kezek.domain.account.account import Account
from kezek.domain.account.actor import ANYWHERE, Role
from kezek.domain.account.decide import AddAccount, CloseAccount, ConfirmCarrier, GrantRole
from kezek.domain.kernel.instant import HOUR
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.i18n import names
from kezek.i18n.mark import translatable as t
from kezek.web.booking.shown import lines_by_name, place_name, post_choices
from kezek.web.frame.format import local
from kezek.web.frame.forms import most
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import RefusedStop
from kezek.web.frame.render import page, redirect
from kezek.web.frame.session import signed_in
from kezek.web.submit.retry_page import ask
from kezek.web.submit.submit import field_errors, said, why_not

_FIELDS = frozenset({"login", "name", "role", "place"})
# Whoever runs a post is given these; a demonstrator is made by the demonstration itself.
_GIVEN = (
    Role.OFFICER,
    Role.SUPERVISOR,
    Role.CLERK,
    Role.AGENCY,
    Role.CARRIER,
    Role.READER,
    Role.ADMINISTRATOR,
)
_UNPLACED = frozenset({Role.CARRIER, Role.READER, Role.ADMINISTRATOR})
_VERBS = ("add", "link", "close", "grant", "withdraw")
_PLACE_NEEDED = t("Choose the checkpoint or the authority where this role applies.")
_GIVEN_TEXT = t("%(login)s has the role now: %(role)s.")
_TAKEN_TEXT = t("%(login)s has lost the role: %(role)s.")
_CLOSED = t("The account %(login)s is closed. What it did stays in the log under its number.")
_CONFIRMED = t("The carrier %(login)s is confirmed. The limits for new carriers no longer apply.")
_NOT_OWN = t("You cannot close your own account. Ask another administrator.")
_NOT_LAST = t("You cannot withdraw your own administrator role.")


class RoleShown(NamedTuple):
    kind: str
    place: str
    value: str


class UserRow(NamedTuple):
    id: int
    login: str
    name: str
    roles: list[RoleShown]
    closed: bool
    has_password: bool
    claims_lost: int
    own: bool
    unconfirmed: bool


class LinkShown(NamedTuple):
    """A one-time link, shown on the page that made it and nowhere else."""

    login: str
    url: str
    valid_until: datetime


class GrantPlace(NamedTuple):
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersPage(Page):
    """Who does not administer only confirms carriers, and only those are listed.

    `wanted` is part of a name that was looked for; `beyond` accounts are not shown.  `kinds` of role may
    be given, at `places`: authorities and posts.
    """

    template = "pages/users.html"
    users: list[UserRow]
    wanted: str
    administers: bool
    beyond: int
    link: LinkShown | None
    kinds: list[str]
    places: list[GrantPlace]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    key: str


@get("/users", sync_to_thread=True)
def users(request: PageRequest) -> Response[bytes]:
    """Everybody with an account; for an agency the carriers that nobody has confirmed."""
    return _show(request, signed_in(request, Role.ADMINISTRATOR, Role.AGENCY))


def _show(
    request: PageRequest,
    person: Person,
    *,
    link: LinkShown | None = None,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response[bytes]:
    here = visit(request)
    wanted = request.query_params.get("q", "")[:80]
    administers = bool(person.places(Role.ADMINISTRATOR))
    found = roster(here.application.store.reader, wanted, unconfirmed=not administers)
    shown = UsersPage(
        users=[_row(here, person, member) for member in found.members],
        wanted=wanted,
        administers=administers,
        beyond=found.beyond,
        link=link,
        kinds=[str(role) for role in _GIVEN],
        places=_places(here),
        values=values or {},
        errors=errors or {},
        key=here.new_key(),
    )
    return page(request, shown, http_status=422 if errors else 200)


def _row(here: PageContext, person: Person, member: Member) -> UserRow:
    account = member.account
    roles = [
        RoleShown(g.role, place_name(here, g.place), f"{g.role} {g.place}") for g in member.grants
    ]
    return UserRow(
        id=account.id,
        login=account.login,
        name=account.name or account.login,
        roles=roles,
        closed=account.closed_at is not None,
        has_password=bool(account.password),
        claims_lost=account.claims_lost,
        own=account.id == person.account.id,
        unconfirmed=is_unconfirmed(account),
    )


def _places(here: PageContext) -> list[GrantPlace]:
    """Authorities first, then the posts at which a line runs."""
    authorities = {r.authority: r.country for r in here.application.rules.values()}
    say = here.words
    first = [
        GrantPlace(a, say.say(t("authority: %(country)s"), country=names.country(c, here.lang)))
        for a, c in sorted(authorities.items())
    ]
    return [*first, *(GrantPlace(p.id, p.name) for p in post_choices(here, lines_by_name(here)))]


@get([f"/users/{verb}" for verb in _VERBS], sync_to_thread=False)
def users_again(request: PageRequest) -> Response[bytes]:
    """Who reloads after a step comes back to the list."""
    signed_in(request, Role.ADMINISTRATOR)
    return redirect(request, "/users")


class _NewUser(msgspec.Struct, frozen=True):
    login: Annotated[str, most(80)] = ""
    name: Annotated[str, most(120)] = ""
    role: Annotated[str, most(40)] = ""
    place: Annotated[str, most(80)] = ""


class _OneUser(msgspec.Struct, frozen=True):
    user: int


class _NewGrant(msgspec.Struct, frozen=True):
    role: Annotated[str, most(40)] = ""
    place: Annotated[str, most(80)] = ""


class _OldGrant(msgspec.Struct, frozen=True):
    """The role, a blank and the place."""

    grant: Annotated[str, most(120)] = ""


@post("/users/add")
async def add_user(request: PageRequest) -> Response[bytes]:
    """A new account without a password, and the link by which its owner sets one."""
    here, person = visit(request), signed_in(request, Role.ADMINISTRATOR)
    values = msgspec.structs.asdict(here.form.read(_NewUser))
    if not values["place"] and values["role"] not in _UNPLACED:
        errors = {"place": here.words.gettext(_PLACE_NEEDED)}
        return _show(request, person, values=values, errors=errors)
    place = values["place"] or ANYWHERE
    add = AddAccount(
        here.form.key, person.actor, values["login"], values["name"], "", values["role"], place
    )
    answer = await ask(here, add)
    if isinstance(answer, Refused):
        errors = field_errors(here, answer, "UTC", _FIELDS)
        return _show(request, person, values=values, errors=errors)
    number = answer.outcome["account"]
    account = here.application.store.reader.get(Account, number)
    assert account is not None, "an account that was added is there"
    return _show(request, person, link=await _link(here, account))


async def _link(here: PageContext, account: Account) -> LinkShown:
    secret = await here.application.access.one_time_link(account.id)
    settings = here.application.settings
    until = here.application.clock.now().real + settings.one_time_hours * HOUR
    url = f"{settings.issuer}/password/{secret}"
    return LinkShown(account.login, url, local(until, here.application.network.zone))


def _account(here: PageContext) -> Account:
    number = here.form.read(_OneUser).user
    account = here.application.store.reader.get(Account, number)
    if account is None or account.closed_at is not None:
        raise RefusedStop(Refused(Reason.ACCOUNT_UNKNOWN, {"account": number}))
    return account


@post("/users/link")
async def new_link(request: PageRequest) -> Response[bytes]:
    """A link that sets a new password; the old one holds until the link is used."""
    here, person = visit(request), signed_in(request, Role.ADMINISTRATOR)
    return _show(request, person, link=await _link(here, _account(here)))


@post("/users/close")
async def close_user(request: PageRequest) -> Response[bytes]:
    """Signed out everywhere at once, and for good."""
    here, person = visit(request), signed_in(request, Role.ADMINISTRATOR)
    number = here.form.read(_OneUser).user
    if number == person.account.id:
        return said(request, here, "/users", "stop", here.words.gettext(_NOT_OWN))
    account = here.application.store.reader.get(Account, number)
    answer = await ask(here, CloseAccount(here.form.key, person.actor, number))
    if isinstance(answer, Refused):
        return said(request, here, "/users", "stop", why_not(here, answer))
    await here.application.access.end_all(number)
    login = account.login if account else str(number)
    return said(request, here, "/users", "done", here.words.say(_CLOSED, login=login))


@get("/users/confirm", sync_to_thread=False)
def confirm_again(request: PageRequest) -> Response[bytes]:
    """Who reloads after a step comes back to the list."""
    signed_in(request, Role.ADMINISTRATOR, Role.AGENCY)
    return redirect(request, "/users")


@post("/users/confirm")
async def confirm(request: PageRequest) -> Response[bytes]:
    """The limits of new carriers end for an account."""
    here = visit(request)
    person, account = signed_in(request, Role.ADMINISTRATOR, Role.AGENCY), _account(here)
    answer = await ask(here, ConfirmCarrier(here.form.key, person.actor, account.id))
    if isinstance(answer, Refused):
        return said(request, here, "/users", "stop", why_not(here, answer))
    text = here.words.say(_CONFIRMED, login=account.login)
    return said(request, here, "/users", "done", text)


@post("/users/grant")
async def grant(request: PageRequest) -> Response[bytes]:
    """One role more."""
    here, person = visit(request), signed_in(request, Role.ADMINISTRATOR)
    sent = here.form.read(_NewGrant)
    if not sent.place and sent.role not in _UNPLACED:
        return said(request, here, "/users", "stop", here.words.gettext(_PLACE_NEEDED))
    return await _change(request, person, sent.role, sent.place or ANYWHERE, withdraw=False)


@post("/users/withdraw")
async def withdraw(request: PageRequest) -> Response[bytes]:
    """One role less."""
    here, person = visit(request), signed_in(request, Role.ADMINISTRATOR)
    role, _, place = here.form.read(_OldGrant).grant.partition(" ")
    own = here.form.read(_OneUser).user == person.account.id
    if own and role == Role.ADMINISTRATOR:
        return said(request, here, "/users", "stop", here.words.gettext(_NOT_LAST))
    return await _change(request, person, role, place, withdraw=True)


async def _change(
    request: PageRequest, person: Person, role: str, place: str, *, withdraw: bool
) -> Response[bytes]:
    here = visit(request)
    account = _account(here)
    change = GrantRole(here.form.key, person.actor, account.id, role, place, withdraw)
    answer = await ask(here, change)
    if isinstance(answer, Refused):
        return said(request, here, "/users", "stop", why_not(here, answer))
    where = place_name(here, place)
    told = names.role(role, here.lang) + (f" · {where}" if where else "")
    text = _TAKEN_TEXT if withdraw else _GIVEN_TEXT
    return said(
        request, here, "/users", "done", here.words.say(text, login=account.login, role=told)
    )


HANDLERS = (
    users,
    users_again,
    add_user,
    new_link,
    close_user,
    confirm_again,
    confirm,
    grant,
    withdraw,
)
