"""The console: the page of one post, its stream, and the choice of a post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from kezek.app.account.access import Person
from kezek.app.booking.find import TEXT_LENGTH_MAX, is_code
from kezek.app.calendar.closure import closed_today
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.checkpoint.right import may_call
from kezek.app.turn.answered import answered_of, heard
from kezek.app.turn.awaited import awaited_of
from kezek.domain.account.actor import ANYWHERE, AT_THE_GATE
from kezek.domain.booking.release import ReleaseCause
from kezek.domain.kernel.refusal import Refused
from kezek.domain.kernel.text import cleaned
from kezek.domain.turn.call import ExceptionCause
from kezek.domain.turn.gate import MissCause, TurnBackCause
from kezek.i18n import names
from kezek.i18n.mark import translatable as t
from kezek.web.booking.shown import lines_by_name
from kezek.web.frame.forms import most
from kezek.web.frame.live import live
from kezek.web.frame.page_context import PageRequest, visit
from kezek.web.frame.page_error import NextStep, PageError, RefusedStop
from kezek.web.frame.render import page, redirect
from kezek.web.frame.session import signed_in
from kezek.web.frame.shape import countries, local, post_view, zone_of
from kezek.web.turn.awaited_view import answered_rows, asked_rows, marks, refusal_reasons
from kezek.web.turn.console_search import searched
from kezek.web.turn.console_view import LineView

_TO_OWN = t("To your own checkpoints")
NIGHT_COOKIE = "night"
ANSWERED_ROWS = 6


def officer_at(request: PageRequest, checkpoint: str) -> tuple[Person, ServedLine]:
    """The officer, and the line at whose post this person serves; anybody else ends here."""
    here = visit(request)
    person = signed_in(request, *AT_THE_GATE)
    network = here.application.network
    # Whoever serves elsewhere is told so, whatever runs or does not run here.
    post = network.post_of(checkpoint)
    if not may_call(person.actor, post.checkpoint.id if post else checkpoint):
        raise PageError("not_allowed", steps=(NextStep(here.words.gettext(_TO_OWN), "/console"),))
    served = network.served_at(checkpoint)
    if isinstance(served, Refused):
        raise RefusedStop(served)
    here.application.presence.note(served.place)
    return person, served


@get("/console", sync_to_thread=False)
def choose_console(request: PageRequest) -> Response[bytes]:
    """The posts of an officer who serves at several; one alone opens at once."""
    here, person = visit(request), signed_in(request, *AT_THE_GATE)
    places = person.places(*AT_THE_GATE)
    posts = [
        one for one in lines_by_name(here) if ANYWHERE in places or one.checkpoint.id in places
    ]
    if len(posts) == 1:
        return redirect(request, f"/console/{posts[0].place}")
    rows = []
    for one in posts:
        queue = here.application.queues.of(one, here.now)
        rows.append(
            {
                "url": f"/console/{one.place}",
                "post": post_view(one, here.lang, here.now),
                "waiting": len(queue.waiting),
                "due": queue.waiting_due,
                "called": len(queue.called),
                "gate": len(queue.admitted),
                "awaiting": len(awaited_of(here.application.store.reader, one, here.now)),
            }
        )
    return page(request, "pages/choose_post.html", kind="console", rows=rows)


@get("/console/{checkpoint:str}", sync_to_thread=False)
def console_page(request: PageRequest, checkpoint: FromPath[str]) -> Response[bytes]:
    """Arrivals, the line, the gate."""
    person, at_post = officer_at(request, checkpoint)
    code = cleaned(request.query_params.get("q", "")[:200]).upper()
    return show_console(request, person, at_post, q=code if is_code(code) else "")


class _ConsoleSearch(msgspec.Struct, frozen=True):
    q: Annotated[str, most(TEXT_LENGTH_MAX)] = ""


@post("/console/{checkpoint:str}/search", status_code=200, sync_to_thread=False)
def console_search(request: PageRequest, checkpoint: FromPath[str]) -> Response[bytes]:
    """The console with what was looked for.

    A form, because a plate in an address would stand in the history of the browser and in the log
    of every proxy; a ticket's code alone may.
    """
    person, at_post = officer_at(request, checkpoint)
    q = visit(request).form.read(_ConsoleSearch).q
    return show_console(request, person, at_post, q=q)


@get("/console/{checkpoint:str}/stream", sync_to_thread=False)
def console_stream(request: PageRequest, checkpoint: FromPath[str]) -> Stream:
    """News of the line, for the officers of the post only."""
    person, post = officer_at(request, checkpoint)
    assert person.account.closed_at is None, "a closed account opens no session"
    return live(request, post.line.id)


@get(
    ["/console/{checkpoint:str}/{verb:str}", "/console/{checkpoint:str}/search"],
    sync_to_thread=False,
)
def console_again(request: PageRequest, checkpoint: FromPath[str]) -> Response[bytes]:
    """A step is sent, never visited: who reloads after a refused one comes back to the console."""
    officer_at(request, checkpoint)
    return redirect(request, f"/console/{checkpoint}")


def show_console(
    request: PageRequest,
    person: Person,
    post: ServedLine,
    *,
    q: str = "",
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """The page; `values` and `errors` are those of a walk-in form that was refused."""
    here = visit(request)
    view = LineView(here, post, person.actor)
    search, waiting, due = searched(view, q), view.waiting(), view.due()
    return page(
        request,
        "pages/console.html",
        http_status=422 if errors else 200,
        zone=zone_of(post),
        post=post_view(post, here.lang, here.now),
        account=person.account.id,
        q=search.q,
        asked=search.asked,
        scan=search.scan,
        layout=search.layout,
        hits=search.hits,
        more=search.more,
        near=search.near,
        due=due,
        due_more=max(0, view.expected.count - len(due)),
        due_count=view.expected.count,
        due_by=local(view.expected.by, view.zone),
        next=waiting[0] if waiting else None,
        then=waiting[1:],
        waiting=len(view.queue.waiting),
        running=view.queue.waiting_due,
        soon=view.soon(),
        pace=view.queue.pace and round(view.queue.pace.per_hour, 1),
        called=view.called(),
        gate=view.at_gate(),
        unanswered_minutes=here.application.settings.unanswered_minutes,
        last=view.last_step(),
        walk_in=view.walk_ins(),
        countries=countries(here.lang),
        values=values or {},
        errors=errors or {},
        turn_back_reasons=_reasons(TurnBackCause, here.lang),
        release_reasons=_reasons(ReleaseCause, here.lang),
        exception_reasons=_reasons(ExceptionCause, here.lang),
        miss_reasons=_reasons(MissCause, here.lang),
        night=night if (night := request.cookies.get(NIGHT_COOKIE, "")) in ("on", "off") else "",
        stream=f"/console/{post.place}/stream",
        key=here.new_key(),
        **_answers(view),
    )


def _answers(view: LineView) -> dict[str, Any]:
    """What waits for a second person, what was decided so today, and whether the post is closed."""
    here, post, queue = view.here, view.post, view.queue
    pending = asked_rows(here, post, view.actor)
    answered = answered_of(view.reader, view.line.id, here.now)
    mine = heard(answered, view.actor.account, here.now)
    closed = closed_today(view.reader, post, here.now)
    return {
        "exceptions": {
            "count": queue.exceptions_today,
            "set_aside": queue.set_aside_today,
            "refused": queue.refused_today,
        },
        "pending": pending,
        "to_answer": sum(row.can for row in pending),
        "answered": answered_rows(here, post, view.actor, answered[:ANSWERED_ROWS]),
        "heard": answered_rows(here, post, view.actor, mine),
        "marks": marks(here, queue, pending, answered),
        "refusal_reasons": refusal_reasons(here.lang),
        "closed": None if closed is None else names.reason(closed.reason, here.lang),
    }


def _reasons(
    kinds: type[TurnBackCause | ReleaseCause | ExceptionCause | MissCause], lang: str
) -> list[tuple[str, str]]:
    return [(kind.value, names.cause(kind, lang)) for kind in kinds]


HANDLERS = (choose_console, console_page, console_search, console_stream, console_again)
