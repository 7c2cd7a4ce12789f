"""Every page of the product, with something on it, and who may see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from playwright.sync_api import Page, expect

from kezek.app.application import Application
from kezek.domain.booking.change import Cancel
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.kernel.instant import DAY, HOUR
from kezek.domain.turn.approve import Approve, Propose
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import TurnBackCause
from tests.browser.conftest import Room
from tests.browser.hands import look_for, sign_in
from tests.browser.installation import AT, EVERYBODY
from tests.web.serve import book, do, fill

# Whoever agrees to what the first has proposed.
SECOND = replace(EVERYBODY, account=2)

PUBLIC = {
    "board": "/",
    "search": "/?q=nothing-has-this-name",
    "post": "/checkpoints/kz_syrym",
    "full post": "/checkpoints/kz_nur_zholy",
    "post without a queue": "/checkpoints/kg_torugart",
    "book": "/book",
    "day": "/book?checkpoint=kz_syrym",
    "hour": "/book?checkpoint=kz_syrym&day=2026-06-15",
    "truck": "/book?checkpoint=kz_syrym&day=2026-06-15&hour=2026-06-15T07:00Z",
    "find": "/ticket",
    "sign-in": "/sign-in",
    "register": "/register",
    "rules": "/regulations/kz",
    "rules of Dostuk": "/regulations/kg-dostuk",
    "order": "/order",
    "open data": "/open-data",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
    "nowhere": "/no-such-page",
}
TICKETS = (
    "booked", "here", "called", "admitted", "crossed", "cancelled", "displaced", "turned back",
    "missed", "print", "move",
)  # fmt: skip
STAFF = {
    "posts": ("demo-supervisor", "/console"),
    "console": ("demo-officer-syrym", "/console/kz_syrym"),
    "console found": ("demo-officer-syrym", "/console/kz_syrym"),
    "console empty": ("demo-officer-dostuk", "/console/kg_dostuk"),
    "lines": ("demo-agency", "/agency"),
    "calendar": ("demo-agency", "/agency/kz_syrym"),
    "what if": ("demo-agency", "/agency/what-if"),
    "day of a post": ("demo-agency", "/agency/kz_syrym/2026-06-20"),
    "closed day": ("demo-agency", "/agency/kz_syrym/2026-06-18"),
    "carrier": ("demo-carrier", "/carrier"),
    "garage": ("demo-carrier", "/carrier/garage"),
    "bulk": ("demo-carrier", "/carrier/bulk?checkpoint=kz_syrym&day=2026-06-20"),
    "desk": ("demo-clerk", "/clerk"),
    "desk found": ("demo-clerk", "/clerk"),
    "users": ("demo-administrator", "/users"),
    "keys": ("demo-administrator", "/keys"),
    "log": ("demo-administrator", "/log"),
    "account": ("demo-administrator", "/account"),
}
SEARCHED = {"console found": "A", "desk found": "A"}
EVERY = (*PUBLIC, *TICKETS, *STAFF)


def tickets_of(application: Application) -> Iterator[tuple[str, str]]:
    def link(number: int) -> str:
        return f"/t/{application.papers.link(number)}"

    hour = AT - AT % HOUR
    numbers = fill(application)
    yield "crossed", link(numbers[0])
    yield "admitted", link(numbers[2])
    yield "called", link(numbers[3])
    yield "here", link(numbers[9])
    yield "booked", link(numbers[18])
    yield "print", link(numbers[18]) + "/print"
    yield "move", link(numbers[18]) + "/move"
    missed = book(application, 32)
    do(application, Arrive("", EVERYBODY, missed))
    do(application, Call("", EVERYBODY, "kz_syrym.exit", missed))
    do(application, Propose("", EVERYBODY, missed, "miss", "driver_gone"))
    do(application, Approve("", SECOND, missed))
    yield "missed", link(missed)
    do(application, Propose("", EVERYBODY, numbers[10], "turn_back", TurnBackCause.PAPERS))
    do(application, Approve("", SECOND, numbers[10]))
    yield "turned back", link(numbers[10])
    cancelled = book(application, 30, start=hour + DAY)
    do(application, Cancel("", EVERYBODY, cancelled, 0))
    yield "cancelled", link(cancelled)
    displaced = book(application, 31, start=hour + 5 * DAY)
    do(application, CloseDay("", EVERYBODY, "kz_syrym.exit", "2026-06-18", "Repair of the scales"))
    yield "displaced", link(displaced)


class Tour:
    """Walks through the pages of one installation; who has signed in once stays so."""

    def __init__(self, tickets: dict[str, str]) -> None:
        self.tickets = tickets
        self._sessions: dict[str, Any] = {}

    def show(self, room: Room, name: str, size: str, **options: Any) -> Page:
        """The page of that name, by whoever may see it."""
        login, address = STAFF.get(name) or ("", PUBLIC.get(name) or self.tickets[name])
        if login and login not in self._sessions:
            first = room.window()
            sign_in(first, login)
            self._sessions[login] = first.context.storage_state()
        page = room.window(size, storage_state=self._sessions.get(login), **options)
        if name == "nowhere":
            room.watcher(page).expect(404)
        page.goto(address)
        if name in SEARCHED:
            look_for(page, SEARCHED[name])
        expect(page.get_by_role("heading", level=1)).not_to_have_text("")
        return page
