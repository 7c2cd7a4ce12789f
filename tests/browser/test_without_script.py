"""Everything works without a line of script: forms, links and pages that are whole."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.hands import arrive, book, code_on, new_truck, sign_in


def plain(window: Window, size: str) -> Page:
    return window(size, java_script_enabled=False)


def test_booking_turn_and_call(window: Window, size: str):
    driver, officer, public = (plain(window, size) for _ in range(3))
    book(driver, new_truck())
    code = code_on(driver)
    expect(driver.locator(".qrbox img")).to_be_visible()
    sign_in(officer, "demo-officer-syrym", then="/console/kz_syrym")
    arrive(officer, code)
    driver.reload()
    expect(driver.get_by_role("heading", level=1)).to_contain_text("Place 1.")
    expect(driver.locator(".age")).to_contain_text(re.compile(r"As of \d\d:\d\d"))
    officer.locator("#next-card").get_by_role("button", name="Call to the gate").click()
    driver.reload()
    call = driver.get_by_role("alertdialog")
    expect(call).to_be_visible()
    call.get_by_role("button", name="I am on my way").click()
    expect(call).to_be_hidden()
    officer.reload()
    expect(officer.locator("#gates")).to_contain_text("On the way since")
    officer.locator("#gates").get_by_role("button", name="Admit").click()
    officer.locator("#gates").get_by_role("button", name="Crossed").click()
    expect(officer.get_by_text(f"{code} has crossed.")).to_be_visible()
    officer.locator("#dock").get_by_role("button", name="Undo").click()
    expect(officer.locator("#gates")).to_contain_text(code)
    officer.locator("#gates").get_by_role("button", name="Crossed").click()
    driver.reload()
    expect(driver.get_by_role("heading", level=1)).to_have_text("Crossed")
    public.goto("/")
    public.get_by_label(re.compile("Find a checkpoint")).fill("Маштаково")
    public.keyboard.press("Enter")
    expect(public.locator("#post-kz_syrym")).to_be_visible()
    expect(public.locator("#post-kz_nur_zholy")).to_have_count(0)


def test_a_ticket_is_changed(window: Window):
    page = plain(window, "phone")
    book(page, new_truck(), "Taskala", day=2)
    page.get_by_text("Cancel the booking").click()
    page.get_by_role("button", name="Yes, cancel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancelled")


def test_the_agency_closes_a_day(window: Window):
    page = plain(window, "desktop")
    sign_in(page, "demo-agency", then="/agency/kz_taskala")
    page.locator("a.day:not(.shut)").nth(4).click()
    page.get_by_label("Close the whole day").check()
    page.get_by_label("Reason, shown to everyone").fill("Ice on the road")
    page.get_by_role("button", name="Show what this will do").click()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text(re.compile("is closed"))).to_be_visible()
    public = plain(window, "phone")
    public.goto("/checkpoints/kz_taskala")
    expect(public.locator("main")).to_contain_text("Ice on the road")
