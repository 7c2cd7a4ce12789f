"""A forecast as pages show it: a range, how it was made, and how good such ranges were.

Where the twin has no basis the pace of the last hours stands in, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kezek.app.booking.ticket import TicketView
from kezek.app.checkpoint.checkpoint import Post
from kezek.app.forecast.accuracy import Accuracy
from kezek.app.forecast.outlook import Outlook
from kezek.app.turn.queue import Queue, WaitingTruck
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.status import Status
from kezek.domain.kernel.instant import HOUR, MINUTE, Instant
from kezek.domain.regulation.regulation import VehicleClass
from kezek.i18n import names
from kezek.i18n.mark import translatable
from kezek.i18n.times import hour as hour_text
from kezek.i18n.times import number as written
from kezek.planning.question import QUANTILES, Range, TruckForecast
from kezek.web.forecast.dots import Dots, dots_of
from kezek.web.frame.page_context import PageContext
from kezek.web.frame.shape import local, zone_of

CROSSED_MIN = 5  # trucks in the last hours; fewer tell nothing about the next ones
STEP = 5 * MINUTE
LESS, MORE = 0.8, 1.25  # what a wait by the pace may be of it; ours
SHORT_MINUTES_MAX = 100
LENGTH_HOURS = (1, 3, 6)

_LOW, _HIGH = QUANTILES.index(0.10), QUANTILES.index(0.90)

_SIMULATED = translatable(
    "Method: %(runs)s simulations of this line from %(hour)s. In 8 of 10 "
    "cases the time is within the range."
)
_CORRECTED = translatable("Corrected for past errors in all lines.")
_BY_PACE = translatable(
    "Method: %(ahead)s trucks ahead ÷ pace of the last %(hours)s hours (%(crossed)s crossed)."
)
_UNMEASURED = translatable("We have not yet measured how accurate this is here.")
_SMALL = translatable(
    "Likely wait: from the beginning of the first free hour until the call, for hours within "
    "the next day; 8 of 10 lie in the range. Waiting, now: trucks whose booked hour runs; "
    "the others came early."
)
_CALLS = translatable(
    "%(dots)s dots from %(low)s to %(high)s: each dot is a 1-in-%(dots)s "
    "chance of being called then"
)
_THROUGHS = translatable(
    "%(dots)s dots from %(low)s to %(high)s: each dot is a 1-in-%(dots)s chance of crossing then"
)


@dataclass(frozen=True, slots=True)
class Between:
    low: datetime
    high: datetime


@dataclass(frozen=True, slots=True)
class Likely:
    """When a truck is called, and when it is through; None where nothing is known or it is over."""

    call: Between | None
    through: Between | None
    method: str
    accuracy: str
    dots: Dots | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Minutes for a truck that joins now: until its call, and, where known, until it is through."""

    low: int
    high: int
    through_low: int | None
    through_high: int | None
    method: str
    accuracy: str
    dots: Dots | None


def likely(
    here: PageContext, view: TicketView, queue: Queue | None, waits: WaitingTruck | None
) -> Likely | None:
    """What can be told a driver, from the booking to the crossing."""
    post = view.post
    assert post.line is not None, "a ticket stands in a line"
    if queue is None or not view.live or view.status is Status.DISPLACED:
        return None
    found = here.application.forecasts.of(post.line.id, here.now)
    called = view.status in (Status.CALLED, Status.ADMITTED)
    truck = _truck(found, view.booking, waits, called=called) if found is not None else None
    earliest = here.now if called else _earliest(here.now, view.booking, waits)
    if found is not None and truck is not None:
        return _simulated(here, post, found, truck, earliest)
    return _by_pace(here, post, queue, waits, earliest)


def renewed(here: PageContext, view: TicketView) -> bool:
    """Whether the line's forecast still tells of an hour that the booking had before."""
    line = view.post.line
    found = here.application.forecasts.of(line.id, here.now) if line is not None else None
    ahead = view.status in (Status.CONFIRMED, Status.LATE)
    return ahead and found is not None and found.outdated(view.booking)


def expected_call(here: PageContext, view: TicketView) -> Between | None:
    """When a truck in line is expected to be called, where its line has a forecast."""
    line, booking = view.post.line, view.booking
    if line is None or view.place is None:
        return None
    found = here.application.forecasts.of(line.id, here.now)
    truck = found.truck(booking) if found is not None else None
    if truck is None or truck.called is None:
        return None
    return _between(truck.called, _earliest(here.now, booking, None), zone_of(view.post))


