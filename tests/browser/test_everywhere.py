"""Rules that every page keeps: readable by all, at any width, in any light, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from kezek.app.house import House
from kezek.domain.booking.change import Cancel
from kezek.domain.kernel.instant import DAY, HOUR
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Miss, TurnBack, TurnBackCause
from tests.browser.conftest import Room, Window
from tests.browser.hands import sign_in
from tests.browser.installation import AT, EVERYBODY, Installation, opened, served
from tests.web.serve import book, do, fill

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
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
    "console found": ("demo-officer-syrym", "/console/kz_syrym?q=A"),
    "console empty": ("demo-officer-dostuk", "/console/kg_dostuk"),
    "lines": ("demo-agency", "/agency"),
    "calendar": ("demo-agency", "/agency/kz_syrym"),
    "day of a post": ("demo-agency", "/agency/kz_syrym/2026-06-20"),
    "closed day": ("demo-agency", "/agency/kz_syrym/2026-06-18"),
    "carrier": ("demo-carrier", "/carrier"),
    "garage": ("demo-carrier", "/carrier/garage"),
    "bulk": ("demo-carrier", "/carrier/bulk?checkpoint=kz_syrym&day=2026-06-20"),
    "desk": ("demo-clerk", "/clerk"),
    "users": ("demo-administrator", "/users"),
    "keys": ("demo-administrator", "/keys"),
    "log": ("demo-administrator", "/log"),
    "account": ("demo-administrator", "/account"),
}
EVERY = (*PUBLIC, *TICKETS, *STAFF)


@pytest.fixture(scope="module")
def tickets(folder: Path) -> dict[str, str]:
    """A line with trucks of every kind, and the address of a ticket of each."""
    with opened(folder) as house:
        return dict(_tickets(house))


def _tickets(house: House) -> Iterator[tuple[str, str]]:
    def link(number: int) -> str:
        return f"/t/{house.papers.link(number)}"

    hour = AT - AT % HOUR
    numbers = fill(house)
    yield "crossed", link(numbers[0])
    yield "admitted", link(numbers[2])
    yield "called", link(numbers[3])
    yield "here", link(numbers[9])
    yield "booked", link(numbers[18])
    yield "print", link(numbers[18]) + "/print"
    yield "move", link(numbers[18]) + "/move"
    missed = book(house, 32)
    do(house, Arrive("", EVERYBODY, missed))
    do(house, Call("", EVERYBODY, "kz_syrym.exit", missed))
    do(house, Miss("", EVERYBODY, missed))
    yield "missed", link(missed)
    do(house, TurnBack("", EVERYBODY, numbers[2], TurnBackCause("papers")))
    yield "turned back", link(numbers[2])
    cancelled = book(house, 30, start=hour + DAY)
    do(house, Cancel("", EVERYBODY, cancelled, 0))
    yield "cancelled", link(cancelled)
    displaced = book(house, 31, start=hour + 5 * DAY)
    do(house, CloseDay("", EVERYBODY, "kz_syrym.exit", "2026-06-18", "Repair of the scales"))
    yield "displaced", link(displaced)


@pytest.fixture(scope="module")
def town(folder: Path, tickets: dict[str, str]) -> Iterator[Installation]:
    with served(folder) as installation:
        yield installation


@pytest.fixture(params=EVERY)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def show(page: Page, room: Room, name: str, tickets: dict[str, str]) -> None:
    """The page of that name, by whoever may see it."""
    if name in STAFF:
        login, address = STAFF[name]
        if not page.context.cookies():
            sign_in(page, login)
    else:
        address = PUBLIC.get(name) or tickets[name]
    if name == "nowhere":
        room.watcher(page).expect(404)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("")


def test_nobody_is_shut_out(
    window: Window, room: Room, tickets: dict[str, str], name: str, size: str
):
    """No violation of WCAG 2.2 A and AA, in light and in dark, on the console at night as well."""
    page = window(size, reduced_motion="reduce")
    show(page, room, name, tickets)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {fault}" for fault in violations(page)]
    if name.startswith("console"):
        page.get_by_label("Night").check()
        found += [f"night: {fault}" for fault in violations(page)]
    assert not found, "\n".join(found)


def violations(page: Page) -> list[str]:
    result = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [
        f"{fault['id']} at {node['target']}: {node['failureSummary']}"
        for fault in result["violations"]
        for node in fault["nodes"]
    ]


def test_no_page_scrolls_sideways(window: Window, room: Room, tickets: dict[str, str], name: str):
    """Neither on the narrowest telephone nor with letters of twice the size, in the longest language."""
    page = window("phone", viewport={"width": 320, "height": 640})
    show(page, room, name, tickets)
    found = []
    for lang in ("en", "ru", "kk"):
        address = page.url.split("?lang=")[0].split("&lang=")[0]
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={lang}")
        found += [f"320 px, {lang}: {fault}" for fault in too_wide(page)]
    page.set_viewport_size({"width": 720, "height": 740})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += [f"200 %: {fault}" for fault in too_wide(page)]
    assert not found, "\n".join(found)


def too_wide(page: Page) -> list[str]:
    return page.evaluate(
        """() => {
          const room = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= room) return [];
          const wide = [...document.body.querySelectorAll("*")].filter((e) => {
            const box = e.getBoundingClientRect();
            return box.width && box.right > room + 1 && !e.closest(".scroll") && !e.matches(".sr");
          });
          const right = (e) => Math.round(e.getBoundingClientRect().right);
          return wide.slice(0, 4).map((e) => `${e.outerHTML.slice(0, 120)} ${right(e)}`);
        }"""
    )


@pytest.mark.parametrize(
    "name", ["board", "day", "truck", "here", "console", "calendar", "sign-in"]
)
def test_the_focus_can_be_seen(window: Window, room: Room, tickets: dict[str, str], name: str):
    page = window("desktop")
    show(page, room, name, tickets)
    page.locator("body").click(position={"x": 1, "y": 1})
    unseen = []
    for _ in range(25):
        page.keyboard.press("Tab")
        hidden = page.evaluate(
            """() => {
              const here = document.activeElement;
              if (here === document.body) return "";
              const ring = [here, here.closest("tr, li")].some((e) => {
                const style = e && getComputedStyle(e);
                return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
              });
              const box = here.getBoundingClientRect();
              return ring && box.width > 0 ? "" : here.outerHTML.slice(0, 120);
            }"""
        )
        if hidden:
            unseen.append(hidden)
    assert not unseen, "\n".join(unseen)


def test_every_figure_of_a_demonstration_is_marked(
    window: Window, room: Room, tickets: dict[str, str], name: str
):
    page = window("phone")
    show(page, room, name, tickets)
    text = page.locator("body").inner_text()
    assert re.search("[Dd]emonstration|simulated", text), (
        "nothing says that this is a demonstration"
    )
