"""The console: the page of one post, its stream, and the choice of a post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

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
from kezek.app.turn.view.step import WalkInsLeft
from kezek.domain.account.actor import ANYWHERE, AT_THE_GATE
from kezek.domain.booking.release import ReleaseCause
from kezek.domain.kernel.refusal import Refused
from kezek.domain.kernel.text import cleaned
from kezek.domain.turn.call import ExceptionCause
from kezek.domain.turn.gate import MissCause, TurnBackCause
from kezek.i18n import names
from kezek.i18n.mark import translatable as t
from kezek.web.booking.shown import lines_by_name
from kezek.web.frame.format import PostView, countries, local, post_view
from kezek.web.frame.forms import most
from kezek.web.frame.live import live
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageRequest, visit
from kezek.web.frame.page_error import NextStep, PageError, RefusedStop
from kezek.web.frame.render import page, redirect
from kezek.web.frame.session import signed_in
from kezek.web.turn.awaited_view import (
    AnsweredRow,
    AwaitedRow,
    answered_rows,
    asked_rows,
    marks,
    refusal_reasons,
)
from kezek.web.turn.console_rows import CalledRow, Due, GateRow, Hit, ShownStep, Waiting
from kezek.web.turn.console_search import ConsoleSearch, searched
from kezek.web.turn.console_view import LineView

_TO_OWN = t("To your own checkpoints")
NIGHT_COOKIE = "night"
ANSWERED_ROWS = 6


@dataclass(frozen=True, slots=True)
class ExceptionCounts:
    """Of today: called out of turn, places taken away by two people, calls refused afterwards."""

    count: int
    set_aside: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolePage(Page):
    """The line of a post: what was searched, who is due, waits, is called and stands at the gate.

    What was searched is told as in `ConsoleSearch`.  `closed` is why the post is closed today, none
    when it is open.  `pending` waits for a second person: this officer may answer `to_answer` of it, and
    `marks` say it at the row of a truck, by booking; `heard` was refused just now.  `running` of the
    waiting may be called by their hour; `soon` has hours, and how many wait then from 10 to 90 %.
    A script marks a call after `unanswered_minutes`.  The steps that wait in the browser belong to
    `account`; `night` is on, off, or empty: as the device has it.
    """

    template = "pages/console.html"
    post: PostView
    account: int
    q: str
    asked: str
    scan: str
    layout: str
    hits: list[Hit]
    more: int
    near: list[str]
    due: list[Due]
    due_count: int
    due_more: int
    due_by: datetime
    closed: str | None
    pending: list[AwaitedRow]
    to_answer: int
    marks: Mapping[int, str]
    answered: list[AnsweredRow]
    heard: list[AnsweredRow]
    exceptions: ExceptionCounts
    next: Waiting | None
    then: list[Waiting]
    waiting: int
    running: int
    pace: float | None
    soon: list[tuple[int, int, int]]
    called: list[CalledRow]
    gate: list[GateRow]
    unanswered_minutes: int
    last: ShownStep | None
    walk_in: WalkInsLeft | None
    countries: list[tuple[str, str]]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    turn_back_reasons: list[tuple[str, str]]
    release_reasons: list[tuple[str, str]]
    exception_reasons: list[tuple[str, str]]
    miss_reasons: list[tuple[str, str]]
    refusal_reasons: list[tuple[str, str]]
    night: str
    stream: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleAtPost:
    """A post that somebody may choose; `awaiting` a second person are so many steps."""

    url: str
    post: PostView
    waiting: int
    due: int
    called: int
    gate: int
    awaiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolesPage(Page):
    """The choice of a post for an officer who serves at several."""

    template = "pages/consoles.html"
    rows: list[ConsoleAtPost]


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
            ConsoleAtPost(
                url=f"/console/{one.place}",
                post=post_view(one, here.lang, here.now),
                waiting=len(queue.waiting),
                due=queue.waiting_due,
                called=len(queue.called),
                gate=len(queue.admitted),
                awaiting=len(awaited_of(here.application.store.reader, one, here.now)),
            )
        )
    return page(request, ConsolesPage(rows=rows))


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
    view = LineView(visit(request), post, person.actor)
    night = request.cookies.get(NIGHT_COOKIE, "")
    shown = _console(
        view,
        searched(view, q),
        values=values or {},
        errors=errors or {},
        night=night if night in ("on", "off") else "",
    )
    return page(request, shown, http_status=422 if errors else 200, zone=view.zone)


def _console(
    view: LineView,
    search: ConsoleSearch,
    *,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    night: str,
) -> ConsolePage:
    here, post, queue = view.here, view.post, view.queue
    waiting, due, due_count = view.waiting(), view.due(), view.expected.count
    pending = asked_rows(here, post, view.actor)
    answered = answered_of(view.reader, view.line.id, here.now)
    mine = heard(answered, view.actor.account, here.now)
    closed = closed_today(view.reader, post, here.now)
    return ConsolePage(
        **search._asdict(),
        post=post_view(post, here.lang, here.now),
        account=view.actor.account,
        due=due,
        due_count=due_count,
        due_more=max(0, due_count - len(due)),
        due_by=local(view.expected.by, view.zone),
        closed=None if closed is None else names.reason(closed.reason, here.lang),
        pending=pending,
        to_answer=sum(row.can for row in pending),
        marks=marks(here, queue, pending, answered),
        answered=answered_rows(here, post, view.actor, answered[:ANSWERED_ROWS]),
        heard=answered_rows(here, post, view.actor, mine),
        exceptions=ExceptionCounts(
            queue.exceptions_today, queue.set_aside_today, queue.refused_today
        ),
        next=waiting[0] if waiting else None,
        then=waiting[1:],
        waiting=len(queue.waiting),
        running=queue.waiting_due,
        pace=round(queue.pace.per_hour, 1) if queue.pace is not None else None,
        soon=view.soon(),
        called=view.called(),
        gate=view.at_gate(),
        unanswered_minutes=here.application.settings.unanswered_minutes,
        last=view.last_step(),
        walk_in=view.walk_ins(),
        countries=countries(here.lang),
        values=values,
        errors=errors,
        turn_back_reasons=_reasons(TurnBackCause, here.lang),
        release_reasons=_reasons(ReleaseCause, here.lang),
        exception_reasons=_reasons(ExceptionCause, here.lang),
        miss_reasons=_reasons(MissCause, here.lang),
        refusal_reasons=refusal_reasons(here.lang),
        night=night,
        stream=f"/console/{post.place}/stream",
        key=here.new_key(),
    )


def _reasons(
    kinds: type[TurnBackCause | ReleaseCause | ExceptionCause | MissCause], lang: str
) -> list[tuple[str, str]]:
    return [(kind.value, names.cause(kind, lang)) for kind in kinds]


HANDLERS = (choose_console, console_page, console_search, console_stream, console_again)