def _truck(
    found: Outlook, booking: Booking, waits: WaitingTruck | None, *, called: bool
) -> TruckForecast | None:
    """The truck's own forecast; one that came since joins as any of its class."""
    known = found.truck(booking)
    if known is not None and (known.called is None) == called:
        return known
    old = known is not None or found.outdated(booking)
    if old or waits is None or not waits.open or waits.arrived_at < found.as_of:
        return None
    join = found.join(waits.seen.vehicle_class)
    if join is None:
        return None
    since = waits.arrived_at
    return TruckForecast(booking.number, _from(since, join.called), _from(since, join.crossed))


def _from(since: Instant, waits: Range) -> Range:
    return Range(tuple(since + wait for wait in waits.at))


def _simulated(
    here: PageContext, post: Post, found: Outlook, truck: TruckForecast, earliest: Instant
) -> Likely:
    zone, scores = zone_of(post), found.scores
    call = truck.called
    good = (scores.called if call else scores.crossed) if scores else None
    return Likely(
        call=_between(call, earliest, zone) if call else None,
        through=_between(truck.crossed, earliest, zone),
        method=_method(here, post, found),
        accuracy=_accuracy(here, good),
        dots=dots_of(here, call or truck.crossed, zone, _CALLS if call else _THROUGHS),
    )


def _earliest(now: Instant, booking: Booking, waits: WaitingTruck | None) -> Instant:
    """Nobody is called in the past, nor before the booked hour begins."""
    if waits is not None and waits.open:
        return now
    return max(now, booking.start or 0)


