"""A carrier's trucks: those of today on one page, those to come, and a stream that tells of news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from litestar import Response, get
from litestar.response import Stream

from kezek.app.booking.garage import Fleet, fleet, lines_of
from kezek.app.booking.ticket import TicketView
from kezek.domain.account.actor import Role
from kezek.domain.booking.status import Status
from kezek.domain.kernel.instant import date_of, local_day, to_datetime
from kezek.web.account.garage import own_vehicles
from kezek.web.booking.shown import Truck, trucks
from kezek.web.frame.format import local, zone_of
from kezek.web.frame.live import live_of
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.render import page
from kezek.web.frame.session import signed_in
from kezek.web.ticket.ticket import UNSEEN
from kezek.web.ticket.ticket_sheet import TicketSheet, sheet_of

# A QR code is drawn for each.
SHEETS_MAX = 200
_HERE = (Status.ARRIVED, Status.ADMITTED)


class Counts(NamedTuple):
    called: int
    here: int
    booked: int
    crossed: int
    attention: int


class ComingDay(NamedTuple):
    date: date
    trucks: list[Truck]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierPage(Page):
    """`today` has the called first, then those that need attention, then by hour.

    `displaced` of all trucks have lost their time; `free` own vehicles have no booking.
    """

    template = "pages/carrier.html"
    company: str
    as_of: datetime
    stream: str
    counts: Counts
    today: list[Truck]
    coming: list[ComingDay]
    displaced: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintDayPage(Page):
    """`left` tickets are more than are printed at a time."""

    template = "pages/print_day.html"
    day: date
    sheets: list[TicketSheet]
    left: int


@get("/carrier", sync_to_thread=False)
def carrier(request: PageRequest) -> Response[bytes]:
    """The called first, then those that need somebody, then by hour."""
    here, person = visit(request), signed_in(request, Role.CARRIER)
    reader = here.application.store.reader
    own = fleet(reader, here.application.tickets, person.account.id, here.now)
    vehicles = own_vehicles(here, person)
    shown = CarrierPage(
        company=person.account.name,
        as_of=local(here.now, here.application.network.zone),
        stream="/carrier/stream",
        counts=_counts(own),
        today=trucks(here, own.today),
        coming=_coming(here, own),
        displaced=sum(v.status is Status.DISPLACED for v in (*own.today, *own.coming)),
        free=sum(v.own is None and not v.taken for v in vehicles),
    )
    return page(request, shown)


def _counts(own: Fleet) -> Counts:
    states = [view.status for view in own.today]
    return Counts(
        called=states.count(Status.CALLED),
        here=sum(state in _HERE for state in states),
        booked=states.count(Status.CONFIRMED),
        crossed=states.count(Status.CROSSED),
        attention=states.count(Status.DISPLACED) + states.count(Status.LATE),
    )


def _coming(here: PageContext, own: Fleet) -> list[ComingDay]:
    def on(view: TicketView) -> date:
        assert view.booking.start is not None, "what is to come has a window"
        return to_datetime(view.booking.start, zone_of(view.post)).date()

    days = groupby(sorted(own.coming, key=on), key=on)
    return [ComingDay(day, trucks(here, list(views))) for day, views in days]


@get("/carrier/print", sync_to_thread=False)
def print_day(request: PageRequest) -> Response[bytes]:
    """The tickets of a day, each on a sheet of its own; a wrong day is today."""
    here, person = visit(request), signed_in(request, Role.CARRIER)
    zone = here.application.network.zone
    day = date_of(request.query_params.get("day", "")) or local_day(here.now, zone)
    own = fleet(
        here.application.store.reader, here.application.tickets, person.account.id, here.now
    )
    views = [v for v in (*own.today, *own.coming) if v.live and _window_on(v, day)]
    views.sort(key=lambda v: (v.booking.start or 0, v.booking.number))
    papers = here.application.papers
    shown = PrintDayPage(
        day=day,
        sheets=[sheet_of(here, v, papers.link_of(v.booking)) for v in views[:SHEETS_MAX]],
        left=max(0, len(views) - SHEETS_MAX),
    )
    return page(request, shown, zone=zone, headers=UNSEEN)


def _window_on(view: TicketView, day: date) -> bool:
    start = view.booking.start
    return start is not None and local_day(start, zone_of(view.post)) == day


@get("/carrier/stream", sync_to_thread=False)
def carrier_stream(request: PageRequest) -> Stream:
    """News of the lines in which the carrier has trucks, and of no others."""
    here, person = visit(request), signed_in(request, Role.CARRIER)
    return live_of(request, lines_of(here.application.store.reader, person.account.id, here.now))


HANDLERS = (carrier, print_day, carrier_stream)
