"""The agency closes a day with a reason; whoever is touched learns why and moves for free."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from kezek.domain.kernel.instant import DAY, HOUR
from tests.browser.conftest import Window
from tests.browser.hands import sign_in
from tests.browser.installation import AT, Installation, opened, served
from tests.browser.watcher import mark, unreloaded
from tests.web.serve import book

REASON = "Repair of the scales"
DAYS = {"phone": 5, "desktop": 6}
TODAY = datetime.fromtimestamp(AT / 1000, ZoneInfo("Asia/Oral"))


@pytest.fixture(scope="module")
def tickets(folder: Path) -> dict[str, str]:
    """For each size the address of a ticket for the day that will be closed."""
    with opened(folder) as application:
        booked = {
            size: book(application, n, start=AT - AT % HOUR + days * DAY)
            for n, (size, days) in enumerate(DAYS.items())
        }
        return {size: f"/t/{application.papers.link(number)}" for size, number in booked.items()}


@pytest.fixture(scope="module")
def town(folder: Path, tickets: dict[str, str]) -> Iterator[Installation]:
    with served(folder) as installation:
        yield installation


def test_the_agency_closes_a_day(window: Window, tickets: dict[str, str], size: str):
    day = TODAY + timedelta(days=DAYS[size])
    on, words = day.strftime("%Y-%m-%d"), f"{day:%A} {day.day} {day:%B}"
    driver, post, booking, board = window(size), window(size), window(size), window("desktop")
    driver.goto(tickets[size])
    expect(driver.locator("#top")).to_contain_text("Booked")
    post.goto("/checkpoints/kz_syrym")
    board.goto("/")
    strip = board.locator("#post-kz_syrym svg.strip")
    before = strip.get_attribute("aria-label")
    booking.goto("/book?checkpoint=kz_syrym")
    expect(booking.locator(f"a.day[href*='{on}']")).to_be_visible()
    for page in (driver, post, board, booking):
        mark(page)

    agency = window(size)
    sign_in(agency, "demo-agency", then="/agency/kz_syrym")
    agency.locator(f"a.day[href$='{on}']").click()
    expect(agency.get_by_role("heading", name=f"Hours of {words}")).to_be_visible()
    agency.get_by_label("Close the whole day").check()
    agency.get_by_label("Reason, shown to everyone").fill(REASON)
    agency.get_by_role("button", name="Show what this will do").click()
    effect = agency.locator("#effect .preview")
    expect(effect.locator("li", has_text="loses this time").first).to_contain_text("1")
    expect(effect.locator("li", has_text="overbooked, deleted or charged")).to_contain_text("0")
    expect(agency.locator("#affected tbody tr")).to_have_count(1)
    ask = agency.get_by_role("link", name="Ask What if with these values").get_attribute("href")
    expect(driver.locator("#top")).to_contain_text("Booked")
    agency.get_by_role("button", name="Apply").click()
    expect(agency.get_by_text(re.compile(f"{words} is closed"))).to_be_visible()
    expect(agency.locator("#log")).to_contain_text(REASON)

    expect(driver.get_by_role("heading", level=1)).to_have_text("Needs a new time")
    expect(driver.locator("#top")).to_contain_text(REASON)
    expect(post.get_by_role("listitem").filter(has_text=f"Closed {words}")).to_contain_text(REASON)
    expect(strip).not_to_have_attribute("aria-label", before or "")
    shut = booking.locator(".day.shut", has_text=f"{day.day}")
    expect(shut).to_contain_text("closed")
    expect(booking.locator(f"a.day[href*='{on}']")).to_have_count(0)
    assert all(map(unreloaded, (driver, post, board, booking)))

    driver.get_by_role("link", name=re.compile("new time")).click()
    expect(driver.locator(".fee")).to_contain_text("free")
    driver.locator("a.day").nth(2).click()
    driver.locator("a.hour").nth(2).click()
    driver.get_by_role("button", name="Confirm the new time").click()
    expect(driver.locator("#top")).to_contain_text("Booked")

    agency.goto(ask or "")
    expect(agency.get_by_role("checkbox", name=re.compile("^Syrym"))).to_be_checked()
    expect(agency.locator("[name=closed_from]")).to_have_value(f"{on}T00:00")

    agency.goto(f"/agency/kz_syrym/{on}")
    expect(agency.locator("#moved")).to_contain_text("1 of 1 have chosen a new time")
    agency.get_by_label("Reason, shown to everyone").fill("The scales are repaired")
    agency.get_by_role("button", name="Show what this will do").click()
    expect(agency.locator("#effect")).to_contain_text("added for everybody")
    agency.get_by_role("button", name="Apply").click()
    expect(agency.get_by_text(re.compile(f"{words} is open again"))).to_be_visible()


def test_lowering_capacity_is_shown_before_it_is_done(window: Window, room):
    agency = window("desktop")
    day = TODAY + timedelta(days=9)
    sign_in(agency, "demo-agency", then=f"/agency/kz_syrym/{day:%Y-%m-%d}")
    room.watcher(agency).expect(422)
    agency.get_by_label("New capacity").fill("a lot")
    agency.get_by_label("Reason, shown to everyone").fill("A lane is repaired")
    agency.get_by_role("button", name="Show what this will do").click()
    expect(agency.get_by_role("alert")).to_be_visible()
    agency.get_by_label("New capacity").fill("24")
    agency.get_by_role("button", name="Show what this will do").click()
    agency.get_by_role("button", name="Apply").click()
    expect(agency.get_by_text(re.compile("has 24 places now"))).to_be_visible()
    expect(agency.locator(f"a.day[href$='{day:%Y-%m-%d}']")).to_contain_text("of 24")
