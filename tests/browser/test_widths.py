"""Every page fits the narrowest telephone and the largest letters, and shows where the keyboard is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Room
from tests.browser.installation import Installation, opened, served
from tests.browser.pages import EVERY, Tour, tickets_of


@pytest.fixture(scope="module")
def tour(folder: Path) -> Tour:
    with opened(folder) as application:
        return Tour(dict(tickets_of(application)))


@pytest.fixture(scope="module")
def town(folder: Path, tour: Tour) -> Iterator[Installation]:
    with served(folder) as installation:
        yield installation


@pytest.mark.parametrize("name", EVERY)
def test_no_page_scrolls_sideways(room: Room, tour: Tour, name: str):
    """Neither on the narrowest telephone nor with letters of twice the size, in the longest language."""
    page = tour.show(room, name, "phone", viewport={"width": 320, "height": 640})
    found = []
    for lang in ("en", "ru", "kk"):
        address = page.url.split("?lang=")[0].split("&lang=")[0]
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={lang}")
        found += [f"320 px, {lang}: {fault}" for fault in too_wide(page)]
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.set_viewport_size({"width": 360, "height": 740})
        found += [f"200 %, 360 px, {lang}: {fault}" for fault in too_wide(page)]
        page.set_viewport_size({"width": 320, "height": 640})
    page.set_viewport_size({"width": 720, "height": 740})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += [f"200 %, 720 px: {fault}" for fault in too_wide(page)]
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


def test_no_heading_of_the_board_covers_the_next(room: Room, tour: Tour):
    page = tour.show(room, "board", "desktop")
    for lang in ("en", "ru", "kk"):
        page.goto(f"{page.url.split('?')[0]}?lang={lang}")
        covered = page.evaluate(
            """() => [...document.querySelectorAll("thead th")]
              .filter((cell) => cell.scrollWidth > cell.clientWidth)
              .map((cell) => cell.textContent)"""
        )
        assert covered == [], lang


@pytest.mark.parametrize(
    "name", ["board", "day", "truck", "here", "console", "calendar", "sign-in"]
)
def test_the_focus_can_be_seen(room: Room, tour: Tour, name: str):
    page = tour.show(room, name, "desktop")
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
