"""A carrier's trucks that lost their time, moved together: one proposal of hours, confirmed once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from litestar import Response, get, post

from kezek.app.access import Person
from kezek.app.desk.batch import Done
from kezek.app.garage import fleet
from kezek.app.port import Fault
from kezek.app.regroup import Proposed, proposals
from kezek.app.ticket import TicketView
from kezek.domain.account.actor import Role
from kezek.domain.booking.change import Move
from kezek.domain.booking.status import Status
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.refusal import Refused
from kezek.text import faults
from kezek.text.mark import translatable as t
from kezek.text.times import stamp
from kezek.web.render import page
from kezek.web.session import signed_in
from kezek.web.shape import hour_of, hour_value, local, zone_of
from kezek.web.staff.deed import why_not
from kezek.web.staff.shown import Truck, truck
from kezek.web.visit import PageRequest, Visit, visit

# So many are proposed at once; the next ones follow when these are moved.
TOGETHER_MAX = 200
_MOVED = t("%(plate)s: %(hour)s.")
_NO_HOUR = t("%(plate)s: no hour was chosen, so it was not moved.")


class Hour(NamedTuple):
    value: str
    start: datetime
    chosen: bool


class Row(NamedTuple):
    truck: Truck
    hours: list[Hour]
    proposed: bool


class Result(NamedTuple):
    ok: bool
    text: str
    url: str


def displaced(here: Visit, person: Person) -> list[TicketView]:
    """The account's bookings that lost their time, the oldest first."""
    own = fleet(here.house.store.reader, here.house.tickets, person.account.id, here.now)
    found = [view for view in (*own.today, *own.coming) if view.status is Status.DISPLACED]
    return sorted(found, key=lambda view: view.booking.number)


@get("/carrier/move", sync_to_thread=False)
def move(request: PageRequest) -> Response[bytes]:
    """All trucks that need a new time, each with the earliest hour that has a place for it."""
    return _show(request, signed_in(request, Role.CARRIER))


def _show(request: PageRequest, person: Person, results: Sequence[Result] = ()) -> Response[bytes]:
    here = visit(request)
    views = displaced(here, person)
    availability = here.house.availability
    found = proposals(views[:TOGETHER_MAX], lambda at: availability.of(at, here.now), here.now)
    return page(
        request,
        "pages/carrier_move.html",
        rows=[_row(here, one) for one in found],
        more=len(views) - len(found),
        results=results,
        done=sum(result.ok for result in results),
        refused=sum(not result.ok for result in results),
        key=here.new_key(),
    )


def _row(here: Visit, one: Proposed) -> Row:
    zone = zone_of(one.view.post)
    hours = [Hour(hour_value(at), local(at, zone), at == one.start) for at in one.choices]
    return Row(truck(here, one.view), hours, one.start is not None)


@post("/carrier/move", status_code=200)
async def move_together(request: PageRequest) -> Response[bytes]:
    """Each move is a decision of its own: what is refused is named and stops no other."""
    here, person = visit(request), signed_in(request, Role.CARRIER)
    form, views = here.form, {v.booking.number: v for v in displaced(here, person)}
    ticked = [int(text) for text in form.all("truck") if text.isascii() and text.isdigit()]
    asked = [(views[n], hour_of(form.text(f"hour.{n}", 30))) for n in ticked if n in views]
    commands = [
        Move(f"{form.key}.{view.booking.number}", person.actor, view.booking.number, start)
        for view, start in asked[:TOGETHER_MAX]
        if start is not None
    ]
    found = await asyncio.gather(*map(here.house.desk.submit, commands), return_exceptions=True)
    answers = {command.number: one for command, one in zip(commands, found, strict=True)}
    results = [
        _result(here, view, start, answers.get(view.booking.number)) for view, start in asked
    ]
    return _show(request, person, results)


def _result(here: Visit, view: TicketView, start: Instant | None, found: object) -> Result:
    shown = truck(here, view)
    if isinstance(found, Done) and start is not None:
        when = stamp(local(start, zone_of(view.post)), here.lang)
        return Result(True, here.words.say(_MOVED, plate=shown.plate, hour=when), shown.url)
    if isinstance(found, Refused):
        told = why_not(here, found, zone_of(view.post), str(shown.plate))
    elif isinstance(found, Fault):
        told = f"{shown.plate}: {' '.join(faults.fault('unavailable', here.lang))}"
    elif isinstance(found, BaseException):
        raise found
    else:
        told = here.words.say(_NO_HOUR, plate=shown.plate)
    return Result(False, told, shown.url)


HANDLERS = (move, move_together)
