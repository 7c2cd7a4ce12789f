"""One post: who is called, the line, the wait, the hours of the day, the coming days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream

from kezek.app.forecast.next_wait import joins_now
from kezek.app.regulation.published import is_ours, is_reserved
from kezek.app.slot.availability import LinePlaces
from kezek.app.turn.board import PostRow, hours_of_today
from kezek.app.turn.queue import Queue
from kezek.domain.checkpoint.checkpoint import SEA
from kezek.domain.kernel.instant import DAY, day_start, local_day
from kezek.domain.regulation.regulation import Regulation
from kezek.i18n import names
from kezek.web.booking.first_free import FirstFree, Sooner, first_free, sooner_posts
from kezek.web.checkpoint.head import PostHead, head_of
from kezek.web.checkpoint.line_view import CallView, WindowView, calls_of, windows_of
from kezek.web.forecast.hour_wait import Coming, coming_of
from kezek.web.forecast.likely_view import ShownWait, wait_of
from kezek.web.frame.format import DayView, day_views, local
from kezek.web.frame.live import live
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import PageError
from kezek.web.frame.render import page

SHOWN_MAX = 40  # trucks of a line; the rest is one press away
CLOSURE_SOON = DAY  # what is closed within it concerns who is on the road
CLOSURES_LATER_MAX = 3  # the rest is read off the strip


@dataclass(frozen=True, slots=True)
class HourBar:
    start: datetime
    crossed: int
    booked: int
    free: int


@dataclass(frozen=True, slots=True)
class TodayClosed:
    start: datetime
    end: datetime
    reason: str
    whole_day: bool


@dataclass(frozen=True, slots=True)
class ShownPace:
    per_hour: float
    hours: float
    crossed: int


@dataclass(frozen=True, slots=True)
class TodayPlaces:
    places: int | None
    reserve: int


@dataclass(frozen=True, slots=True)
class Exceptions:
    count: int
    awaiting: int
    releases: int
    set_aside: int
    refused: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One truck of a class after `every` ordinary ones."""

    every: int
    klass: str
    ordinary: str
    number_is_ours: bool


@dataclass(frozen=True, slots=True)
class Siblings:
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointPage(Page):
    """One post; what the live line gives comes last and is empty where none runs.

    `first` is the first free window, `sooner` are other posts, `next_days` the first two with places.
    `closures` are now or tomorrow, `later` the next ones behind them.  `due` of the `waiting` trucks may
    be called by their hour; `hidden` are not shown in `windows`.  `joins` says how a truck without a
    booking can join now: books, walks_in, or empty.  `coming` is the first free hour and its wait.
    """

    template = "pages/checkpoint.html"
    post: PostHead
    as_of: datetime
    stream: str | None
    rule: Rule | None
    regulation: str
    siblings: Siblings | None
    days: list[DayView]
    first: FirstFree | None
    sooner: list[Sooner]
    next_days: list[DayView]
    today: TodayPlaces
    bookable: bool
    closures: list[TodayClosed]
    later: list[TodayClosed]
    calls: Sequence[CallView] = ()
    windows: Sequence[WindowView] = ()
    waiting: int = 0
    due: int = 0
    hidden: int = 0
    joins: str = ""
    wait: ShownWait | None = None
    coming: Coming | None = None
    pace: ShownPace | None = None
    called: int = 0
    exceptions: Exceptions = Exceptions(0, 0, 0, 0, 0)
    bars: Sequence[HourBar] = ()
    now_share: float | None = None


def row_at(here: PageContext, place: str) -> PostRow:
    """The line of an address, or the post without one; or the error page."""
    row = here.application.boards.row_at(place, here.now)
    if row is None:
        raise PageError("not_found")
    return row


@get("/checkpoints/{checkpoint:str}")
async def checkpoint(request: PageRequest, checkpoint: FromPath[str]) -> Response[bytes]:
    """One post, live."""
    here = visit(request)
    row = row_at(here, checkpoint)
    shown = _with_line(_page_of(row, here), row, here, every="all" in request.query_params)
    return page(request, shown, zone=row.zone)


@get("/checkpoints/{checkpoint:str}/live")
async def checkpoint_live(request: PageRequest, checkpoint: FromPath[str]) -> Stream:
    """Server-sent events of one line."""
    served = row_at(visit(request), checkpoint).served
    if served is None:
        raise PageError("not_found")
    return live(request, served.line.id)


