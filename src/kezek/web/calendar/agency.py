"""The agency's calendar: the posts of the authority, and the days of one of them."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, get
from litestar.params import FromPath

from kezek.app.calendar.agency import calendar, decided_lately, governed
from kezek.app.turn.awaited import awaited_of
from kezek.domain.account.actor import Role
from kezek.i18n.mark import translatable as t
from kezek.web.booking.shown import lines_by_name
from kezek.web.calendar.agency_view import CalendarPage, agency_at
from kezek.web.frame.page_context import PageRequest, visit
from kezek.web.frame.render import page, redirect
from kezek.web.frame.session import signed_in
from kezek.web.frame.shape import day_views, post_view
from kezek.web.log.log_entry import entries
from kezek.web.turn.awaited_view import asked_rows, refusal_reasons

_SOURCES: Mapping[str, str] = {
    "board": t(
        "The capacity comes from the published board: it is the largest number "
        "seen there. The same board shows how many places are taken outside this "
        "system."
    ),
    "ours": t("No capacity is published for this checkpoint. Kezek assumes this number."),
}


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
            {
                "url": f"/agency/{at_post.place}",
                "post": post_view(at_post, here.lang, here.now),
                "taken": today.taken if today else 0,
                "capacity": today.capacity if today else 0,
                "open": today is not None and today.open,
                "days": day_views(here.application.availability.of(at_post, here.now)),
                "changed": sum(d.basis == "agency" for d in days),
                "asked": len(awaited_of(here.application.store.reader, at_post, here.now)),
            }
        )
    return page(request, "pages/choose_post.html", kind="agency", rows=rows)


@get("/agency/{checkpoint:str}", sync_to_thread=False)
def agency_page(request: PageRequest, checkpoint: FromPath[str]) -> Response[bytes]:
    """The line's days, what is closed, what was decided lately."""
    here = visit(request)
    view = CalendarPage(here, *agency_at(request, checkpoint))
    lately = decided_lately(view.reader, view.line.id, here.now)
    source = here.words.gettext(_SOURCES["board" if view.line.basis == "board" else "ours"])
    return page(
        request,
        "pages/agency_calendar.html",
        pending=asked_rows(here, view.post, view.person.actor),
        refusal_reasons=refusal_reasons(here.lang),
        key=here.new_key(),
        zone=view.zone,
        **{
            **view.frame(),
            "closures": view.closures(view.days),
            "source": source,
            "entries": entries(here, lately, posts=False),
            "older": f"/log?checkpoint={view.post.place}",
        },
    )


HANDLERS = (choose_agency, agency_page)
