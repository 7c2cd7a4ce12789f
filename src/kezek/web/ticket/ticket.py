"""The ticket page by its secret link: follow the turn, move, cancel, name another driver, print.

The secret stands in the path, so no answer may be kept or indexed, no link may carry a referrer, and
nothing here logs an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Stream
from markupsafe import Markup

from kezek.app.booking.ticket import TicketView
from kezek.app.booking.view.holder import TicketRights, holder_of, rights_of
from kezek.app.desk.batch import Done
from kezek.domain.account.actor import Actor
from kezek.domain.booking.change import AddDriver, Cancel, ChangeCause, Move
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.instant import MINUTE
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.turn.acknowledge import Acknowledge
from kezek.domain.turn.approve import Propose
from kezek.i18n import names
from kezek.i18n.mark import translatable
from kezek.i18n.say import refusal as say_refusal
from kezek.web.booking import book_chosen, book_flow
from kezek.web.booking.book_chosen import Flow, Moving
from kezek.web.frame.format import local, zone_of
from kezek.web.frame.forms import most
from kezek.web.frame.live import live
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import NextStep, PageError, RefusedStop
from kezek.web.frame.render import answer, html, page, redirect, render
from kezek.web.submit.retry_page import ask
from kezek.web.ticket.calendar_file import KIND, calendar_file
from kezek.web.ticket.ticket_sheet import BEFORE, QR, PrintPage, sheet_of
from kezek.web.ticket.ticket_view import page_of

UNSEEN: Mapping[str, str] = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}

_MOVED = translatable("The booking has its new time.")
_PROPOSED = translatable(
    "The cancellation is proposed. A second person at the checkpoint must agree."
)
_CANCELLED = translatable("The booking is cancelled. The place goes to others.")
_NAMED = translatable("The driver is named on the ticket.")
_BACK = translatable("Back to the ticket")
_CODE = translatable("Ticket code %(code)s")
_CROSSING = translatable("Border crossing at %(post)s")


def held(here: PageContext, secret: str) -> TicketView:
    """The ticket of a secret, or the error page."""
    number = here.application.papers.number_of(secret)
    view = here.application.tickets.view(number, here.now) if number is not None else None
    if view is None:
        raise PageError("ticket_unknown")
    return view


def address_of(here: PageContext, secret: str) -> str:
    """The whole address of a ticket, as its holder sends it to another device."""
    return f"{here.application.settings.issuer}/t/{secret}"


def holder(here: PageContext, view: TicketView) -> Actor:
    """Who acts by the ticket's link."""
    return holder_of(here.person.actor if here.person else None, view)


def causes_owed(here: PageContext, rights: TicketRights) -> list[tuple[str, str]]:
    """The causes among which the reader chooses one for a change; none for the own booking."""
    if not rights.owes_cause:
        return []
    return [(cause.value, names.cause(cause, here.lang)) for cause in ChangeCause]


@get("/t/{secret:str}")
async def ticket(request: PageRequest, secret: FromPath[str]) -> Response[bytes]:
    """The driver's page."""
    here = visit(request)
    text = _kept_text(here, secret) if here.plain else _rendered(here, held(here, secret), secret)
    return html(request, _made_own(here, text), headers=UNSEEN)


# What stands in a kept ticket for that which each reader gets anew.  Behind a mark that nobody can
# know: who called a driver by these words would have the token printed.
_TOKEN, _KEY = "token-of-the-form", "key-of-the-form"


def _made_own(here: PageContext, text: str) -> str:
    """The page with the reader's own token and key; a page without forms sets no cookie."""
    token, key = here.web.mark + _TOKEN, here.web.mark + _KEY
    if token in text:
        text = text.replace(token, here.csrf_token)
    return text.replace(key, here.new_key())


def _kept_text(here: PageContext, secret: str) -> str:
    """The page as kept for everybody with this link, until its line changes or the minute turns.

    A driver's page asks again and again while the truck waits; most answers are the same.
    """
    number = here.application.papers.number_of(secret)
    key = (number, here.lang)
    minute, kept = here.now // MINUTE, here.web.tickets
    told = here.application.forecasts.edition
    known = kept.state_of(key)
    line = known[0] if isinstance(known, tuple) else ""
    if line:
        found = kept.find(key, (line, here.application.watch.version(line), told(line), minute))
        if found is not None:
            return found
    # The version is read before the page is drawn: news in between make the next reader draw again.
    line = line or held(here, secret).booking.line
    state = (line, here.application.watch.version(line), told(line), minute)
    view = held(here, secret)
    return kept.keep(key, state, _rendered(here, view, secret))