def _between(at: Range, earliest: Instant, zone: str) -> Between:
    """The range from 10 to 90 %, rounded away from its middle, and never before it can be."""
    low = max(at.at[_LOW] // STEP * STEP, earliest)
    high = max(-(-at.at[_HIGH] // STEP) * STEP, low + STEP)
    return Between(local(low, zone), local(high, zone))


def _method(here: PageContext, post: Post, found: Outlook) -> str:
    said = here.words.say(
        _SIMULATED,
        runs=written(found.forecast.replications, here.lang),
        hour=hour_text(local(found.as_of, zone_of(post))),
    )
    corrected = found.scores is not None and found.scores.corrected
    return f"{said} {here.words.gettext(_CORRECTED)}" if corrected else said


def _accuracy(here: PageContext, good: Accuracy | None) -> str:
    """How good such ranges were; nothing is claimed of what was not measured."""
    if good is None:
        return here.words.gettext(_UNMEASURED)
    return here.words.count(
        "In the last 30 days %(num)s of 10 trucks was within the range. Typical "
        "error: %(minutes)s min.",
        "In the last 30 days %(num)s of 10 trucks were within the range. Typical "
        "error: %(minutes)s min.",
        round(10 * good.inside80),
        minutes=written(round(good.error), here.lang),
    )


def _by_pace(
    here: PageContext, post: Post, queue: Queue, waits: WaitingTruck | None, earliest: Instant
) -> Likely | None:
    """Ahead ÷ pace, with less and more around it; never before the booked hour begins."""
    pace = queue.pace
    if waits is None or pace is None or pace.crossed < CROSSED_MIN:
        return None
    ahead = waits.place - 1
    span = ahead * HOUR / pace.per_hour
    now, zone = here.now, zone_of(post)
    low, high = _around(span, now)
    low = max(low, earliest)
    high = max(high, low + STEP)
    return Likely(
        call=Between(local(low, zone), local(high, zone)),
        through=None,
        method=_pace_method(here, post, ahead, queue),
        accuracy=here.words.gettext(_UNMEASURED),
        dots=None,
    )


def _around(wait: float, now: Instant) -> tuple[Instant, Instant]:
    """From a fifth less to a quarter more of a wait that begins now, in whole steps."""
    return int((now + wait * LESS) // STEP * STEP), -int(-(now + wait * MORE) // STEP * STEP)


def _pace_method(here: PageContext, post: Post, ahead: int, queue: Queue) -> str:
    """How it was reckoned, and why nothing better could be said."""
    assert queue.pace is not None, "a pace was used"
    assert post.line is not None, "a pace is a line's"
    said = here.words.say(
        _BY_PACE,
        ahead=written(ahead, here.lang),
        hours=written(queue.pace.hours, here.lang),
        crossed=written(queue.pace.crossed, here.lang),
    )
    why = here.application.forecasts.no_basis(post.line.id, here.now)
    return f"{said} {names.no_basis(why, here.lang)}".rstrip()


def wait_of(
    here: PageContext, post: Post, queue: Queue, vehicle_class: VehicleClass | None
) -> Wait | None:
    """The wait of a truck of a class that joins now; None where none can or nothing can be told."""
    if vehicle_class is None:
        return None
    assert post.line is not None, "a queue is a line's"
    found = here.application.forecasts.of(post.line.id, here.now)
    join = found.join(vehicle_class) if found is not None else None
    if found is None or join is None:
        return _wait_by_pace(here, post, queue)
    low, high = minutes_of(join.called)
    through_low, through_high = minutes_of(join.crossed)
    called = _from(here.now, join.called)
    return Wait(
        low=low,
        high=high,
        through_low=through_low,
        through_high=through_high,
        method=_method(here, post, found),
        accuracy=_accuracy(here, found.scores.called if found.scores else None),
        dots=dots_of(here, called, zone_of(post), _CALLS),
    )


def minutes_of(waits: Range) -> tuple[int, int]:
    """The range from 10 to 90 % in steps of five minutes."""
    low, high = waits.at[_LOW] // STEP, -(-waits.at[_HIGH] // STEP)
    return 5 * low, 5 * max(high, low + 1)


def range_text(here: PageContext, low: int, high: int) -> str:
    """A range of minutes in few letters; one that begins at nothing says only how long at most."""
    if not low:
        return here.words.say("up to %(time)s", time=span_text(here, high))
    if high <= SHORT_MINUTES_MAX:
        return here.words.say("%(low)s–%(high)s min", low=low, high=high)
    # Half hours, away from the middle.
    low, high = low // 30, -(-high // 30)
    hours = {"low": written(low / 2, here.lang), "high": written(high / 2, here.lang)}
    if not low:
        return here.words.say("up to %(time)s", time=span_text(here, 30 * high))
    return here.words.say("%(low)s–%(high)s h", **hours)


def span_text(here: PageContext, minutes: int) -> str:
    """A span of minutes as the templates write it: 40 min, 2 h, 2 h 05."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return here.words.count("%(num)s min", "%(num)s min", minutes)
    if not rest:
        return here.words.say("%(hours)s h", hours=hours)
    return here.words.say("%(hours)s h %(minutes)s", hours=hours, minutes=f"{rest:02}")


def waits_of(here: PageContext) -> str:
    """What the board's small figures are, and how good they were over all lines; empty without any."""
    forecasts, lines = here.application.forecasts, here.application.network.lines()
    if not any(forecasts.of(line, here.now, looked=False) for line in lines):
        return ""
    said = here.words.gettext(_SMALL)
    scores = [forecasts.scores(line) for line in lines]
    good = [one.called for one in scores if one is not None and one.called is not None]
    if not good:
        return f"{said} {here.words.gettext(_UNMEASURED)}"
    inside = sum(one.inside80 * one.trucks for one in good) / sum(one.trucks for one in good)
    told = here.words.count(
        "In the last 30 days %(num)s of 10 trucks was called within the range.",
        "In the last 30 days %(num)s of 10 trucks were called within the range.",
        round(10 * inside),
    )
    return f"{said} {told}"


def lengths_of(found: Outlook, now: Instant) -> list[tuple[int, int, int]]:
    """The line in some hours: hours, and how many wait, from 10 to 90 %."""
    told = []
    for hours in LENGTH_HOURS:
        length = found.length(now + hours * HOUR)
        if length is not None and abs(length.at - now - hours * HOUR) <= HOUR // 2:
            told.append((hours, length.waiting[_LOW], length.waiting[_HIGH]))
    return told


def _wait_by_pace(here: PageContext, post: Post, queue: Queue) -> Wait | None:
    pace = queue.pace
    if pace is None or pace.crossed < CROSSED_MIN:
        return None
    low, high = _around(queue.waiting_due * HOUR / pace.per_hour, 0)
    return Wait(
        low=low // MINUTE,
        high=max(high, STEP) // MINUTE,
        through_low=None,
        through_high=None,
        method=_pace_method(here, post, queue.waiting_due, queue),
        accuracy=here.words.gettext(_UNMEASURED),
        dots=None,
    )
