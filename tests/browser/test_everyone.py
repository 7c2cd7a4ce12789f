"""Every page can be read by everybody, and says what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Room
from tests.browser.hands import book, new_truck
from tests.browser.installation import Installation, opened, served
from tests.browser.pages import EVERY, Tour, tickets_of
from tests.domain.checkpoint.test_search import KEYS

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# All that another palette can change.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


@pytest.fixture(scope="module")
def tour(folder: Path) -> Tour:
    with opened(folder) as application:
        return Tour(dict(tickets_of(application)))


@pytest.fixture(scope="module")
def town(folder: Path, tour: Tour) -> Iterator[Installation]:
    with served(folder) as installation:
        yield installation


@pytest.mark.parametrize("name", EVERY)
def test_nobody_is_shut_out(room: Room, tour: Tour, name: str, size: str):
    """No violation of WCAG 2.2 A and AA, in light and in dark, on the console at night as well.

    And nobody may take the trucks of a demonstration for real ones.
    """
    page = tour.show(room, name, size, reduced_motion="reduce")
    found = [f"light: {fault}" for fault in violations(page, RULES)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {fault}" for fault in violations(page, COLOURS)]
    if name.startswith("console"):
        page.get_by_label("Night").check()
        found += [f"night: {fault}" for fault in violations(page, COLOURS)]
    if not re.search("[Dd]emonstration|simulated", page.locator("body").inner_text()):
        found.append("nothing says that this is a demonstration")
    assert not found, "\n".join(found)


def test_the_board_is_searched_in_any_spelling(room: Room, town: Installation):
    """The browser makes the same keys of names as the server does."""
    page = room.window("desktop")
    page.goto("/")
    script = page.locator('script[src*="find.js"]').get_attribute("src")
    assert script
    keys = page.evaluate(
        "async ([script, texts]) => texts.map((await import(script)).searchKey)",
        [script.replace("find.js", "search_key.js"), list(KEYS)],
    )
    assert keys == list(KEYS.values())
    for typed in ("Қорғас", "Хоргос", "korgas", "霍尔果斯"):
        page.get_by_role("searchbox").fill(typed)
        expect(page.locator("[data-find]:visible")).to_have_count(1)
        expect(page.locator("#post-kz_nur_zholy")).to_be_visible()
    page.get_by_role("searchbox").fill("Ресей")
    expect(page.locator("#post-kz_syrym")).to_be_visible()
    page.get_by_role("searchbox").fill("?!")
    expect(page.locator("#none")).to_be_visible()


def test_an_open_board_exchanges_the_row_that_changed_and_no_other(room: Room, town: Installation):
    page = room.window("desktop")
    page.goto("/")
    rows = "[...document.querySelectorAll('[data-find]')]"
    page.evaluate(f"{rows}.forEach((row) => (row.seen = true))")
    book(room.window("phone"), new_truck())
    new = f"{rows}.filter((row) => !row.seen).map((row) => row.id)"
    page.wait_for_function(f"() => {new}.length")
    assert page.evaluate(new) == ["post-kz_syrym"]

    # A row under somebody's finger waits for the release, and is not lost.
    page.evaluate(f"{rows}.forEach((row) => (row.seen = true))")
    before = page.locator("#version").input_value()
    link = page.locator("#post-kz_syrym a")
    link.dispatch_event("pointerdown")
    with page.expect_response(re.compile("/changes")):
        book(room.window("phone"), new_truck())
    assert page.evaluate(new) == []
    assert page.locator("#version").input_value() == before
    link.dispatch_event("pointercancel")
    page.wait_for_function(f"() => {new}.length")
    assert page.evaluate(new) == ["post-kz_syrym"]
    assert page.locator("#version").input_value() != before


def violations(page: Page, rules: dict[str, object]) -> list[str]:
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    result = Axe().run(page, options=options).response
    return [
        f"{fault['id']} at {node['target']}: {node['failureSummary']}"
        for fault in result["violations"]
        for node in fault["nodes"]
    ]
