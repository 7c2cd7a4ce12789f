"""The wait for somebody without a booking: at a window that can be booked, or now."""

from __future__ import annotations

from dataclasses import dataclass

from kezek.app.forecast.forecast import LiveForecasts
from kezek.app.forecast.usual_wait import UsualWait
from kezek.app.turn.board import PostRow
from kezek.app.turn.line_state import ASKED_FOR
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.instant import Instant
from kezek.domain.slot.place import walk_ins_left
from kezek.planning.question import Range


@dataclass(frozen=True, slots=True)
class HourWait:
    """The wait at a window, from its beginning (from now, if it has begun) until the call.

    `called` is the span expected from the bookings made so far, for windows within a day; None where the
    twin has no basis.  A later window is `far` and has the `usual` wait of its hour of the week; None
    where too few trucks crossed in it, or the past is not `read` yet.
    """

    start: Instant
    called: Range | None = None
    usual: UsualWait | None = None
    far: bool = False
    read: bool = False


def hour_wait(
    forecasts: LiveForecasts, line: Line, start: Instant, now: Instant, *, looked: bool = True
) -> HourWait:
    """The wait at a window of a line; `looked` says that somebody looks at this line."""
    forecast = forecasts.of(line.id, now, looked=looked)
    if start < (forecast.as_of if forecast else now) + ASKED_FOR:
        return HourWait(start, called=forecast.window(start) if forecast else None)
    usual, read = forecasts.usual(line, start), forecasts.usual_read(line.id)
    return HourWait(start, usual=usual, far=True, read=read)


def next_wait(
    row: PostRow, forecasts: LiveForecasts, now: Instant, *, looked: bool = True
) -> HourWait | None:
    """The wait at the next hour that can be booked; None where none can."""
    free = row.places.first_free() if row.places else None
    if free is None or row.served is None:
        return None
    return hour_wait(forecasts, row.served.line, free.start, now, looked=looked)


def joins_now(row: PostRow, now: Instant) -> str | None:
    """The class in which a truck without a booking can still join the line now; None where it cannot."""
    today, served = row.today, row.served
    if today is None or served is None or row.places is None or today.state == "closed":
        return None
    free = row.places.first_free()
    if free is not None and free.start <= now:
        return served.ordinary(now)
    rule = served.at(now).walk_in
    if rule is None or walk_ins_left(rule, today.capacity, today.walk_ins) == 0:
        return None
    return rule.name
