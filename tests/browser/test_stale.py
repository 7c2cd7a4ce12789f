"""A page whose server has gone says how old it is, and is fresh again by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Room
from tests.browser.installation import copied, served

QUIET = 45_000  # milliseconds; the page trusts a silent stream for 40 s
BROKEN = 8_000  # and a broken one for 5 s


@pytest.mark.parametrize("address", ["/", "/checkpoints/kz_syrym", "/book?checkpoint=kz_syrym"])
def test_a_page_without_a_server_says_how_old_it_is(
    chromium: Browser, template: Path, tmp_path: Path, address: str
):
    with served(copied(template, tmp_path / "demo")) as installation:
        room = Room(chromium, installation.url)
        page = room.window("phone")
        page.clock.install()
        page.goto(address)
        stale = page.locator("#stale")
        page.clock.run_for(2_000)
        expect(stale).to_be_hidden()
        room.watcher(page).expect_silence()
        installation.stop()
        page.clock.run_for(QUIET)
        expect(stale).to_be_visible()
        expect(stale).to_contain_text("No connection.")
        for age in page.locator("[data-age] [data-live]").all():
            expect(age).not_to_have_text("live")
        assert not room.close()


def test_a_link_that_breaks_is_told_long_before_one_that_is_silent(
    chromium: Browser, template: Path, tmp_path: Path
):
    with served(copied(template, tmp_path / "demo")) as installation:
        room = Room(chromium, installation.url)
        page = room.window("phone")
        page.clock.install()
        page.goto("/checkpoints/kz_syrym")
        opened = "document.addEventListener('htmx:sseError', () => (window.broke = true))"
        page.evaluate(opened)
        room.watcher(page).expect_silence()
        installation.stop()
        page.wait_for_function("window.broke")
        page.clock.run_for(BROKEN)
        expect(page.locator("#stale")).to_be_visible()
        assert not room.close()
