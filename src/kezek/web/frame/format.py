"""How posts, days, hours and fees stand on pages, in the reader's language and zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias

from kezek.app.checkpoint.checkpoint import Post, ServedLine
from kezek.app.regulation.published import published_fee
from kezek.app.slot.availability import LinePlaces, LocalDay
from kezek.app.turn.board import PostRow
from kezek.app.vehicle.plates import registration_countries
from kezek.domain.booking.status import Status
from kezek.domain.checkpoint.checkpoint import EXIT, Checkpoint
from kezek.domain.kernel.instant import Instant, from_datetime, to_datetime
from kezek.domain.regulation.regulation import Regulation
from kezek.i18n import names
from kezek.i18n.say.place import line_name
from kezek.i18n.times import utc_offset

# What carries a post's names.
NamedPost: TypeAlias = Post | ServedLine | PostRow
# A ticket's status in the words of the templates, which are those that drivers know.
STATES: Mapping[Status, str] = {
    Status.CONFIRMED: "booked",
    Status.LATE: "late",
    Status.DISPLACED: "displaced",
    Status.ARRIVED: "here",
    Status.CALLED: "called",
    Status.ADMITTED: "admitted",
    Status.CROSSED: "crossed",
    Status.CANCELLED: "cancelled",
    Status.NO_SHOW: "no_show",
    Status.TURNED_BACK: "turned_back",
    Status.RELEASED: "annulled",
}


@dataclass(frozen=True, slots=True)
class PostView:
    """A line's post as a reader names it.  `there` is what stands across the border, from where the line
    comes if it leads `inward`; `plain_exit` says that the name needs no direction.
    """

    id: str
    country: str
    name: str
    there_country: str
    there: str
    inward: bool
    zone: str
    plain_exit: bool
    by_hour_is_ours: bool


@dataclass(frozen=True, slots=True)
class DayView:
    """A day on a strip or in a calendar; `share` is the part of an untouched day that is left."""

    date: date
    places: int
    share: float
    status: str


@dataclass(frozen=True, slots=True)
class HourView:
    """An hour that can be chosen; `value` is what a form sends."""

    start: datetime
    end: datetime
    value: str
    places: int
    status: str


@dataclass(frozen=True, slots=True)
class ShownFee:
    """A fee for the `money` filter."""

    units: int
    unit: str
    minor: int
    currency: str


def local(at: Instant, zone: str) -> datetime:
    """An instant as the post's clocks show it."""
    return to_datetime(at, zone)


def zone_of(served: ServedLine) -> str:
    """The zone of a line."""
    return served.line.zone


def there_name(post: NamedPost, lang: str) -> str:
    """The post across the border, or else the country, or a dash."""
    code = post.checkpoint.neighbour_country
    country = names.country(code, lang) if code else "–"
    return post.names.opposite_name(lang) or country


def inward(served: ServedLine | None) -> bool:
    """Whether a line leads into the country; a post without one is known for its way out."""
    return served is not None and served.line.direction != EXIT


def leads_to(served: ServedLine) -> str:
    """The country that a line leads to, empty where it is not known."""
    checkpoint = served.checkpoint
    return checkpoint.country if inward(served) else checkpoint.neighbour_country


def search_of(post: NamedPost) -> str:
    """The keys of all names of a post, for a search in the browser."""
    return "|".join(key.replace(" ", "") for key in post.names.place_keys)


def post_view(served: ServedLine, lang: str, now: Instant) -> PostView:
    """A line's post for a page."""
    checkpoint = served.checkpoint
    return PostView(
        id=served.place,
        country=checkpoint.country,
        name=line_name(served, lang),
        there_country=checkpoint.neighbour_country or "?",
        there=there_name(served, lang),
        inward=inward(served),
        zone=utc_offset(local(now, zone_of(served))),
        plain_exit=served.alone and served.line.direction == EXIT,
        by_hour_is_ours=served.line.basis == "board",
    )


def lanes_of(checkpoint: Checkpoint) -> int | None:
    """How many lanes are in use, by the first number of what the source says."""
    found = re.match(r"\d+", checkpoint.lanes or "")
    return int(found[0]) if found else None


def day_views(places: LinePlaces | None, vehicle_class: str | None = None) -> list[DayView]:
    """The coming days of a line for a class, the ordinary one where none is named."""
    if places is None:
        return []
    most = max((day.left_for(vehicle_class) for day in places.days), default=0)
    return [day_view(d, most, vehicle_class) for d in places.days]


def day_view(day: LocalDay, most: int, vehicle_class: str | None = None) -> DayView:
    """One day; `most` is what the fullest shelf of the line holds."""
    left = day.left_for(vehicle_class)
    share = min(1.0, left / most) if most else 0.0
    return DayView(day.on, left, share, day.state_for(vehicle_class))


def hour_views(
    day: LocalDay,
    regulation: Regulation,
    zone: str,
    now: Instant,
    *,
    vehicle_class: str,
    present: Instant | None = None,
) -> list[HourView]:
    """The hours of a day; those that are over stay visible, so that the day keeps its shape.

    `present` is the hour of a booking that moves: it can be chosen no more than one that is over.
    """
    views = []
    for hour in day.hours:
        places, past = day.left_in(hour, vehicle_class), hour.start + regulation.window <= now
        status = day.window_state(hour, vehicle_class, past=past, present=present)
        end = local(hour.start + regulation.window, zone)
        views.append(HourView(local(hour.start, zone), end, hour_value(hour.start), places, status))
    return views


def hour_value(start: Instant) -> str:
    """How an address or a form names an hour: 2026-06-28T01:00Z."""
    return f"{to_datetime(start):%Y-%m-%dT%H:%MZ}"


def hour_of(value: str) -> Instant | None:
    """The instant that `hour_value` wrote, None for anything else."""
    try:
        return from_datetime(datetime.strptime(value, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC))
    except ValueError:
        return None


def fee_view(regulation: Regulation, vehicle_class: str) -> ShownFee | None:
    """The fee of a class; None where no fee is published."""
    fee = published_fee(regulation, vehicle_class)
    if fee is None:
        return None
    return ShownFee(fee.units, fee.unit, fee.money.minor, fee.money.currency)


def countries(lang: str) -> list[tuple[str, str]]:
    """Countries of registration, those of the region first."""
    return [(code, names.country(code, lang)) for code in registration_countries()]
