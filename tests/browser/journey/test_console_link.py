"""The console while somebody types, and over a link that is cut, slow or half open: each step once."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from kezek.domain.kernel.instant import HOUR
from tests.browser.conftest import Room
from tests.browser.hands import sign_in
from tests.browser.installation import Installation, opened, served
from tests.browser.journey.test_officer import CONSOLE, code_of
from tests.browser.watcher import mark, unreloaded
from tests.web.serve import AT, book

STEP = re.compile(r"/console/kz_syrym/(?!search)[a-z-]+$")
WAYS = ("cut", "slow", "half open")


@pytest.fixture(scope="module")
def codes(folder: Path) -> Iterator[str]:
    """Trucks of the present hour, then of the next."""
    now = AT - AT % HOUR
    with opened(folder) as application:
        numbers = [book(application, n, start=now + n // 8 * HOUR) for n in range(16)]
        return iter([code_of(application, number) for number in numbers])


@pytest.fixture(scope="module")
def town(folder: Path, codes: Iterator[str]) -> Iterator[Installation]:
    with served(folder) as installation:
        yield installation


class Link:
    """Between a page and the server: the next step meets a link that is cut, slow or half open."""

    def __init__(self, page: Page) -> None:
        self.page, self.way, self.keys = page, "", []
        self.held: list[Route] = []
        page.route(STEP, self._meet)

    def _meet(self, route: Route) -> None:
        if route.request.method != "POST":
            return route.fallback()
        self.keys.append(re.search("key=([^&]+)", route.request.post_data or "")[1])
        way, self.way = self.way, ""
        if way == "cut":
            return route.abort("connectionreset")
        if way == "half open":
            # Done by the server, and its answer never comes.
            route.fetch()
            self.held.append(route)
            return None
        if way == "slow":
            self.held.append(route)
            return None
        return route.fallback()

    def breaks(self, way: str) -> None:
        self.way, self.keys = way, []

    def passes(self, way: str) -> None:
        """Time goes by until the step has been repeated, and the link is whole again."""
        if way == "slow":
            expect(self.page.locator("#outbox li.wait")).to_be_visible()
            while not self.held:  # the request is on its way to us
                self.page.evaluate("0")
            self.held.pop().continue_()
        elif way == "half open":
            expect(self.page.locator("#outbox li.wait")).to_contain_text("has been waiting since")
            self.page.clock.run_for(12_000)
        else:
            self.page.clock.run_for(2_000)


def told(page: Page, text: str) -> None:
    expect(page.locator("#outbox li", has_text=re.compile(text)).last).to_be_visible()


def look_up(page: Page, code: str) -> Locator:
    page.locator("#q").fill(code)
    page.locator("#q").press("Enter")
    hit = page.locator(".hit", has_text=code)
    expect(hit).to_be_visible()
    return hit


class Log:
    """What the server has written down."""

    def __init__(self, town: Installation) -> None:
        self.path = town.folder / "kezek.db"

    def kinds(self, booking: str) -> list[str]:
        return self._first(
            "SELECT kind FROM event WHERE number = ? ORDER BY position", int(booking)
        )

    def end(self) -> int:
        return self._first("SELECT max(position) FROM event")[0]

    def _first(self, question: str, *values: int) -> list:
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as database:
            return [row[0] for row in database.execute(question, values)]


@pytest.mark.parametrize("way", WAYS)
def test_each_step_meets_a_broken_link_and_is_done_once_and_told(
    room: Room, town: Installation, codes: Iterator[str], way: str
):
    page, log = officer(room), Log(town)
    link = Link(page)

    def does(press: Locator, says: str) -> None:
        link.breaks(way)
        press.click()
        link.passes(way)
        told(page, says)
        expect(page.locator("#outbox li.wait")).to_have_count(0)
        assert len(set(link.keys)) == 1, "repeated under one key"
        assert unreloaded(page)

    first, other = next(codes), next(codes)
    number = str(look_up(page, first).get_attribute("data-booking"))
    does(button(page.locator(".hit"), "Arrived"), f"{first} has arrived")
    does(button(page.locator("#next-card"), "Call"), f"{first} is called")
    does(page.locator("#undo"), f"The call of {first} is undone")
    does(button(page.locator("#next-card"), "Call"), f"{first} is called")
    does(button(page.locator("#gates li", has_text=first), "Admit"), f"{first} is admitted")
    does(button(page.locator("#gates li", has_text=first), "Crossed"), f"{first} has crossed")
    done = ["arrived", "called", "undone", "called", "admitted", "crossed"]
    assert log.kinds(number)[1:] == done
    number = str(look_up(page, other).get_attribute("data-booking"))
    does(button(page.locator(".hit"), "Arrived"), f"{other} has arrived")
    # From the line two people would have to agree; at the gate one officer turns a truck back.
    does(button(page.locator("#next-card"), "Call"), f"{other} is called")
    does(button(page.locator("#gates li", has_text=other), "Admit"), f"{other} is admitted")
    row = page.locator("#gates li", has_text=other)
    back = row.locator("details", has=page.locator("[action$=turn-back]"))
    back.locator("summary").click()
    back.locator("select").select_option(index=1)
    does(back.get_by_role("button", name="Turned back"), f"{other} is turned back")
    assert log.kinds(number)[1:] == ["arrived", "called", "admitted", "turned_back"]
    end = log.end()
    walk_in = page.locator("#walk-in")
    walk_in.locator("summary").click()
    walk_in.get_by_label("Country of registration").select_option("KZ")
    walk_in.get_by_label("Plate of the truck").fill(f"{700 + WAYS.index(way)} WLK 09")
    does(walk_in.get_by_role("button", name="Take as a walk-in"), "joined the line as a walk-in")
    expect(page.locator(".hit")).to_contain_text("WLK")
    assert log.end() == end + 1


def button(within: Locator, name: str) -> Locator:
    return within.get_by_role("button", name=re.compile(name))


def officer(room: Room) -> Page:
    page = room.window("desktop")
    page.clock.install()
    room.watcher(page).expect_silence()
    sign_in(page, "demo-officer-syrym", then=CONSOLE)
    mark(page)
    return page


def test_plates_typed_with_the_focus_anywhere_change_nothing(
    room: Room, town: Installation, codes: Iterator[str]
):
    page, code, log = officer(room), next(codes), Log(town)
    look_up(page, code)
    button(page.locator(".hit"), "Arrived").click()
    told(page, f"{code} has arrived")
    button(page.locator("#next-card"), "Call").click()
    told(page, "is called")
    end = log.end()
    for focus, delay, plate in TYPED:
        place(page, focus)
        page.keyboard.type(plate, delay=delay)
        expect(page.locator("#q")).to_be_focused()
        expect(page.locator("#q")).to_have_value(plate)
    assert log.end() == end
    assert not page.locator("main details[open]").count()


TYPED = [
    (focus, delay, plate)
    for plate, delay in (
        ("231ABD05", 50),
        ("1CWMBXU9", 90),
        ("9X1", 400),
        ("C11UMB", 180),
        ("W2B", 300),
    )
    for focus in ("body", "button", "row", "summary")
]


def place(page: Page, focus: str) -> None:
    if focus == "button":
        page.locator("#gates button").first.focus()
    elif focus == "row":
        page.locator("#gates [data-row]").first.focus()
    elif focus == "summary":
        page.locator("#walk-in summary").focus()
    else:
        page.evaluate("document.activeElement.blur()")


def test_steps_wait_in_order_while_the_link_is_cut_and_survive_a_reload(
    room: Room, town: Installation, codes: Iterator[str]
):
    page, log = officer(room), Log(town)
    first, second = next(codes), next(codes)
    link = Link(page)
    link.breaks("")
    numbers = [str(look_up(page, code).get_attribute("data-booking")) for code in (first, second)]
    end = log.end()
    page.route(re.compile("/console/|/static/.*mark"), lambda route: route.abort("connectionreset"))
    button(page.locator(".hit"), "Arrived").click()
    waits = page.locator("#outbox li.wait")
    expect(waits).to_contain_text(
        re.compile(rf"Arrived {second} has been waiting since \d\d:\d\d:\d\d")
    )
    button(page.locator(".hit"), "Arrived").dblclick()
    expect(waits).to_have_count(1)
    expect(page.locator("#link")).to_contain_text("No link to the centre, 1 step waiting")
    page.keyboard.press("Alt+u")
    told(page, "has no answer yet|was not sent")
    page.unroute_all()
    page.route(re.compile("/console/kz_syrym/arrive"), lambda route: route.abort("connectionreset"))
    page.reload()
    expect(waits).to_contain_text(f"Arrived {second} has been waiting since")
    assert log.end() == end
    page.unroute_all()
    page.clock.run_for(20_000)
    expect(page.locator("#dock")).to_contain_text(f"Arrived {second}")
    assert log.kinds(numbers[1])[1:] == ["arrived"]


def test_no_link_of_the_page_is_followed_while_the_centre_cannot_be_reached(
    room: Room, codes: Iterator[str]
):
    page, code = officer(room), next(codes)
    look_up(page, code)
    page.route(re.compile("/console/|/static/|lang="), lambda route: route.abort("connectionreset"))
    page.locator("#q").fill("ZZZZ")
    page.locator("#q").press("Enter")
    told(page, "did not reach the centre")
    expect(page.locator(".hit"), "of another search").to_have_count(0)
    expect(page.locator("#link")).to_contain_text("No link to the centre")
    for name in ("РУ", "Handover to the next shift"):
        page.get_by_role("link", name=name).click()
        told(page, "No link to the centre. The page you asked for opens when the link is back")
        assert unreloaded(page)
    page.unroute_all()
    page.clock.run_for(3_000)
    expect(page.get_by_role("heading", name="Handover")).to_be_visible()


def test_a_step_behind_one_that_waits_can_be_taken_back(room: Room, codes: Iterator[str]):
    page = officer(room)
    first, second = next(codes), next(codes)
    page.route(STEP, lambda route: route.abort("connectionreset"))
    for code in (first, second):
        look_up(page, code)
        button(page.locator(".hit"), "Arrived").click()
        expect(page.locator("#outbox li.wait", has_text=code)).to_be_visible()
    page.keyboard.press("Alt+u")
    told(page, f"Arrived {second} was not sent.")
    expect(page.locator("#outbox li.wait")).to_have_count(1)
    page.unroute_all()
    page.clock.run_for(20_000)
    expect(page.locator("#dock")).to_contain_text(f"Arrived {first}")
    expect(page.locator("#outbox")).not_to_contain_text(f"{second} has arrived")


def test_signing_out_warns_of_each_step_that_would_be_lost(room: Room, codes: Iterator[str]):
    page = officer(room)
    leave = page.get_by_role("button", name=re.compile("Sign out"))
    for code in (next(codes), next(codes)):
        page.route(STEP, lambda route: route.abort("connectionreset"))
        look_up(page, code)
        button(page.locator(".hit"), "Arrived").click()
        expect(page.locator("#outbox li.wait", has_text=code)).to_be_visible()
        leave.click()
        told(page, "Steps are waiting. If you sign out, they are lost.")
        assert unreloaded(page)
        page.locator("#outbox li.stop").get_by_role("button").click()
        page.unroute_all()
        page.clock.run_for(20_000)
        expect(page.locator("#dock")).to_contain_text(f"Arrived {code}")


def test_a_session_that_ends_keeps_what_waits(room: Room, codes: Iterator[str]):
    page, code = officer(room), next(codes)
    room.watcher(page).expect(401, 403)
    look_up(page, code)
    page.context.clear_cookies(name="kezek_session")
    button(page.locator(".hit"), "Arrived").click()
    expect(page.locator("#outbox")).to_contain_text("Your session has ended.")
    with page.context.expect_page() as opened_page:
        page.locator("#outbox").get_by_role("link", name="Sign in").click()
    sign_in(opened_page.value, "demo-officer-syrym", then=CONSOLE)
    page.clock.run_for(20_000)
    expect(page.locator("#dock")).to_contain_text(f"Arrived {code}")
    expect(page.locator("#outbox li.wait")).to_have_count(0)
    assert unreloaded(page)
