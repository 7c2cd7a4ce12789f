"""A carrier's trucks that lost their time: hours are proposed, changed or left, and moved together."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response, get, post

from kezek.app.account.access import Person
from kezek.app.booking.garage import fleet
from kezek.app.booking.lost_time import lost_times
from kezek.app.booking.regroup import Proposed, proposals
from kezek.app.booking.ticket import TicketView
from kezek.app.desk.batch import Done
from kezek.app.port import Fault
from kezek.domain.account.actor import Role
from kezek.domain.booking.change import Move
from kezek.domain.booking.status import Status
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.refusal import Refused
from kezek.i18n import faults
from kezek.i18n.mark import translatable as t
from kezek.i18n.times import stamp
from kezek.web.booking.shown import Truck, truck, trucks
from kezek.web.frame.format import hour_of, hour_value, local, zone_of
from kezek.web.frame.forms import most
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.render import page
from kezek.web.frame.session import signed_in
from kezek.web.submit.submit import why_not

# So many are proposed at once; the next ones follow when these are moved.
TOGETHER_MAX = 200
_MOVED = t("%(plate)s: moved from %(had)s to %(hour)s.")
_NO_HOUR = t("%(plate)s: no hour was chosen, so it was not moved.")
_HAS_TIME = t("%(plate)s has a time already: %(hour)s. It was not moved again.")
_NOTHING = t("Tick at least one truck. Nothing was moved.")
_GONE = t("The bookings of the ticked trucks have ended. Nothing was moved.")


class MoveHour(NamedTuple):
    value: str
    start: datetime
    chosen: bool


class MoveRow(NamedTuple):
    truck: Truck
    hours: list[MoveHour]
    proposed: bool
    ticked: bool
    earlier: bool


class MoveResult(NamedTuple):
    """`moved` says that this press moved it, `ok` that it has an hour.

    `again` is the address at which another hour is chosen, empty where none can be.
    """

    ok: bool
    moved: bool
    text: str
    url: str
    again: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierMovePage(Page):
    """`more` trucks follow when those of `rows` are moved; `results` are those of the form sent."""

    template = "pages/carrier_move.html"
    rows: list[MoveRow]
    more: int
    results: Sequence[MoveResult]
    done: int
    refused: int
    errors: Mapping[str, str]
    key: str


class Sent(NamedTuple):
    """What a form has said: the trucks that it showed, and those that were ticked."""

    shown: Collection[int] = ()
    ticked: Collection[int] = ()


def own(here: PageContext, person: Person) -> dict[int, TicketView]:
    """The account's live bookings, by number."""
    found = fleet(
        here.application.store.reader, here.application.tickets, person.account.id, here.now
    )
    return {view.booking.number: view for view in (*found.today, *found.coming) if view.live}


@get("/carrier/move", sync_to_thread=False)
def move(request: PageRequest) -> Response[bytes]:
    """All trucks that need a new time, each with a free hour from the lost one on."""
    return _show(request, signed_in(request, Role.CARRIER), Sent())


def _show(
    request: PageRequest,
    person: Person,
    sent: Sent,
    results: Sequence[MoveResult] = (),
    error: str = "",
) -> Response[bytes]:
    here = visit(request)
    views = [view for view in own(here, person).values() if view.status is Status.DISPLACED]
    lost, availability = (
        lost_times(here.application.store.reader, views),
        here.application.availability,
    )
    views.sort(key=lambda view: (lost[view.booking.number].start, view.booking.number))
    first = views[:TOGETHER_MAX]
    found = proposals(first, lost, lambda at: availability.of(at, here.now), here.now)
    shown = CarrierMovePage(
        rows=[_row(here, one, sent) for one in found],
        more=len(views) - len(found),
        results=results,
        done=sum(result.moved for result in results),
        refused=sum(not result.ok for result in results),
        errors={"": error} if error else {},
        key=here.new_key(),
    )
    return page(request, shown, http_status=422 if error else 200)


def _row(here: PageContext, one: Proposed, sent: Sent) -> MoveRow:
    number, zone = one.view.booking.number, zone_of(one.view.post)
    hours = [MoveHour(hour_value(at), local(at, zone), at == one.start) for at in one.choices]
    # An hour before the lost one is nobody's wish until it is ticked; what was left is left again.
    ticked = number in sent.ticked or (number not in sent.shown and not one.earlier)
    proposed = one.start is not None
    return MoveRow(
        truck(here, one.view, one.lost), hours, proposed, ticked and proposed, one.earlier
    )


class _Chosen(msgspec.Struct, frozen=True):
    """Numbers of bookings, and by number the hour that was chosen."""

    shown: list[Annotated[str, most(30)]] = []
    truck: list[Annotated[str, most(30)]] = []
    hour: dict[str, Annotated[str, most(30)]] = {}


@post("/carrier/move", status_code=200)
async def move_together(request: PageRequest) -> Response[bytes]:
    """Each move is a decision of its own: what is refused is named and stops no other."""
    here, person = visit(request), signed_in(request, Role.CARRIER)
    form, views = here.form, own(here, person)
    chosen = form.read(_Chosen)
    sent = Sent(_numbers(chosen.shown), _numbers(chosen.truck))
    asked = [views[number] for number in sent.ticked if number in views][:TOGETHER_MAX]
    if not asked:
        error = here.words.gettext(_GONE if sent.ticked else _NOTHING)
        return _show(request, person, sent, error=error)
    hours = chosen.hour
    wished = {
        view.booking.number: hour_of(hours.get(str(view.booking.number), "")) for view in asked
    }
    commands = [
        Move(f"{form.key}.{view.booking.number}", person.actor, view.booking.number, start)
        for view in asked
        # Only who lost a time is moved here: another tab may have moved the truck already.
        if view.status is Status.DISPLACED and (start := wished[view.booking.number]) is not None
    ]
    had = {one.number: one for one in trucks(here, asked)}
    found = await asyncio.gather(
        *map(here.application.desk.submit, commands), return_exceptions=True
    )
    answers = {command.number: one for command, one in zip(commands, found, strict=True)}
    results = []
    for view in asked:
        number = view.booking.number
        results.append(_result(here, view, had[number], wished[number], answers.get(number)))
    return _show(request, person, sent, results)


def _numbers(texts: Sequence[str]) -> list[int]:
    whole = (int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19)
    return list(dict.fromkeys(whole))


def _result(
    here: PageContext, view: TicketView, had: Truck, start: Instant | None, found: object
) -> MoveResult:
    say, plate = here.words.say, had.plate
    if isinstance(found, Done) and start is not None:
        assert had.lost is not None, "only who lost a time was moved"
        hour = stamp(local(start, zone_of(view.post)), here.lang)
        told = say(_MOVED, plate=plate, had=stamp(had.lost.start, here.lang), hour=hour)
        return MoveResult(True, True, told, had.url, f"{had.url}/move")
    if had.start is not None:
        hour = stamp(had.start, here.lang)
        return MoveResult(True, False, say(_HAS_TIME, plate=plate, hour=hour), had.url, "")
    if isinstance(found, Refused):
        told = why_not(here, found, zone_of(view.post), str(plate))
    elif isinstance(found, Fault):
        told = f"{plate}: {' '.join(faults.fault('unavailable', here.lang))}"
    elif isinstance(found, BaseException):
        raise found
    else:
        told = say(_NO_HOUR, plate=plate)
    return MoveResult(False, False, told, had.url, "")


HANDLERS = (move, move_together)
