"""What pages behind a sign-in show on top of the shapes: whole plates, own tickets, own posts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Self

from kezek.app.account.roster import role_place
from kezek.app.booking.lost_time import LostTime, lost_times
from kezek.app.booking.ticket import TicketView
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.vehicle.plate_note import PlateNote, note_of
from kezek.app.vehicle.vehicle_reading import read_plate
from kezek.domain.booking.booking import Particulars
from kezek.domain.booking.status import Status
from kezek.i18n import names
from kezek.i18n.collation import sort_key
from kezek.i18n.mark import translatable as t
from kezek.i18n.say import place as say_place
from kezek.i18n.say.place import line_name
from kezek.i18n.times import utc_offset
from kezek.web.forecast.likely_view import Between, expected_call
from kezek.web.frame.format import STATES, inward, local, there_name, zone_of
from kezek.web.frame.page_context import PageContext


class PostChoice(NamedTuple):
    """A post, or one of its lines, in a list to choose from."""

    id: str
    name: str
    there: str
    inward: bool


class ShownLoss(NamedTuple):
    """The time that a booking lost, why, and until when another can be chosen."""

    start: datetime
    why: str
    until: datetime


class Truck(NamedTuple):
    """A row of the templates' `trucks` part; `lost` is what a displaced booking lost, else none."""

    number: int
    url: str
    print_url: str
    code: str
    country: str
    plate: str
    driver: str
    post: str
    there: str
    inward: bool
    start: datetime | None
    end: datetime | None
    status: str
    place: int | None
    by: datetime | None
    zone: str
    ended: datetime | None
    call: Between | None
    lost: ShownLoss | None


def lines_by_name(here: PageContext) -> list[ServedLine]:
    """Every line, by the name of its post; a post's usual line before its others."""
    found = here.application.network.served().values()
    return sorted(found, key=lambda served: sort_key(served.names.own_name(here.lang)))


def choices(here: PageContext, lines: list[ServedLine]) -> list[PostChoice]:
    """Lines for a select."""
    return [
        PostChoice(s.place, line_name(s, here.lang), there_name(s, here.lang), inward(s))
        for s in lines
    ]


def post_choices(here: PageContext, lines: list[ServedLine]) -> list[PostChoice]:
    """The posts of lines for a select, each once: what a role or a key is given for."""
    posts = {s.checkpoint.id: s for s in lines}
    return [
        PostChoice(id, s.names.own_name(here.lang), there_name(s, here.lang), inward=False)
        for id, s in posts.items()
    ]


def place_name(here: PageContext, place: str) -> str:
    """Where a role holds: a post, an authority's country, or everywhere (empty)."""
    where = role_place(here.application.network, here.application.rules, place)
    return say_place.role_place(where, here.lang)


class PlateShown(str):
    """A whole plate with what is to be said beside it, empty for nothing."""

    __slots__ = ("note",)

    note: str

    def __new__(cls, plate: str, note: str = "") -> Self:
        made = super().__new__(cls, plate)
        made.note = note
        return made


_NOTES = {
    PlateNote.READ_ANEW: t("typed %(typed)s"),
    PlateNote.UNREAD: t("plate not recognised, no VIN"),
    PlateNote.ANOTHER: t("perhaps %(plate)s: check for another booking"),
}


def plate_of(here: PageContext, who: Particulars | None) -> tuple[str, PlateShown]:
    """Country and whole plate; a dash where the particulars have been erased."""
    if who is None:
        return "", PlateShown("–")
    note = note_of(who, here.application.rules.known)
    meant = read_plate(who.country, who.plate, here.application.rules.known)
    said = here.words.say(_NOTES[note], typed=who.typed, plate=meant) if note in _NOTES else ""
    return who.country, PlateShown(who.plate, said)


def ticket_url(here: PageContext, number: int) -> str:
    """The address of a ticket, without the host."""
    return f"/t/{here.application.papers.link(number)}"


def trucks(here: PageContext, views: Sequence[TicketView]) -> list[Truck]:
    """Bookings as their carrier or a clerk sees them."""
    lost = lost_times(here.application.store.reader, views)
    return [truck(here, view, lost.get(view.booking.number)) for view in views]


def lost_shown(here: PageContext, lost: LostTime, zone: str) -> ShownLoss:
    """What a displaced booking lost, for a page."""
    why = names.reason(lost.why, here.lang).rstrip(".") if lost.why else ""
    return ShownLoss(local(lost.start, zone), why, local(lost.until, zone))


def truck(here: PageContext, view: TicketView, lost: LostTime | None) -> Truck:
    """One booking; `lost` is what it lost if it is displaced."""
    zone = zone_of(view.post)
    country, plate = plate_of(here, view.particulars)
    booking = view.booking
    url = f"/t/{here.application.papers.link_of(booking)}"
    by = booking.call_until if view.status is Status.CALLED else None
    return Truck(
        number=booking.number,
        url=url,
        print_url=f"{url}/print",
        code=booking.code,
        country=country,
        plate=plate,
        driver=", ".join(view.drivers),
        post=line_name(view.post, here.lang),
        there=there_name(view.post, here.lang),
        inward=inward(view.post),
        start=local(booking.start, zone) if booking.start is not None else None,
        end=local(view.window_end, zone) if view.window_end is not None else None,
        status=STATES[view.status],
        place=view.place,
        by=local(by, zone) if by is not None else None,
        zone=utc_offset(local(here.now, zone)),
        ended=local(booking.ended_at, zone) if booking.ended_at is not None else None,
        call=expected_call(here, view),
        lost=lost_shown(here, lost, zone) if lost else None,
    )
