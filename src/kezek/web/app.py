"""All pages behind one door, ready to be plugged into the application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

import msgspec
from litestar import Response, Router
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler

from kezek.app.application import Application
from kezek.app.cache import BoundedCache
from kezek.app.port import Fault
from kezek.i18n.mark import translatable
from kezek.web import reading
from kezek.web import staff_routes as staff
from kezek.web.booking import book
from kezek.web.checkpoint import checkpoint
from kezek.web.errors import failure
from kezek.web.frame import csrf
from kezek.web.frame.forms import most, read_form
from kezek.web.frame.page_context import SESSION_COOKIE, PageContext, PageRequest, Web, begin_visit
from kezek.web.frame.page_error import NextStep, PageError, Redirect, RefusedStop
from kezek.web.frame.session import SIGN_IN
from kezek.web.regulation import regulation
from kezek.web.server.assets import Assets, static_route
from kezek.web.server.templates import Templates
from kezek.web.ticket import find_ticket, ticket
from kezek.web.turn import board

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# Where forms stand that nobody signs in for.
_FOR_EVERYBODY = ("/book", "/ticket", "/t/", "/sign-in", "/register", "/password")
_SIGN_IN = translatable("Sign in")


@dataclass(frozen=True, slots=True)
class Pages:
    """The routes of all pages, and their answer to what no route met: `failed(request, exception)`.

    The application hands `failed` every exception outside `/api`: an unknown address, a wrong method.
    """

    routes: Sequence[ControllerRouterHandler]
    failed: Callable[[PageRequest, Exception], Response[bytes]]


def build_pages(application: Application) -> Pages:
    """All pages of an installation."""
    assets = Assets()
    web = Web(
        application=application,
        assets=assets,
        templates=Templates(assets.url),
        rows=BoundedCache(1_000),
        sheets=BoundedCache(10),
        rendered=BoundedCache(10),
        # Pages renew themselves some seconds after each change: these are minutes of a busy network.
        versions=BoundedCache(200),
        tickets=BoundedCache(2_000),
        pictures=BoundedCache(500),
        counted=BoundedCache(5_000),
        mark=application.chance.secret(16).hex(),
    )
    failed = failure(web)
    door = Router(
        path="/",
        route_handlers=[*_handlers()],
        before_request=_door(web),
        exception_handlers=dict.fromkeys(
            (PageError, RefusedStop, Redirect, Fault, HTTPException, Exception), failed
        ),
        include_in_schema=False,
    )
    return Pages((door, static_route(assets)), failed)


def _handlers() -> list[ControllerRouterHandler]:
    return [
        *board.HANDLERS,
        *checkpoint.HANDLERS,
        *book.HANDLERS,
        *ticket.HANDLERS,
        *find_ticket.HANDLERS,
        *regulation.HANDLERS,
        *reading.HANDLERS,
        *staff.HANDLERS,
    ]


def _door(web: Web) -> Callable[[PageRequest], object]:
    """What every request for a page passes: the rate, then for a form its token."""

    async def enter(request: PageRequest) -> None:
        here = begin_visit(web, request)
        if not web.application.rates.allows(here.address, web.application.settings.rate_public):
            raise PageError("rate_limited")
        if request.method not in _READING:
            await _take_form(here)

    return enter


class _Guarded(msgspec.Struct, frozen=True):
    token: Annotated[str, most(200)] = msgspec.field(default="", name=csrf.FIELD)


async def _take_form(here: PageContext) -> None:
    """No form goes past this, so none can be forgotten."""
    request = here.request
    if csrf.foreign(request.headers.get("sec-fetch-site")):
        raise PageError("stale_page")
    here.form = await read_form(request, here.application.settings.body_bytes_max)
    cookies = request.cookies
    seed, session = cookies.get(csrf.SEED_COOKIE, ""), cookies.get(SESSION_COOKIE, "")
    if not csrf.fits(here.form.read(_Guarded).token, seed, session):
        if here.person is None and here.had_session:
            raise PageError("session_expired")
        raise PageError("stale_page", steps=_ways_in(here))


def _ways_in(here: PageContext) -> tuple[NextStep, ...]:
    """Signing in, for somebody whose browser has forgotten it and whose page is not for everybody."""
    path = here.request.url.path
    if here.person is not None or path.startswith(_FOR_EVERYBODY):
        return ()
    return (NextStep(here.words.gettext(_SIGN_IN), f"{SIGN_IN}?next={quote(path, safe='')}"),)
