"""The tickets of this browser: kept in a cookie that no script reads, until it is told to forget them.

The cookie holds what opens the tickets, so it goes to this site alone, never into an address or a log.
"""

from __future__ import annotations

import re

from kezek.app.booking.ticket import TicketView
from kezek.web.frame.page_context import PageContext

COOKIE = "kezek_tickets"
TICKETS_MAX = 8
_KEPT_SECONDS = 60 * 24 * 3600
_SECRET = re.compile(r"[A-Za-z0-9_-]{8,80}", re.ASCII)


def secrets(here: PageContext) -> list[str]:
    """The secret parts of the links that this browser keeps, the latest first."""
    text = here.request.cookies.get(COOKIE, "")
    parts = text[: TICKETS_MAX * 81].split(".")[:TICKETS_MAX]
    return [part for part in parts if _SECRET.fullmatch(part)]


def keep(here: PageContext, secret: str) -> None:
    """Keep one more; the oldest gives way.

    Only for who has no account: others have their own lists, and a desk's browser serves many drivers.
    """
    if here.person is None:
        _write(here, [secret, *(one for one in secrets(here) if one != secret)][:TICKETS_MAX])


def forget(here: PageContext, number: int | None) -> None:
    """Forget one booking's ticket on this device, or all of them."""
    numbered = here.application.papers.number_of
    _write(here, [one for one in secrets(here) if number and numbered(one) != number])


def _write(here: PageContext, kept: list[str]) -> None:
    here.set_cookie(COOKIE, ".".join(kept), _KEPT_SECONDS if kept else 0)


def kept(here: PageContext) -> list[tuple[str, TicketView]]:
    """The tickets that this browser keeps, each with the secret part of its link."""
    papers = here.application.papers
    numbers = {secret: papers.number_of(secret) for secret in secrets(here)}
    known = [number for number in numbers.values() if number is not None]
    views = {v.booking.number: v for v in here.application.tickets.views(known, here.now)}
    return [(s, views[n]) for s, n in numbers.items() if n is not None and n in views]
