"""What hands do on the pages, in the words of those who do it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count

from playwright.sync_api import Page, expect

from tests.browser.installation import PASSWORD

_trucks = count(1)


@dataclass(frozen=True)
class Truck:
    """A truck nobody has booked yet."""

    country: str
    plate: str
    vin: str
    phone: str
    driver: str = "Aidar Ulgiev"

    @property
    def tail(self) -> str:
        return self.plate.replace(" ", "")[-3:]


def new_truck() -> Truck:
    """Another one each time; plates and VINs of the demonstration's range."""
    n = next(_trucks)
    return Truck("KZ", f"{n:03d} DMT {1 + n % 17:02d}", f"DEMTRVCKS{n:08d}", f"+7701{7000000 + n}")


def sign_in(page: Page, login: str, password: str = PASSWORD, then: str = "") -> None:
    """At the page `then`, or wherever the person's work begins."""
    page.goto(then or "/sign-in")
    page.get_by_label("Name", exact=True).fill(login)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name=re.compile("Sign out"))).to_be_visible()
    page.wait_for_load_state()  # until then no key means anything


def choose_time(page: Page, post: str, *, base: str = "/book", day: int = 0, hour: int = 0) -> None:
    """Post, day and hour from the pages themselves: the n-th free day, the n-th free hour."""
    page.goto(base)
    page.locator("li.pick", has_text=post).get_by_role("link").first.click()
    choose_hour(page, day=day, hour=hour)


def choose_hour(page: Page, *, day: int = 0, hour: int = 0) -> None:
    page.locator("a.day").nth(day).click()
    page.locator("a.hour").nth(hour).click()
    go_on = page.get_by_role("link", name="Continue")
    if go_on.count():
        go_on.click()


def fill_truck(page: Page, truck: Truck) -> None:
    """The form of the third step."""
    page.get_by_label("Country of registration").select_option(truck.country)
    page.get_by_label("Plate of the truck").fill(truck.plate)
    page.get_by_label("VIN, 17 characters").fill(truck.vin)
    page.get_by_label("Driver's name").fill(truck.driver)
    page.get_by_label("Driver's phone").fill(truck.phone)
    page.get_by_role("button", name="Check and continue").click()


def book(page: Page, truck: Truck, post: str = "Syrym", *, day: int = 0, hour: int = 0) -> str:
    """All steps; the address of the ticket."""
    choose_time(page, post, day=day, hour=hour)
    fill_truck(page, truck)
    page.get_by_role("button", name="Confirm booking").click()
    page.wait_for_url(re.compile("/t/"))
    return page.url


def look_for(page: Page, text: str) -> None:
    """At the console or the desk, in whatever language it speaks."""
    page.locator("#q").fill(text)
    page.locator("#q").press("Enter")
    expect(page.locator("#q")).to_have_value(text)


def rested(officer: Page) -> None:
    """The rows of the console have stood still long enough for the same key again."""
    expect(officer.locator("[aria-disabled]")).to_have_count(0)


def arrive(officer: Page, code: str) -> None:
    """The officer finds the truck by its code and writes the arrival down."""
    look_for(officer, code)
    officer.locator(".hit", has_text=code).get_by_role("button", name="Arrived").click()
    expect(officer.get_by_text(re.compile(f"{code} has arrived"))).to_be_visible()


def code_on(page: Page) -> str:
    """The four characters by which a driver knows the own ticket."""
    return page.locator("#top .code").first.inner_text().strip()
