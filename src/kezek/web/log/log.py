"""The log: every accepted decision, in words, newest first."""

from __future__ import annotations

from urllib.parse import urlencode

from litestar import Response, get

from kezek.app.calendar.agency import governed
from kezek.app.log.page import log_page
from kezek.domain.account.actor import Role
from kezek.domain.kernel.event import EventKind
from kezek.i18n import names
from kezek.web.booking.shown import choices, lines_by_name
from kezek.web.frame.page_context import PageRequest, visit
from kezek.web.frame.page_error import PageError
from kezek.web.frame.render import page
from kezek.web.frame.session import signed_in
from kezek.web.log.log_entry import entries


@get("/log", sync_to_thread=False)
def log(request: PageRequest) -> Response[bytes]:
    """An agency reads of its own lines, an administrator everything."""
    here, person = visit(request), signed_in(request, Role.AGENCY, Role.ADMINISTRATOR)
    whole = bool(person.places(Role.ADMINISTRATOR))
    posts = lines_by_name(here) if whole else governed(lines_by_name(here), person.actor)
    by_place = {served.place: served for served in posts}
    wanted = request.query_params.get("checkpoint", "")
    if wanted and wanted not in by_place:
        raise PageError("not_allowed")
    kind = request.query_params.get("kind", "")
    kind = kind if kind in frozenset(EventKind) else ""
    chosen = [by_place[wanted]] if wanted else posts
    lines = frozenset(post.line.id for post in chosen)
    found = log_page(
        here.application.store.reader,
        None if whole and not wanted else lines,
        kind,
        before=_position(request, "before"),
        after=_position(request, "after"),
    )
    query = {"checkpoint": wanted, "kind": kind}
    return page(
        request,
        "pages/log.html",
        entries=entries(here, found.events, posts=not wanted),
        older=_address(query, "before", found.older),
        newer=_address(query, "after", found.newer),
        post=choices(here, chosen)[0] if wanted else None,
        posts=choices(here, posts),
        kind=kind,
        kinds=[(k.value, names.event(k, here.lang)) for k in EventKind],
    )


def _position(request: PageRequest, name: str) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _address(query: dict[str, str], name: str, position: int) -> str:
    kept = {key: value for key, value in query.items() if value}
    return "/log?" + urlencode({**kept, name: position}) if position else ""


HANDLERS = (log,)