def _rendered(
    here: PageContext,
    view: TicketView,
    secret: str,
    errors: Mapping[str, str] | None = None,
    address: str = "",
) -> str:
    """The page with marks where the forms' token and key belong; `address` shows it after a form."""
    label, rights = here.words.gettext(QR), rights_of(holder(here, view), view)
    picture = Markup('<img src="/t/{}/qr.svg" alt="{}" width="240" height="240">')
    whole = replace(
        page_of(here, view, secret),
        stream=f"/t/{secret}/live" if view.live else None,
        qr=picture.format(secret, label) if view.live and view.booking.start else "",
        url=address_of(here, secret),
        errors=errors or {},
        change_reasons=causes_owed(here, rights),
        cancels_alone=rights.cancels_alone,
        key=here.web.mark + _KEY,
    )
    token = here.web.mark + _TOKEN
    return render(here, whole, zone=zone_of(view.post), address=address, csrf_token=token)


@get("/t/{secret:str}/live")
async def ticket_live(request: PageRequest, secret: FromPath[str]) -> Stream:
    """Server-sent events of the line in which the ticket stands."""
    return live(request, held(visit(request), secret).booking.line)


@get("/t/{secret:str}/qr.svg")
async def ticket_qr(request: PageRequest, secret: FromPath[str]) -> Response[bytes]:
    """The signed QR code, which a gate checks without a network."""
    here = visit(request)
    text = here.application.papers.qr_text(held(here, secret))
    if not text:
        raise PageError("not_found")
    svg = here.application.papers.qr_svg(text, here.words.gettext(QR))
    return answer(request, svg.encode(), kind="image/svg+xml", headers=UNSEEN)


@get("/t/{secret:str}/print")
async def ticket_print(request: PageRequest, secret: FromPath[str]) -> Response[bytes]:
    """The ticket on one sheet of paper."""
    here = visit(request)
    view = held(here, secret)
    sheet = PrintPage(**sheet_of(here, view, secret)._asdict())
    return page(request, sheet, zone=zone_of(view.post), headers=UNSEEN)


@get("/t/{secret:str}/calendar.ics")
async def ticket_calendar(request: PageRequest, secret: FromPath[str]) -> Response[bytes]:
    """The booked time for a calendar, with the link in it: it is the holder's own file."""
    here = visit(request)
    view = held(here, secret)
    start, end = view.booking.start, view.window_end
    if start is None or end is None or not view.live:
        raise PageError("not_found")
    say, name = here.words, view.post.names.own_name(here.lang)
    code = say.say(_CODE, code=view.booking.code)
    body = calendar_file(
        uid=f"{view.booking.number}@{urlsplit(here.application.settings.issuer).hostname}",
        made=here.now,
        start=start,
        end=end,
        title=say.say(_CROSSING, post=name),
        place=name,
        text=f"{code}\n{say.gettext(BEFORE)}\n{address_of(here, secret)}",
    )
    return answer(request, body, kind=KIND, headers=UNSEEN)


class _Ending(msgspec.Struct, frozen=True):
    cause: Annotated[str, most(40)] = ""
    step: Annotated[str, most(20)] = ""


class _NextDriver(msgspec.Struct, frozen=True):
    driver: Annotated[str, most(120)] = ""


class _SeenCall(msgspec.Struct, frozen=True):
    until: int


@post("/t/{secret:str}/cancel", status_code=200)
async def ticket_cancel(request: PageRequest, secret: FromPath[str]) -> Response[bytes]:
    """Give the booking back, or propose it where two people must agree."""
    here = visit(request)
    view = held(here, secret)
    form, actor, number = here.form, holder(here, view), view.booking.number
    sent = form.read(_Ending)
    cause = sent.cause
    if sent.step == "propose":
        # The staff at the desk ask for it here; an officer or who is in charge agrees at the console.
        wish, told = Propose(form.key, actor, number, Verb.CANCEL, cause), _PROPOSED
        done = await ask(here, wish)
    else:
        done = await ask(here, Cancel(form.key, actor, number, here.application.delay(), cause))
        told = _CANCELLED
    if isinstance(done, Refused):
        if done.reason is Reason.REASON_MISSING:
            return _wrong(request, view, secret, "cause", done)
        raise _refused(here, view, secret, done)
    here.flash("done", here.words.gettext(told))
    return redirect(request, f"/t/{secret}")


@post("/t/{secret:str}/driver", status_code=200)
async def ticket_driver(request: PageRequest, secret: FromPath[str]) -> Response[bytes]:
    """Name another driver."""
    here = visit(request)
    view = held(here, secret)
    name = here.form.read(_NextDriver).driver
    command = AddDriver(here.form.key, holder(here, view), view.booking.number, name)
    done = await ask(here, command)
    if isinstance(done, Done):
        here.flash("done", here.words.gettext(_NAMED))
        return redirect(request, f"/t/{secret}")
    if done.reason not in (Reason.DRIVER_MISSING, Reason.DRIVERS_TOO_MANY):
        raise _refused(here, view, secret, done)
    return _wrong(request, view, secret, "driver", done)


