"""The steps of choosing a time: post, day and hour, truck, confirm; for a driver, a clerk or a move.

Nothing is kept on the server before the last button: post, day and hour travel in the address, truck
and driver in the forms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from urllib.parse import urlencode

from litestar import Response

from kezek.app.booking.view.window import near_windows, window_moves
from kezek.app.regulation.published import is_reserved
from kezek.app.slot.availability import LocalDay
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.text import cleaned
from kezek.domain.regulation.regulation import Regulation
from kezek.web.booking.book_choice import Neighbour, Pick, neighbours_of, picks_of
from kezek.web.booking.book_chosen import BookingChoice, ClassView, Flow, Moving, classes_of
from kezek.web.booking.first_free import FirstFree, Sooner, first_free, sooner_posts
from kezek.web.booking.rules_beside import RuleSentences, rules_of
from kezek.web.forecast.hour_wait import waits_at
from kezek.web.frame.format import (
    DayView,
    HourView,
    PostView,
    ShownFee,
    countries,
    day_views,
    fee_view,
    hour_of,
    hour_value,
    hour_views,
    local,
    post_view,
)
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.render import page


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPage(Page):
    """One step of a flow: post, when, truck or confirm; what no step has reached yet is empty.

    `mode` is driver, clerk, carrier, or move: another time for a ticket, without the step of the truck.
    `base` is the flow's address.  A GET with checkpoint, day and hour shows a step; a POST with
    step=check checks truck and driver, step=truck goes back to them, step=confirm books.
    `picks` are posts with the earliest free first.  `full_day` is an untouched day's ordinary places,
    none in a class with places of its own; `waits` has the wait at an hour by its value.  `near` are
    free hours nearest to one that was refused.  `booked` says that the truck has a live booking; its
    ticket is `held` if this browser has it.  `warnings` stop no booking.  `higher` is the fee of another
    pool.  `reasons` are asked of staff who move somebody else's booking.
    """

    template = "pages/book.html"
    mode: str
    step: str
    base: str
    back: str
    countries: list[tuple[str, str]]
    moving: Moving | None
    reasons: Sequence[tuple[str, str]]
    key: str
    stream: str | None = None
    neighbours: Sequence[Neighbour] = ()
    neighbour: str = ""
    picks: Sequence[Pick] = ()
    q: str = ""
    post: PostView | None = None
    days: Sequence[DayView] = ()
    day: date | None = None
    full_day: int | None = None
    slots: Sequence[HourView] = ()
    waits: Mapping[str, str] = field(default_factory=dict)
    waits_note: str = ""
    hour: str = ""
    slot: SlotChoice | None = None
    classes: Sequence[ClassView] = ()
    klass: str = ""
    ordinary: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[str, str] = field(default_factory=dict)
    near: Sequence[HourView] = ()
    first: FirstFree | None = None
    sooner: Sequence[Sooner] = ()
    booked: bool = False
    held: str = ""
    fee: ShownFee | None = None
    higher: ShownFee | None = None
    regulation: RuleSentences | None = None
    moves: Moves | None = None
    made: Made | None = None


def near(choice: BookingChoice, now: Instant) -> list[HourView]:
    """The free hours nearest to the one that was wished, in order of time."""
    if not choice.offer_near or choice.day is None:
        return []
    wished = choice.start if choice.start is not None else choice.day.hours[0].start
    klass, present = choice.klass, choice.present
    starts = near_windows(choice.places, choice.day.on, wished, klass, present=present)
    return [
        view
        for day in choice.places.days
        for view in _hours(choice, day, now)
        if hour_of(view.value) in starts
    ]


def _hours(choice: BookingChoice, day: LocalDay, now: Instant) -> list[HourView]:
    klass, present = choice.klass, choice.present
    return hour_views(
        day, choice.rules_on(day.on), choice.zone, now, vehicle_class=klass, present=present
    )


def show_posts(request: PageRequest, flow: Flow) -> Response[bytes]:
    """The first step: which post."""
    here = visit(request)
    wanted, q = (
        request.query_params.get("to", ""),
        cleaned(request.query_params.get("q", "")[:200])[:60],
    )
    shown = replace(
        _blank(here, flow),
        step="post",
        neighbours=neighbours_of(here),
        neighbour=wanted,
        picks=picks_of(here, wanted, q),
        q=q,
    )
    return page(request, shown)


def show(
    request: PageRequest,
    flow: Flow,
    step: str,
    choice: BookingChoice,
    *,
    http_status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """Any later step, with what was chosen, typed and refused."""
    here = visit(request)
    zone, regulation = choice.zone, choice.regulation
    start, day = choice.start, choice.day
    classes = classes_of(choice, flow)
    window = regulation.window
    told = day if step == "when" and not choice.reserved else None
    waits = waits_at(here, choice.post, told) if told is not None else ({}, "")
    shown = replace(
        _blank(here, flow),
        step=step,
        stream=f"/checkpoints/{choice.post.place}/live" if step == "when" else None,
        post=post_view(choice.post, here.lang, here.now),
        days=day_views(choice.places, choice.klass),
        day=day.on if day else None,
        full_day=None if choice.reserved else _untouched(choice),
        slots=_hours(choice, day, here.now) if day else [],
        waits=waits[0],
        waits_note=waits[1],
        hour=hour_value(start) if start is not None else "",
        slot=SlotChoice(local(start, zone), local(start + window, zone)) if start else None,
        classes=[] if flow.klass else classes,
        klass=choice.klass,
        ordinary=regulation.ordinary.name,
        values={**choice.values, "vehicle_class": choice.klass},
        errors=choice.errors,
        warnings=choice.warnings,
        near=near(choice, here.now),
        first=_first(choice) if step == "when" else None,
        sooner=_sooner(here, flow, choice) if step == "when" else [],
        booked=choice.booked,
        held=choice.held,
        fee=fee_view(regulation, choice.klass),
        higher=_higher(regulation, choice.klass, classes),
        regulation=rules_of(regulation, here.words),
        moves=_moves(flow, choice, here.now),
        made=_made(choice),
    )
    address = address_of(flow, choice) if request.method == "POST" else ""
    return page(
        request, shown, http_status=http_status, headers=headers, zone=zone, address=address
    )


def _first(choice: BookingChoice) -> FirstFree | None:
    return first_free(choice.places, choice.zone, choice.klass, but=choice.present)


def _sooner(here: PageContext, flow: Flow, choice: BookingChoice) -> list[Sooner]:
    """A booking that moves stays at its post."""
    if flow.mode == "move" or choice.reserved:
        return []
    return sooner_posts(here, here.application.boards.row(choice.post, here.now))


def address_of(flow: Flow, choice: BookingChoice, *, hour: bool = True) -> str:
    """The step of the truck with its post, day and hour, or without it that of the hour.

    Nothing personal stands in an address.
    """
    chosen = {"checkpoint": choice.post.place}
    if choice.klass != choice.regulation.ordinary.name and not flow.klass:
        chosen["class"] = choice.klass
    if choice.day is not None:
        chosen["day"] = choice.day.on.isoformat()
    if hour and choice.start is not None:
        chosen["hour"] = hour_value(choice.start)
    return f"{flow.base}?{urlencode(chosen)}"


@dataclass(frozen=True, slots=True)
class SlotChoice:
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Moves:
    """Until when a booking of the chosen hour can be moved, None where it cannot: this is its `last`
    move, or none is possible at all.
    """

    until: datetime | None
    last: bool


@dataclass(frozen=True, slots=True)
class Made:
    """The ticket of a booking that was made for the chosen hour."""

    token: str
    code: str


def _made(choice: BookingChoice) -> Made | None:
    if choice.made is None:
        return None
    secret, view = choice.made
    return Made(secret, view.booking.code)


def _moves(flow: Flow, choice: BookingChoice, now: Instant) -> Moves | None:
    if choice.start is None:
        return None
    told = window_moves(choice.start, choice.regulation, flow.moves, now)
    until = told.until
    return Moves(local(until, choice.zone) if until is not None else None, told.last)


def _blank(here: PageContext, flow: Flow) -> BookPage:
    """A flow in which nothing is chosen."""
    return BookPage(
        mode=flow.mode,
        step="",
        base=flow.base,
        back=flow.back,
        countries=countries(here.lang),
        moving=flow.moving,
        reasons=flow.reasons,
        key=here.new_key(),
    )


def _untouched(choice: BookingChoice) -> int | None:
    """Ordinary places of the fullest shelf, which is a day that hardly anybody has touched."""
    return max((day.ordinary for day in choice.places.days), default=0) or None


def _higher(regulation: Regulation, klass: str, classes: list[ClassView]) -> ShownFee | None:
    """The fee of classes with reserved places, told to those who do not pay it."""
    if is_reserved(regulation, klass):
        return None
    dear = [v.fee for v in classes if is_reserved(regulation, v.value) and v.fee]
    return dear[0] if dear else None
