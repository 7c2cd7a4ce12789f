"""The agency's calendar: the posts of the authority, and the days of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from litestar import Response, get
from litestar.params import FromPath

from kezek.app.calendar.agency import calendar, decided_lately, governed
from kezek.app.turn.awaited import awaited_of
from kezek.domain.account.actor import Role
from kezek.i18n.mark import translatable as t
from kezek.web.booking.shown import PostChoice, lines_by_name
from kezek.web.calendar.agency_view import (
    CalendarView,
    DayCell,
    FormVersion,
    ShownClosure,
    agency_at,
)
from kezek.web.frame.format import DayView, PostView, day_views, post_view
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageRequest, visit
from kezek.web.frame.render import page, redirect
from kezek.web.frame.session import signed_in
from kezek.web.log.log_entry import LogEntry, entries
from kezek.web.turn.awaited_view import AwaitedRow, asked_rows, refusal_reasons

_SOURCES: Mapping[str, str] = {
    "board": t(
        "The capacity comes from the published board: it is the largest number "
        "seen there. The same board shows how many places are taken outside this "
        "system."
    ),
    "ours": t("No capacity is published for this checkpoint. Kezek assumes this number."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityAtPost:
    """A post with what is taken of its capacity today, and how many days the agency has `changed`."""

    url: str
    post: PostView
    taken: int
    capacity: int
    open: bool
    days: list[DayView]
    changed: int
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacitiesPage(Page):
    """The choice of a post for an agency that governs several."""

    template = "pages/capacities.html"
    rows: list[CapacityAtPost]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyCalendarPage(Page):
    """`source` says where the capacity comes from; `older` is the address of the whole log."""

    template = "pages/agency_calendar.html"
    post: PostView
    posts: list[PostChoice]
    regulation: FormVersion
    days: list[DayCell]
    closures: list[ShownClosure]
    source: str
    pending: list[AwaitedRow]
    refusal_reasons: list[tuple[str, str]]
    entries: list[LogEntry]
    older: str
    key: str


@get("/agency", sync_to_thread=False)
def choose_agency(request: PageRequest) -> Response[bytes]:
    """The posts of the authority; one alone opens at once."""
    here, person = visit(request), signed_in(request, Role.AGENCY)
    posts = governed(lines_by_name(here), person.actor)
    wanted = request.query_params.get("checkpoint", "")
    if wanted in {p.place for p in posts}:
        return redirect(request, f"/agency/{wanted}")
    if len(posts) == 1:
        return redirect(request, f"/agency/{posts[0].place}")
    rows = []
    for at_post in posts:
        days = calendar(here.application.store.reader, at_post, here.now)
        today = days[0] if days else None
        rows.append(
            CapacityAtPost(
                url=f"/agency/{at_post.place}",
                post=post_view(at_post, here.lang, here.now),
                taken=today.taken if today else 0,
                capacity=today.capacity if today else 0,
                open=today is not None and today.open,
                days=day_views(here.application.availability.of(at_post, here.now)),
                changed=sum(d.basis == "agency" for d in days),
                asked=len(awaited_of(here.application.store.reader, at_post, here.now)),
            )
        )
    return page(request, CapacitiesPage(rows=rows))


@get("/agency/{checkpoint:str}", sync_to_thread=False)
def agency_page(request: PageRequest, checkpoint: FromPath[str]) -> Response[bytes]:
    """The line's days, what is closed, what was decided lately."""
    here = visit(request)
    view = CalendarView(here, *agency_at(request, checkpoint))
    lately = decided_lately(view.reader, view.line.id, here.now)
    source = here.words.gettext(_SOURCES["board" if view.line.basis == "board" else "ours"])
    shown = AgencyCalendarPage(
        post=view.shown_post(),
        posts=view.choices(),
        regulation=view.version(),
        days=view.cells(),
        closures=view.closures(view.days),
        source=source,
        pending=asked_rows(here, view.post, view.person.actor),
        refusal_reasons=refusal_reasons(here.lang),
        entries=entries(here, lately, posts=False),
        older=f"/log?checkpoint={view.post.place}",
        key=here.new_key(),
    )
    return page(request, shown, zone=view.zone)


HANDLERS = (choose_agency, agency_page)