@post("/t/{secret:str}/acknowledge", status_code=200)
async def ticket_acknowledge(request: PageRequest, secret: FromPath[str]) -> Response[bytes]:
    """The driver has seen the call and is on the way."""
    here = visit(request)
    view = held(here, secret)
    until = here.form.read(_SeenCall).until
    actor = holder(here, view)
    done = await ask(here, Acknowledge(here.form.key, actor, view.booking.number, until))
    if isinstance(done, Refused):
        raise _refused(here, view, secret, done)
    return redirect(request, f"/t/{secret}")


def _wrong(
    request: PageRequest, view: TicketView, secret: str, field: str, refused: Refused
) -> Response[bytes]:
    """The page once more, with what is wrong said at its field."""
    here = visit(request)
    said = say_refusal.sentence(refused.reason, refused.facts, here.lang, zone_of(view.post))
    text = _rendered(here, view, secret, {field: " ".join(said)}, f"/t/{secret}")
    text = _made_own(here, text)
    return html(request, text, http_status=422, headers=UNSEEN)


def _refused(here: PageContext, view: TicketView, secret: str, refused: Refused) -> RefusedStop:
    back = NextStep(here.words.gettext(_BACK), f"/t/{secret}")
    return RefusedStop(refused, zone=zone_of(view.post), steps=(back,))


@get("/t/{secret:str}/move")
async def ticket_move(request: PageRequest, secret: FromPath[str]) -> Response[bytes]:
    """Choose another time; the present one stays until the last button."""
    here = visit(request)
    view, query = _movable(here, secret), request.query_params
    flow = _flow(here, view, secret)
    post_id = view.post.place
    choice = book_chosen.choice_of(
        here, flow, lambda name: post_id if name == "checkpoint" else query.get(name, "")[:60]
    )
    ready = choice.start is not None and not choice.errors
    return book_flow.show(request, flow, "confirm" if ready else "when", choice)


@post("/t/{secret:str}/move", status_code=200)
async def ticket_moved(request: PageRequest, secret: FromPath[str]) -> Response[bytes]:
    """Take the new time."""
    here = visit(request)
    view = _movable(here, secret)
    flow, form, post_id = _flow(here, view, secret), here.form, view.post.place
    asked = book_chosen.awaited_of(form)
    choice = book_chosen.choice_of(
        here, flow, lambda name: post_id if name == "checkpoint" else asked(name)
    )
    if choice.start is None or choice.errors:
        return book_flow.show(request, flow, "when", choice, http_status=409)
    number, delay = view.booking.number, here.application.delay()
    cause = form.read(_Ending).cause
    command = Move(form.key, holder(here, view), number, choice.start, delay, cause)
    done = await ask(here, command)
    if isinstance(done, Done):
        here.flash("done", here.words.gettext(_MOVED))
        return redirect(request, f"/t/{secret}")
    book_chosen.refuse(here, choice, done)
    step = "confirm" if done.reason is Reason.REASON_MISSING else "when"
    return book_flow.show(request, flow, step, choice, http_status=409)


def _movable(here: PageContext, secret: str) -> TicketView:
    """The ticket, if it can move at all; otherwise the reason that the desk would give."""
    view = held(here, secret)
    refused = view.move_refused
    if refused:
        raise _refused(here, view, secret, refused)
    return view


def _flow(here: PageContext, view: TicketView, secret: str) -> Flow:
    booking, zone, end = view.booking, zone_of(view.post), view.window_end
    actor = holder(here, view)
    return Flow(
        mode="move",
        base=f"/t/{secret}/move",
        back=f"/t/{secret}",
        actor=actor,
        klass=str(booking.vehicle_class),
        number=booking.number,
        present=booking.start,
        booked_at=booking.confirmed_at,
        moves=view.moves_after,
        reasons=causes_owed(here, rights_of(actor, view)),
        moving=Moving(
            code=booking.code,
            country=view.seen.country,
            tail=view.seen.tail,
            start=local(booking.start, zone) if booking.start is not None else None,
            end=local(end, zone) if end is not None else None,
        ),
    )


HANDLERS = (
    ticket,
    ticket_live,
    ticket_qr,
    ticket_print,
    ticket_calendar,
    ticket_cancel,
    ticket_driver,
    ticket_acknowledge,
    ticket_move,
    ticket_moved,
)
