"""Two sheets of the console to print: the handover to the next shift, and the line to read aloud."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from litestar import Response, get
from litestar.params import FromPath

from kezek.app.calendar.agency import calendar, closures
from kezek.app.calendar.closure import closed_today
from kezek.app.turn.answered import answered_of
from kezek.app.turn.queue import Queue, WaitingTruck
from kezek.i18n import names
from kezek.web.frame.format import PostView, local, post_view, zone_of
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageRequest, visit
from kezek.web.frame.render import page
from kezek.web.turn.awaited_view import AnsweredRow, AwaitedRow, answered_rows, asked_rows
from kezek.web.turn.console import officer_at
from kezek.web.turn.console_rows import CalledRow, GateRow
from kezek.web.turn.console_view import LineView

CLOSURE_DAYS = 14
ANSWERED_ROWS = 40


class Spoken(NamedTuple):
    """A truck as it is read aloud: as the public board shows it, and no more."""

    place: int
    code: str
    country: str
    tail: str
    klass: str


class HourGroup(NamedTuple):
    """Trucks of one booked hour in the order of the line; `start` is none for those without an hour."""

    start: datetime | None
    rows: list[Spoken]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverPage(Page):
    """Plates as officers see them; no names, no phones.

    `hours` say how many wait of each booked hour, none for walk-ins.  Nobody has answered `unanswered`
    of the called.  `closed` is why the post is closed today, none when it is open.
    """

    template = "pages/handover.html"
    post: PostView
    as_of: datetime
    waiting: int
    due: int
    due_by: datetime
    crossed: int
    pace: float | None
    hours: list[tuple[datetime | None, int]]
    called: list[CalledRow]
    unanswered: int
    gate: list[GateRow]
    pending: list[AwaitedRow]
    answered: list[AnsweredRow]
    exceptions: int
    set_aside: int
    refused: int
    closed: str | None
    closures: list[tuple[date, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineListPage(Page):
    """Trucks as the public board shows them, because what is read aloud is public."""

    template = "pages/line_list.html"
    post: PostView
    as_of: datetime
    called: list[Spoken]
    groups: list[HourGroup]


@get("/console/{checkpoint:str}/handover", sync_to_thread=False)
def handover_page(request: PageRequest, checkpoint: FromPath[str]) -> Response[bytes]:
    """What the next shift takes over: who is here and called, what waits for an answer, closed days."""
    here = visit(request)
    person, post = officer_at(request, checkpoint)
    view = LineView(here, post, person.actor)
    queue, reader = view.queue, here.application.store.reader
    today = closed_today(reader, post, here.now)
    days = calendar(reader, post, here.now)[:CLOSURE_DAYS]
    called = view.called()
    shown = HandoverPage(
        post=post_view(post, here.lang, here.now),
        as_of=local(queue.as_of, view.zone),
        waiting=len(queue.waiting),
        due=view.expected.count,
        due_by=local(view.expected.by, view.zone),
        crossed=queue.crossed_today,
        pace=round(queue.pace.per_hour, 1) if queue.pace is not None else None,
        hours=[(group.start, len(group.rows)) for group in groups_of(queue, view.zone)],
        called=called,
        unanswered=sum(row.unmet for row in called),
        gate=view.at_gate(),
        pending=asked_rows(here, post, person.actor),
        answered=answered_rows(
            here, post, person.actor, answered_of(reader, post.line.id, here.now)[:ANSWERED_ROWS]
        ),
        exceptions=queue.exceptions_today,
        set_aside=queue.set_aside_today,
        refused=queue.refused_today,
        closed=None if today is None else names.reason(today.reason, here.lang),
        closures=[
            (one.on, names.reason(one.reason, here.lang))
            for one in closures(reader, post.line.id, days)
        ],
    )
    return page(request, shown)


@get("/console/{checkpoint:str}/list", sync_to_thread=False)
def list_page(request: PageRequest, checkpoint: FromPath[str]) -> Response[bytes]:
    """The line by place and hour, in large type, to be read over a loudspeaker."""
    here = visit(request)
    person, post = officer_at(request, checkpoint)
    view = LineView(here, post, person.actor)
    shown = LineListPage(
        post=post_view(post, here.lang, here.now),
        as_of=local(view.queue.as_of, view.zone),
        called=[
            Spoken(0, one.seen.code, one.seen.country, one.seen.tail, one.seen.vehicle_class)
            for one in view.queue.called
        ],
        groups=runs_of(view.queue, zone_of(post)),
    )
    return page(request, shown)


def groups_of(queue: Queue, zone: str) -> list[HourGroup]:
    """The line by booked hour, the hours in the order in which their first truck stands."""
    groups: dict[int | None, list[WaitingTruck]] = {}
    for row in queue.waiting:
        groups.setdefault(row.window, []).append(row)
    return [
        HourGroup(None if start is None else local(start, zone), [_spoken(row) for row in rows])
        for start, rows in groups.items()
    ]


def runs_of(queue: Queue, zone: str) -> list[HourGroup]:
    """The line by place, under a new heading wherever the hour changes: an hour may come again."""
    return [
        HourGroup(None if start is None else local(start, zone), [_spoken(row) for row in rows])
        for start, rows in groupby(queue.waiting, key=lambda row: row.window)
    ]


def _spoken(row: WaitingTruck) -> Spoken:
    seen = row.seen
    return Spoken(row.place, seen.code, seen.country, seen.tail, seen.vehicle_class)


HANDLERS = (handover_page, list_page)
