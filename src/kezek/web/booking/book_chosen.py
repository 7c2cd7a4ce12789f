"""What has been chosen so far in a flow: read from an address or a form, with what is wrong about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

import msgspec

from kezek.app.booking.ticket import TicketView
from kezek.app.booking.view.window import OF_THE_WINDOW, classes_for, day_refused, window_refused
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.regulation.published import is_reserved
from kezek.app.slot.availability import LinePlaces, LocalDay
from kezek.domain.account.actor import Actor
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.instant import Instant, date_of
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.regulation.regulation import Regulation
from kezek.i18n.say import refusal as say_refusal
from kezek.web.frame.format import ShownFee, fee_view, hour_of, zone_of
from kezek.web.frame.forms import Form, most
from kezek.web.frame.page_context import PageContext
from kezek.web.frame.page_error import RefusedStop
from kezek.web.vehicle.vehicle_fields import NAMES


@dataclass(frozen=True, slots=True)
class Moving:
    """The booking that moves, as its driver knows it."""

    code: str
    country: str
    tail: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Flow:
    """Whose flow this is.  `klass` is fixed for a move, `number` the booking, `present` its hour and
    `booked_at` when it was made; `back` leaves the flow; of `reasons` staff choose one for
    moving somebody else's booking; `moves` counts the moves of the booking once it is confirmed.

    `mode` is `driver`, `clerk`, `carrier` or `move`; `base` the flow's address.
    """

    mode: str
    base: str
    back: str
    actor: Actor
    moving: Moving | None = None
    number: int = 0
    present: Instant | None = None
    booked_at: Instant | None = None
    moves: int = 0
    klass: str = ""
    reasons: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class ClassView:
    value: str
    text: str
    fee: ShownFee | None


@dataclass(slots=True)
class BookingChoice:
    """What has been chosen so far, with what is wrong about it."""

    post: ServedLine
    now: Instant
    places: LinePlaces
    klass: str
    day: LocalDay | None = None
    start: Instant | None = None
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    number: int = 0
    present: Instant | None = None
    booked_at: Instant | None = None
    offer_near: bool = False
    booked: bool = False
    held: str = ""
    made: tuple[str, TicketView] | None = None

    @property
    def line(self) -> Line:
        """The line that is booked."""
        return self.post.line

    @property
    def regulation(self) -> Regulation:
        """The rules of the window that is chosen, or else of the day, or of now."""
        start = self.start
        return self.rules_on(self.day.on) if start is None and self.day else self._rules(start)

    def rules_on(self, on: date) -> Regulation:
        """The rules of the windows of a local day."""
        return self.post.of_day(on, self.now, booked=self.booked_at)

    def _rules(self, window: Instant | None) -> Regulation:
        return self.post.at(self.now, window=window, booked=self.booked_at)

    @property
    def zone(self) -> str:
        """The zone of the post."""
        return zone_of(self.post)

    @property
    def reserved(self) -> bool:
        """Whether places are reserved for the class."""
        return is_reserved(self.regulation, self.klass)


Ask = Callable[[str], str]


class _ChoiceFields(msgspec.Struct, frozen=True):
    checkpoint: Annotated[str, most(60)] = ""
    vehicle_class: Annotated[str, most(60)] = ""
    day: Annotated[str, most(60)] = ""
    hour: Annotated[str, most(60)] = ""


def awaited_of(form: Form) -> Ask:
    """What a form says of the choice, by field; empty where it says nothing."""
    fields: dict[str, str] = msgspec.structs.asdict(form.read(_ChoiceFields))
    return lambda name: fields.get(name, "")


def choice_of(here: PageContext, flow: Flow, ask: Ask) -> BookingChoice:
    """The choice that an address or a form names; Stop when the post cannot be booked at all."""
    post = here.application.network.served_at(ask("checkpoint"))
    if isinstance(post, Refused):
        raise RefusedStop(Refused(post.reason))
    places = here.application.availability.of(post, here.now)
    klass = flow.klass or ask("vehicle_class") or post.ordinary(here.now)
    choice = BookingChoice(post, here.now, places, klass, booked_at=flow.booked_at)
    choice.number, choice.present = flow.number, flow.present
    known = [view.value for view in classes_of(choice, flow)]
    if klass not in known and not flow.klass:
        choice.klass = choice.regulation.ordinary.name
        refuse(here, choice, Refused(Reason.CLASS_UNKNOWN))
    _take_day(here, choice, ask("day"))
    _take_hour(here, choice, ask("hour"))
    return choice


def _take_day(here: PageContext, choice: BookingChoice, text: str) -> None:
    if not text:
        return
    on = date_of(text)
    choice.day = choice.places.day(on) if on else None
    refused = day_refused(choice.places, on)
    if refused:
        refuse(here, choice, refused)


def _take_hour(here: PageContext, choice: BookingChoice, text: str) -> None:
    """The hour with a place in it; otherwise the refusal that a booking would meet."""
    if not text or choice.errors:
        return
    start = hour_of(text)
    day = choice.places.day_with(start) if start is not None else None
    if day is not None:
        choice.day, choice.start = day, start
    refused = window_refused(
        here.application.store.reader,
        choice.post,
        choice.klass,
        start,
        here.now,
        number=choice.number,
        present=choice.present,
    )
    if refused:
        refuse(here, choice, refused)


_FIELDS = (*NAMES, "cause")


def refuse(here: PageContext, choice: BookingChoice, refused: Refused) -> None:
    """Show a refusal at its field; one of the time also offers the nearest free hours."""
    named = refused.facts.get("field")
    if refused.reason is Reason.VEHICLE_BOOKED:
        named, choice.booked = refused.facts.get("by"), True
    where = str(named) if named in _FIELDS else ""
    said = say_refusal.sentence(refused.reason, refused.facts, here.lang, choice.zone)
    choice.errors[where] = " ".join(part for part in said if part)
    choice.offer_near = choice.offer_near or refused.reason in OF_THE_WINDOW


def classes_of(choice: BookingChoice, flow: Flow) -> list[ClassView]:
    """The classes that this actor may book here."""
    return [
        ClassView(name, name, fee_view(choice.regulation, name))
        for name in classes_for(choice.post, choice.regulation, flow.actor)
    ]


def asked(query: Mapping[str, str]) -> Ask:
    """Values of an address; `class` is short for the class of the truck."""
    return lambda name: query.get("class" if name == "vehicle_class" else name, "")[:60]
