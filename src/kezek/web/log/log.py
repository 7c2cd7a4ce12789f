"""The log: every accepted decision, in words, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from litestar import Response, get

from kezek.app.calendar.agency import governed
from kezek.app.log.page import log_page
from kezek.domain.account.actor import Role
from kezek.domain.kernel.event import EventKind
from kezek.i18n import names
from kezek.web.booking.shown import PostChoice, choices, lines_by_name
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageRequest, visit
from kezek.web.frame.page_error import PageError
from kezek.web.frame.render import page
from kezek.web.frame.session import signed_in
from kezek.web.log.log_entry import LogEntry, entries


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntriesPage(Page):
    """Entries of the log, newest first: those of `post` where one is chosen, and of one kind or all."""

    template = "pages/log.html"
    entries: list[LogEntry]
    older: str
    newer: str
    post: PostChoice | None
    posts: list[PostChoice]
    kind: str
    kinds: list[tuple[str, str]]


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
    shown = LogEntriesPage(
        entries=entries(here, found.events, posts=not wanted),
        older=_address(query, "before", found.older),
        newer=_address(query, "after", found.newer),
        post=choices(here, chosen)[0] if wanted else None,
        posts=choices(here, posts),
        kind=kind,
        kinds=[(k.value, names.event(k, here.lang)) for k in EventKind],
    )
    return page(request, shown)


def _position(request: PageRequest, name: str) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _address(query: dict[str, str], name: str, position: int) -> str:
    kept = {key: value for key, value in query.items() if value}
    return "/log?" + urlencode({**kept, name: position}) if position else ""


HANDLERS = (log,)
