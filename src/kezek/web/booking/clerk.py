"""The desk clerk: the same booking for a driver who came or called, and the printed ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from kezek.app.account.access import Person
from kezek.app.booking.find import TEXT_LENGTH_MAX
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.checkpoint.right import may_serve
from kezek.app.port import POSITION_MAX
from kezek.domain.account.actor import STAFF
from kezek.domain.kernel.instant import day_start, local_day
from kezek.domain.kernel.refusal import Refused
from kezek.i18n.collation import sort_key
from kezek.i18n.mark import translatable as t
from kezek.web.booking.book import show_step, take_step
from kezek.web.booking.book_choice import Pick, picks_of
from kezek.web.booking.book_chosen import Flow
from kezek.web.booking.shown import Truck, lines_by_name, trucks
from kezek.web.frame.forms import most
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import NextStep, PageError, RefusedStop
from kezek.web.frame.render import page, redirect
from kezek.web.frame.session import signed_in

PICKS_MAX = 8
FOUND_MAX = 20
_MADE_MAX = 200
_OWN = t("To your own booking desk")


def _served(here: PageContext, person: Person) -> list[ServedLine]:
    """The lines at whose desk the person serves."""
    return [s for s in lines_by_name(here) if may_serve(person.actor, s.line)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClerkPage(Page):
    """`found` is what was looked for, `made` what this account has booked today.

    `picks` are posts with the earliest free time, `rest` the others by name; `books` books at one.
    """

    template = "pages/clerk.html"
    q: str
    found: list[Truck]
    made: list[Truck]
    books: str
    picks: list[Pick]
    rest: list[Pick]


class _ClerkSearch(msgspec.Struct, frozen=True):
    q: Annotated[str, most(TEXT_LENGTH_MAX)] = ""


class _AtPost(msgspec.Struct, frozen=True):
    checkpoint: Annotated[str, most(80)] = ""


@get("/clerk", sync_to_thread=False)
def clerk(request: PageRequest) -> Response[bytes]:
    """Book, find again, print again."""
    return _show(request, "")


@post("/clerk/search", status_code=200, sync_to_thread=False)
def clerk_search(request: PageRequest) -> Response[bytes]:
    """The desk with what was looked for; a form, because a plate must not stand in an address."""
    return _show(request, visit(request).form.read(_ClerkSearch).q)


def _show(request: PageRequest, q: str) -> Response[bytes]:
    here, person = visit(request), signed_in(request, *STAFF)
    served = _served(here, person)
    ids = {s.place for s in served}
    picks = [pick for pick in picks_of(here) if pick.id in ids]
    shown = ClerkPage(
        q=q[:60],
        found=_found(here, served, q),
        made=_made(here, person),
        books="/clerk/book",
        picks=picks[:PICKS_MAX],
        rest=sorted(picks[PICKS_MAX:], key=lambda pick: sort_key(pick.name)),
    )
    return page(request, shown, zone=served[0].line.zone if len(served) == 1 else "")


def _found(here: PageContext, served: list[ServedLine], q: str) -> list[Truck]:
    if not q:
        return []
    finder = here.application.finder
    by_number = {
        view.booking.number: view
        for p in served
        for view in (*finder.find(p, q, here.now), *finder.find_ended(p, q, here.now))
    }
    views = sorted(by_number.values(), key=lambda v: (not v.live, -v.booking.number))
    return trucks(here, views[:FOUND_MAX])


def _made(here: PageContext, person: Person) -> list[Truck]:
    """What this account has booked today, newest first."""
    zone = here.application.network.zone
    midnight = day_start(local_day(here.now, zone), zone)
    numbers = here.application.store.reader.held_by(person.account.id, POSITION_MAX, _MADE_MAX)
    views = here.application.tickets.views(numbers, here.now)
    return trucks(here, [v for v in views if v.booking.confirmed_at >= midnight])


def _flow(request: PageRequest, checkpoint: str) -> Flow:
    """The booking flow of the desk; a clerk books at the own post only."""
    here, person = visit(request), signed_in(request, *STAFF)
    if checkpoint:
        found = here.application.network.served_at(checkpoint)
        if isinstance(found, Refused):
            raise RefusedStop(found)
        if found not in _served(here, person):
            raise PageError("not_allowed", steps=(NextStep(here.words.gettext(_OWN), "/clerk"),))
    return Flow(mode="clerk", base="/clerk/book", back="/clerk", actor=person.actor)


@get("/clerk/book", sync_to_thread=False)
def choose_for_driver(request: PageRequest) -> Response[bytes]:
    """The step that the address has come to."""
    checkpoint = request.query_params.get("checkpoint", "")
    flow = _flow(request, checkpoint)
    return show_step(request, flow) if checkpoint else redirect(request, "/clerk")


@post("/clerk/book", status_code=200)
async def book_for_driver(request: PageRequest) -> Response[bytes]:
    """The step of a form; the last one leads to the printed ticket."""
    flow = _flow(request, visit(request).form.read(_AtPost).checkpoint)
    return await take_step(request, flow)


@get("/clerk/search", sync_to_thread=False)
def clerk_again(request: PageRequest) -> Response[bytes]:
    """A search is sent, never visited."""
    signed_in(request, *STAFF)
    return redirect(request, "/clerk")


@get("/clerk/{checkpoint:str}", sync_to_thread=False)
def clerk_at(request: PageRequest, checkpoint: FromPath[str]) -> Response[bytes]:
    """The desk of one post: its days at once."""
    _flow(request, checkpoint)
    return redirect(request, f"/clerk/book?checkpoint={checkpoint}")


HANDLERS = (clerk, clerk_search, clerk_again, choose_for_driver, book_for_driver, clerk_at)
