"""The wait at an hour to be booked, as pages show it: expected within a day, and later what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.forecast.likely import STEP, rounded, span_bounds
from kezek.app.forecast.next_wait import HourWait, hour_wait, next_wait
from kezek.app.forecast.usual_wait import DAYS_MIN, WEEKS, UsualWait
from kezek.app.slot.availability import LocalDay
from kezek.app.turn.board import PostRow
from kezek.domain.kernel.instant import MINUTE
from kezek.i18n.mark import translatable
from kezek.i18n.say import forecast as say
from kezek.i18n.times import hour as hour_text
from kezek.web.frame.format import hour_value, local, zone_of
from kezek.web.frame.page_context import PageContext

_AT_HOURS = translatable(
    "The wait is told for the next 24 hours: from the beginning of the hour until the call, by the "
    "bookings made so far. Simulated at %(hour)s."
)
_LATER = translatable(
    "For hours more than a day ahead the usual wait at that hour of the week is shown: 8 of 10 trucks "
    "that crossed in the last %(weeks)s weeks lie in the range. Each hour rests on %(days)s days or "
    "more."
)
_NOT_YET = translatable(
    "For hours more than a day ahead the usual wait at that hour of the week is not known yet: trucks "
    "must have crossed in it on at least %(days)s days."
)
_UNREAD = translatable("The usual wait has not been computed yet.")


@dataclass(frozen=True, slots=True)
class Usual:
    """What was usual at an hour of the week: the range, the median, and on how many days it rests."""

    wait: str
    median: str
    days: int
    weeks: int


@dataclass(frozen=True, slots=True)
class Coming:
    """The first free window and the wait expected at it, empty where none is told.

    A `far` one, more than a day ahead, has what was usual; None where that is not known: too few trucks
    crossed at that hour of the week, or the past is not `read` yet.
    """

    start: datetime
    wait: str
    far: bool
    read: bool
    usual: Usual | None


def next_of(here: PageContext, row: PostRow, *, looked: bool = True) -> HourWait | None:
    """The first free window with its wait; a glance at the whole board is no look at each line."""
    return next_wait(row, here.application.forecasts, here.now, looked=looked)


def coming_of(here: PageContext, row: PostRow) -> Coming | None:
    """The first free window for the page of its post; None where none is free."""
    found = next_of(here, row)
    if found is None:
        return None
    start = local(found.start, row.zone)
    usual = _usual(here, found.usual) if found.usual is not None else None
    return Coming(start, short_wait(here, found), found.far, found.read, usual)


def short_wait(here: PageContext, found: HourWait | None) -> str:
    """The wait expected at a window in few letters; empty where nothing is told."""
    called = found.called if found is not None else None
    return say.span_range(span_bounds(called), here.words) if called is not None else ""


def waits_at(here: PageContext, post: ServedLine, day: LocalDay) -> tuple[dict[str, str], str]:
    """The wait at each hour of a day by the hour's value in a form, and what the waits are."""
    forecasts = here.application.forecasts
    told = [hour_wait(forecasts, post.line, hour.start, here.now) for hour in day.hours]
    waits = {hour_value(one.start): _in_cell(here, one) for one in told if one.called or one.usual}
    forecast = forecasts.of(post.line.id, here.now)
    notes = []
    if forecast is not None and any(one.called for one in told):
        made = hour_text(local(forecast.as_of, zone_of(post)))
        notes.append(here.words.say(_AT_HOURS, hour=made))
    later = [one for one in told if one.far]
    known = [one.usual.days for one in later if one.usual is not None]
    if known:
        notes.append(here.words.say(_LATER, weeks=WEEKS, days=min(known)))
    elif later:
        read = all(one.read for one in later)
        notes.append(
            here.words.say(_NOT_YET, days=DAYS_MIN) if read else here.words.gettext(_UNREAD)
        )
    return waits, " ".join(notes)


def _in_cell(here: PageContext, found: HourWait) -> str:
    if found.usual is None:
        return here.words.say("wait %(time)s", time=short_wait(here, found))
    return here.words.say("usually %(time)s", time=_usual(here, found.usual).wait)


def _usual(here: PageContext, found: UsualWait) -> Usual:
    """In steps of five minutes, the range away from its middle."""
    median = max(STEP, round(found.median / STEP) * STEP) // MINUTE
    wait = say.span_range(rounded(found.low, found.high), here.words)
    return Usual(wait, say.span(median, here.words), found.days, WEEKS)