def _page_of(row: PostRow, here: PageContext) -> CheckpointPage:
    """What the post and its calendar give."""
    served, zone, today = row.served, row.zone, row.today
    days, closures = day_views(row.places), closures_of(row.places, here, row.zone)
    soon = local(here.now + CLOSURE_SOON, zone)
    return CheckpointPage(
        post=head_of(row, here),
        as_of=local(here.now, zone),
        stream=f"/checkpoints/{row.place}/live" if served else None,
        rule=rule_of(served.at(here.now) if served else None),
        regulation=served.line.regulation if served else "",
        siblings=_siblings(row, here),
        days=days,
        first=first_free(row.places, zone),
        sooner=sooner_posts(here, row),
        next_days=[day for day in days if day.places][:2],
        today=TodayPlaces(today.ordinary if today else None, today.kept if today else 0),
        bookable=any(day.places for day in days),
        closures=[c for c in closures if c.start < soon],
        later=[c for c in closures if c.start >= soon][:CLOSURES_LATER_MAX],
    )


def _with_line(
    shown: CheckpointPage, row: PostRow, here: PageContext, *, every: bool
) -> CheckpointPage:
    """The page with its live line: calls, the line itself, the wait, the pace, the exceptions."""
    queue, served, zone = row.queue, row.served, row.zone
    if queue is None or served is None:
        return shown
    turns = queue.waiting if every else queue.waiting[:SHOWN_MAX]
    midnight, rules = day_start(local_day(here.now, zone), zone), served.at(here.now)
    joining = joins_now(row, here.now)
    return replace(
        shown,
        calls=calls_of(queue, zone),
        windows=windows_of(turns, served, here.now),
        waiting=len(queue.waiting),
        due=queue.waiting_due,
        hidden=len(queue.waiting) - len(turns),
        joins="books" if joining == rules.ordinary.name else "walks_in" if joining else "",
        wait=wait_of(here, served, queue, joining),
        coming=coming_of(here, row),
        pace=pace_of(queue),
        called=len(queue.called),
        exceptions=Exceptions(
            queue.exceptions_today,
            queue.awaiting_approval,
            queue.releases_today,
            queue.set_aside_today,
            queue.refused_today,
        ),
        bars=_bars(row, here, zone),
        now_share=min(1.0, (here.now - midnight) / DAY),
    )


def pace_of(queue: Queue) -> ShownPace | None:
    """Crossings an hour, lately."""
    pace = queue.pace
    return None if pace is None else ShownPace(round(pace.per_hour, 1), pace.hours, pace.crossed)


def _bars(row: PostRow, here: PageContext, zone: str) -> list[HourBar]:
    """Today by window: what crossed until now, what is booked and free from now on."""
    day, queue, served = row.today, row.queue, row.served
    if day is None or queue is None or served is None:
        return []
    line, key = served.line, (queue.version, served.window_at(here.now))
    found: list[HourBar] | None = here.web.pictures.find(("bars", line.id), key)
    if found is not None:
        return found
    bars = [
        HourBar(local(one.start, zone), one.crossed, one.booked, one.free)
        for one in hours_of_today(here.application.store.reader, row, here.now)
    ]
    return here.web.pictures.keep(("bars", line.id), key, bars)  # type: ignore[no-any-return]


def closures_of(places: LinePlaces | None, here: PageContext, zone: str) -> list[TodayClosed]:
    """Whole closed days, neighbouring days of one reason as one closure."""
    found: list[TodayClosed] = []
    for day in places.days if places else ():
        if day.state != "closed":
            continue
        start = local(day_start(day.on, zone), zone)
        end = local(day_start(day.on + timedelta(days=1), zone), zone)
        reason = names.reason(day.reason, here.lang).rstrip(".")
        if found and found[-1].end == start and found[-1].reason == reason:
            found[-1] = TodayClosed(found[-1].start, end, reason, whole_day=False)
        else:
            found.append(TodayClosed(start, end, reason, whole_day=True))
    return found


def rule_of(regulation: Regulation | None) -> Rule | None:
    """After how many ordinary trucks one with a reserved place goes, by the published cycle."""
    cycle = regulation.interleave if regulation else ()
    first = next(
        (n for n, c in enumerate(cycle) if regulation and is_reserved(regulation, c)), None
    )
    if regulation is None or first is None:
        return None
    after, ordinary = cycle[first + 1 :], regulation.ordinary.name
    every = next((n for n, c in enumerate(after) if c != ordinary), len(after))
    return Rule(every, cycle[first], ordinary, is_ours(regulation, "interleave")) if every else None


def _siblings(row: PostRow, here: PageContext) -> Siblings | None:
    """Where other posts to the same neighbour stand."""
    code = row.checkpoint.neighbour_country
    if code in ("", SEA):
        return None
    others = [
        other
        for other in here.application.network.posts().values()
        if other.lines
        and other.checkpoint.neighbour_country == code
        and other.checkpoint.id != row.checkpoint.id
    ]
    if not others:
        return None
    return Siblings(names.country(code, here.lang), f"/book?to={code}")


HANDLERS = (checkpoint, checkpoint_live)
