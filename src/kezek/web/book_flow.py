"""The steps of choosing a time: post, day and hour, truck, confirm; for a driver, a clerk or a move.

Nothing is kept on the server before the last button: post, day and hour travel in the address, truck
and driver in the forms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response

from kezek.app.availability import DayPlaces, LinePlaces
from kezek.app.checkpoint import Post
from kezek.domain.account.actor import STAFF, Actor
from kezek.domain.kernel.instant import Instant, date_of, local_day
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.kernel.text import cleaned
from kezek.domain.regulation.regulation import Pool, Regulation, VehicleClass
from kezek.text import refusals
from kezek.web.book_choice import neighbours_of, picks_of
from kezek.web.first_free import Sooner, first_free, sooner_posts
from kezek.web.hour_wait import waits_at
from kezek.web.render import page
from kezek.web.rules_beside import rules_of
from kezek.web.shape import (
    Fee,
    HourView,
    countries,
    day_views,
    fee_view,
    hour_of,
    hour_value,
    hour_views,
    in_kept_pool,
    local,
    post_view,
    zone_of,
)
from kezek.web.stop import RefusedStop
from kezek.web.vehicle_fields import NAMES
from kezek.web.visit import PageRequest, Visit, visit

NEAR_MAX = 4


@dataclass(frozen=True, slots=True)
class Moving:
    """The booking that moves, as its driver knows it."""

    code: str
    country: str
    tail: str
    start: datetime | None
    end: datetime | None
    free: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """Whose flow this is.  `klass` is fixed for a move, `back` leaves the flow; of `reasons` staff
    choose one for moving somebody else's booking.

    `mode` is `driver`, `clerk`, `carrier` or `move`; `base` the flow's address.
    """

    mode: str
    base: str
    back: str
    actor: Actor
    moving: Moving | None = None
    klass: str = ""
    reasons: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class ClassView:
    value: str
    text: str
    fee: Fee | None


@dataclass(slots=True)
class Choice:
    """What has been chosen so far, with what is wrong about it."""

    post: Post
    regulation: Regulation
    places: LinePlaces
    klass: str
    day: DayPlaces | None = None
    start: Instant | None = None
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    offer_near: bool = False
    booked: bool = False

    @property
    def line(self) -> str:
        """The line that is booked."""
        assert self.post.line is not None, "a choice is made at a post with a line"
        return self.post.line.id

    @property
    def zone(self) -> str:
        """The zone of the post."""
        return zone_of(self.post)

    @property
    def kept(self) -> bool:
        """Whether the class takes from the dear pool."""
        return in_kept_pool(self.regulation, self.klass)


Ask = Callable[[str], str]


def choice_of(here: Visit, flow: Flow, ask: Ask) -> Choice:
    """The choice that an address or a form names; Stop when the post cannot be booked at all."""
    post = here.house.network.post(ask("checkpoint"))
    if post is None:
        raise RefusedStop(Refused(Reason.CHECKPOINT_UNKNOWN))
    places = here.house.availability.of(post, here.now)
    if post.regulation is None or places is None:
        raise RefusedStop(Refused(Reason.LINE_UNKNOWN))
    klass = flow.klass or ask("vehicle_class") or VehicleClass.IN_TURN
    known = [view.value for view in classes_of(post, post.regulation, flow)]
    choice = Choice(post, post.regulation, places, klass)
    if klass not in known and not flow.klass:
        choice.klass = VehicleClass.IN_TURN
        refuse(here, choice, Refused(Reason.CLASS_UNKNOWN))
    _take_day(here, choice, ask("day"))
    _take_hour(here, choice, ask("hour"))
    return choice


def _take_day(here: Visit, choice: Choice, text: str) -> None:
    if not text:
        return
    on = date_of(text)
    choice.day = choice.places.day(on) if on else None
    if choice.day is None:
        refuse(here, choice, _no_day(choice, on))
    elif choice.day.state == "closed":
        why = choice.day.reason
        refuse(here, choice, Refused(Reason.DAY_CLOSED, {"day": text, "why": why}))


def _no_day(choice: Choice, on: date | None) -> Refused:
    days = choice.places.days
    if on is None or not days:
        return Refused(Reason.WINDOW_UNKNOWN)
    if on < days[0].on:
        return Refused(Reason.WINDOW_PAST)
    return Refused(Reason.HORIZON_EXCEEDED, {"last": days[-1].on.isoformat()})


def _take_hour(here: Visit, choice: Choice, text: str) -> None:
    """The hour with a place in it; otherwise the refusal that a booking would meet."""
    if not text or choice.errors:
        return
    start = hour_of(text)
    on = local_day(start, choice.zone) if start is not None else None
    day = choice.places.day(on) if on else None
    hours = {hour.start: hour for hour in day.hours} if day else {}
    if start is None or day is None or start not in hours:
        refuse(here, choice, Refused(Reason.WINDOW_UNKNOWN))
        return
    choice.day, choice.start = day, start
    free = hours[start].kept if choice.kept else hours[start].ordinary
    if start + choice.regulation.window <= here.now:
        refuse(here, choice, Refused(Reason.WINDOW_PAST))
    elif free < 1:
        refuse(here, choice, Refused(Reason.SLOT_FULL, {"start": start}))


_FIELDS = (*NAMES, "cause")
_OF_THE_TIME = frozenset(
    {
        Reason.WINDOW_UNKNOWN,
        Reason.WINDOW_PAST,
        Reason.HORIZON_EXCEEDED,
        Reason.DAY_CLOSED,
        Reason.SAME_WINDOW,
        Reason.CLASS_FULL,
        Reason.SLOT_FULL,
    }
)


def refuse(here: Visit, choice: Choice, refused: Refused) -> None:
    """Show a refusal at its field; one of the time also offers the nearest free hours."""
    named = refused.facts.get("field")
    if refused.reason is Reason.VEHICLE_BOOKED:
        named, choice.booked = refused.facts.get("by"), True
    where = str(named) if named in _FIELDS else ""
    said = refusals.sentence(refused.reason, refused.facts, here.lang, choice.zone)
    choice.errors[where] = " ".join(part for part in said if part)
    choice.offer_near = choice.offer_near or refused.reason in _OF_THE_TIME


def near(choice: Choice, now: Instant) -> list[HourView]:
    """The free hours nearest to the one that was wished, in order of time."""
    if not choice.offer_near or choice.day is None:
        return []
    wished = choice.start if choice.start is not None else choice.day.hours[0].start
    reach = {choice.day.on.toordinal() + n for n in (-1, 0, 1, 2)}
    found = [
        (abs(hour.start - wished), hour.start)
        for day in choice.places.days
        if day.on.toordinal() in reach and day.state != "closed"
        for hour in day.hours
        if (hour.kept if choice.kept else hour.ordinary) > 0 and hour.start != wished
    ]
    if not found:
        found = [
            (hour.start, hour.start)
            for day in choice.places.days
            for hour in day.hours
            if (hour.kept if choice.kept else hour.ordinary) > 0
        ]
    starts = {start for _, start in sorted(found)[:NEAR_MAX]}
    return [
        view
        for day in choice.places.days
        for view in hour_views(day, choice.regulation, choice.zone, now, kept=choice.kept)
        if hour_of(view.value) in starts
    ]


def show_posts(request: PageRequest, flow: Flow) -> Response[bytes]:
    """The first step: which post."""
    here = visit(request)
    wanted, q = (
        request.query_params.get("to", ""),
        cleaned(request.query_params.get("q", "")[:200])[:60],
    )
    context = _blank(here, flow)
    return page(
        request,
        "pages/book.html",
        **context
        | {
            "step": "post",
            "neighbours": neighbours_of(here),
            "neighbour": wanted,
            "picks": picks_of(here, wanted, q),
            "q": q,
        },
    )


def show(
    request: PageRequest, flow: Flow, step: str, choice: Choice, *, http_status: int = 200
) -> Response[bytes]:
    """Any later step, with what was chosen, typed and refused."""
    here = visit(request)
    zone, regulation = choice.zone, choice.regulation
    start, day = choice.start, choice.day
    classes = classes_of(choice.post, regulation, flow)
    window = regulation.window
    told = day if step == "when" and not choice.kept else None
    waits = waits_at(here, choice.post, told) if told is not None else ({}, "")
    return page(
        request,
        "pages/book.html",
        http_status=http_status,
        zone=zone,
        **_blank(here, flow)
        | {
            "step": step,
            "address": _address(flow, choice) if request.method == "POST" else "",
            "stream": f"/checkpoints/{choice.post.checkpoint.id}/live" if step == "when" else None,
            "post": post_view(choice.post, here.lang, here.now),
            "days": day_views(choice.places, kept=choice.kept),
            "day": day.on if day else None,
            "full_day": None if choice.kept else _untouched(choice),
            "slots": hour_views(day, regulation, zone, here.now, kept=choice.kept) if day else [],
            "waits": waits[0],
            "waits_note": waits[1],
            "hour": hour_value(start) if start is not None else "",
            "slot": Slot(local(start, zone), local(start + window, zone)) if start else None,
            "classes": [] if flow.klass else classes,
            "klass": choice.klass,
            "values": {**choice.values, "vehicle_class": choice.klass},
            "errors": choice.errors,
            "warnings": choice.warnings,
            "near": near(choice, here.now),
            "first": first_free(choice.places, zone, kept=choice.kept) if step == "when" else None,
            "sooner": _sooner(here, flow, choice) if step == "when" else [],
            "booked": choice.booked,
            "fee": fee_view(regulation, choice.klass),
            "higher": _higher(regulation, choice.klass, classes),
            "regulation": rules_of(regulation, here.lang),
        },
    )


def _sooner(here: Visit, flow: Flow, choice: Choice) -> list[Sooner]:
    """A booking that moves stays at its post."""
    if flow.mode == "move" or choice.kept:
        return []
    return sooner_posts(here, here.house.boards.row(choice.post, here.now))


def _address(flow: Flow, choice: Choice) -> str:
    """The step of the truck with its post, day and hour: nothing personal stands in an address."""
    chosen = {"checkpoint": choice.post.checkpoint.id}
    if choice.klass != VehicleClass.IN_TURN and not flow.klass:
        chosen["class"] = choice.klass
    if choice.day is not None:
        chosen["day"] = choice.day.on.isoformat()
    if choice.start is not None:
        chosen["hour"] = hour_value(choice.start)
    return f"{flow.base}?{urlencode(chosen)}"


@dataclass(frozen=True, slots=True)
class Slot:
    start: datetime
    end: datetime


def _blank(here: Visit, flow: Flow) -> dict[str, Any]:
    """The context of a flow in which nothing is chosen."""
    return {
        "mode": flow.mode,
        "stream": None,
        "base": flow.base,
        "back": flow.back,
        "neighbours": [],
        "neighbour": "",
        "picks": [],
        "q": "",
        "post": None,
        "days": [],
        "day": None,
        "full_day": None,
        "slots": [],
        "waits": {},
        "waits_note": "",
        "hour": "",
        "slot": None,
        "classes": [],
        "klass": "",
        "countries": countries(here.lang),
        "values": {},
        "errors": {},
        "warnings": {},
        "near": [],
        "first": None,
        "sooner": [],
        "booked": False,
        "fee": None,
        "higher": None,
        "regulation": None,
        "moving": flow.moving,
        "reasons": flow.reasons,
        "key": here.new_key(),
    }


def classes_of(post: Post, regulation: Regulation, flow: Flow) -> list[ClassView]:
    """The classes that this actor may book here."""
    line = post.line
    staff = line is not None and flow.actor.may(STAFF, line.checkpoint, line.authority)
    return [
        ClassView(name, name, fee_view(regulation, name))
        for name, rule in regulation.classes.items()
        if rule.pool is not Pool.NONE and (staff or not rule.staff_only)
    ]


def _untouched(choice: Choice) -> int | None:
    """Ordinary places of the fullest shelf, which is a day that hardly anybody has touched."""
    return max((day.ordinary for day in choice.places.days), default=0) or None


def _higher(regulation: Regulation, klass: str, classes: list[ClassView]) -> Fee | None:
    """The fee of the dear pool, told to those who do not pay it."""
    if in_kept_pool(regulation, klass):
        return None
    dear = [v.fee for v in classes if in_kept_pool(regulation, v.value) and v.fee]
    return dear[0] if dear else None


def asked(query: Mapping[str, str]) -> Ask:
    """Values of an address; `class` is short for the class of the truck."""
    return lambda name: query.get("class" if name == "vehicle_class" else name, "")[:60]
