"""Keys for programs: made, shown once, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response, get, post

from kezek.app.account.access import Person
from kezek.app.account.roster import keys_of, names_of
from kezek.domain.account.actor import ANYWHERE, Role
from kezek.domain.account.decide import IssueKey, RevokeKey
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.i18n.mark import translatable as t
from kezek.web.booking.shown import PostChoice, lines_by_name, place_name, post_choices
from kezek.web.frame.format import local
from kezek.web.frame.forms import most
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.render import page, redirect
from kezek.web.frame.session import signed_in
from kezek.web.submit.retry_page import ask
from kezek.web.submit.submit import field_errors, said, why_not

_FIELDS = frozenset({"label", "scope", "checkpoint"})
_LABEL_NEEDED = t("Say for which program the key is.")
_ONCE = t(
    "The key was made when you pressed the button the first time. It cannot "
    "be shown again. If you did not copy it, revoke it and create another "
    "one."
)
_REVOKED = t("The key no longer works.")


class KeyRow(NamedTuple):
    id: int
    label: str
    owner: str
    scope: str
    place: str
    rate: int
    made_at: datetime
    revoked: bool


class Secret(NamedTuple):
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysPage(Page):
    """`secret` is the key just made, shown once; `scopes` are roles, `posts` narrow a key."""

    template = "pages/keys.html"
    keys_: list[KeyRow]
    secret: Secret | None
    scopes: list[str]
    posts: list[PostChoice]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    key: str


@get("/keys", sync_to_thread=False)
def keys(request: PageRequest) -> Response[bytes]:
    """One's own keys; an administrator sees everybody's."""
    return _show(request, signed_in(request))


def _show(
    request: PageRequest,
    person: Person,
    *,
    secret: Secret | None = None,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response[bytes]:
    here = visit(request)
    whole = bool(person.places(Role.ADMINISTRATOR))
    rows = keys_of(here.application.store.reader, None if whole else person.account.id)
    owners = names_of(here.application.store.reader, {row.account for row in rows})
    zone = here.application.network.zone
    scopes = sorted({role for role, _ in person.actor.grants})
    shown = KeysPage(
        keys_=[
            KeyRow(
                row.id,
                row.label,
                "" if row.account == person.account.id else owners.get(row.account, ""),
                row.role,
                place_name(here, row.place),
                row.rate,
                local(row.issued_at, zone),
                row.revoked_at is not None,
            )
            for row in rows
        ],
        secret=secret,
        scopes=[str(role) for role in scopes],
        posts=_narrowings(here, person),
        values=values or {},
        errors=errors or {},
        key=here.new_key(),
    )
    return page(request, shown, http_status=422 if errors else 200)


def _narrowings(here: PageContext, person: Person) -> list[PostChoice]:
    """Posts to which a key can be narrowed: all of them where a role holds anywhere."""
    held = {place for _, place in person.actor.grants}
    posts = [post for post in lines_by_name(here) if ANYWHERE in held or post.checkpoint.id in held]
    only_carrier = {role for role, _ in person.actor.grants} <= {Role.CARRIER, Role.READER}
    return [] if only_carrier else post_choices(here, posts)


@get(["/keys/add", "/keys/revoke"], sync_to_thread=False)
def keys_again(request: PageRequest) -> Response[bytes]:
    """Who reloads after a step comes back to the list."""
    signed_in(request)
    return redirect(request, "/keys")


class _NewKey(msgspec.Struct, frozen=True):
    label: Annotated[str, most(80)] = ""
    scope: Annotated[str, most(40)] = ""
    checkpoint: Annotated[str, most(80)] = ""


class _OldKey(msgspec.Struct, frozen=True):
    id: int


@post("/keys/add")
async def issue_key(request: PageRequest) -> Response[bytes]:
    """The secret stands on this page and nowhere else; the store keeps its digest."""
    here, person = visit(request), signed_in(request)
    values = msgspec.structs.asdict(here.form.read(_NewKey))
    if not values["label"]:
        errors = {"label": here.words.gettext(_LABEL_NEEDED)}
        return _show(request, person, values=values, errors=errors)
    place = values["checkpoint"] or _widest(person, values["scope"])
    text, digest = here.application.access.new_key()
    issue = IssueKey(
        here.form.key,
        person.actor,
        person.account.id,
        digest,
        values["label"],
        values["scope"],
        place,
        here.application.settings.rate_public,
    )
    answer = await ask(here, issue)
    if isinstance(answer, Refused):
        if answer.reason is Reason.KEY_REUSED:
            return said(request, here, "/keys", "mind", here.words.gettext(_ONCE))
        errors = field_errors(here, answer, "UTC", _FIELDS)
        return _show(request, person, values=values, errors=errors)
    return _show(request, person, secret=Secret(values["label"], text))


def _widest(person: Person, role: str) -> str:
    """Where the role holds: everywhere, or the first of its places."""
    places = sorted(place for held, place in person.actor.grants if held == role)
    return ANYWHERE if ANYWHERE in places or not places else places[0]


@post("/keys/revoke")
async def revoke_key(request: PageRequest) -> Response[bytes]:
    """At once, everywhere."""
    here, person = visit(request), signed_in(request)
    number = here.form.read(_OldKey).id
    answer = await ask(here, RevokeKey(here.form.key, person.actor, number))
    if isinstance(answer, Refused):
        return said(request, here, "/keys", "stop", why_not(here, answer))
    return said(request, here, "/keys", "done", here.words.gettext(_REVOKED))


HANDLERS = (keys, keys_again, issue_key, revoke_key)
