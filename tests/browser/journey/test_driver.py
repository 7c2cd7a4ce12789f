"""A driver books a crossing and follows the turn to the other side, without ever reloading a page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.hands import (
    arrive,
    book,
    choose_hour,
    choose_time,
    code_on,
    fill_truck,
    new_truck,
    sign_in,
)
from tests.browser.watcher import mark, unreloaded

TICKET_CODE = ".qrbox img"


def test_a_driver_books_and_follows_the_turn(window: Window, size: str):
    driver, truck = window(size), new_truck()
    other = code_of_another(window)
    driver.goto("/")
    driver.get_by_role("link", name="Syrym").click()
    expect(driver.get_by_role("heading", level=1)).to_contain_text("Syrym")
    driver.get_by_role("link", name="Book at Syrym").click()
    expect(driver.get_by_role("heading", name="Day at Syrym")).to_be_visible()
    book(driver, truck)
    expect(driver.get_by_role("heading", level=1)).to_contain_text("17:00")
    expect(driver.locator("#top")).to_contain_text("Booked")
    expect(driver.locator(TICKET_CODE)).to_be_visible()
    code = code_on(driver)
    mark(driver)

    public, board = window(size), window("desktop")
    public.goto("/checkpoints/kz_syrym")
    mark(public)
    board.goto("/")
    waiting = board.locator("#post-kz_syrym td.wait [data-short]")
    before = int(waiting.inner_text())
    mark(board)

    officer = window("desktop")
    sign_in(officer, "demo-officer-syrym", then="/console/kz_syrym")
    arrive(officer, other)
    arrive(officer, code)
    expect(driver.locator("#top")).to_contain_text("In line at the waiting area")
    expect(driver.get_by_role("heading", level=1)).to_contain_text("Place 2.")
    expect(driver.get_by_role("heading", name="Why is my place 2?")).to_be_visible()
    expect(driver.locator(".why")).to_contain_text("truck of your hour that arrived before you")
    expect(public.locator("#line")).to_contain_text(code)
    expect(waiting).to_have_text(str(before + 2))
    assert truck.plate not in public.content(), "the public sees the last three characters alone"

    call = officer.locator("#next-card").get_by_role("button", name="Call to the gate")
    call.click()
    expect(driver.get_by_role("heading", level=1)).to_contain_text("Place 1.")
    expect(officer.locator("#next-card")).to_contain_text(code)
    call.click()
    ring = driver.get_by_role("alertdialog")
    expect(ring).to_be_visible()
    expect(ring).to_contain_text("Drive to the gate now")
    assert fills_the_screen(driver)
    expect(public.locator("#called-now")).to_contain_text(code)
    ring.get_by_role("button", name="I am on my way").click()
    expect(ring).to_be_hidden()
    expect(driver.get_by_role("heading", level=1)).to_contain_text("Drive to the gate now")
    expect(driver.locator("#top")).to_contain_text("that you are on your way")
    expect(officer.locator("#gates li", has_text=code)).to_contain_text("On the way since")
    expect(waiting).to_have_text(str(before))

    gate = officer.locator("#gates li", has_text=code)
    gate.get_by_role("button", name="Admit").click()
    expect(driver.locator("#top")).to_contain_text("At the gate")
    expect(public.locator("#called-now")).not_to_contain_text(code)
    crossed = public.locator("#side .facts div", has_text="Pace")
    paced = crossed.inner_text()
    gate.get_by_role("button", name="Crossed").click()
    expect(driver.get_by_role("heading", level=1)).to_have_text("Crossed")
    expect(crossed).not_to_have_text(paced)
    expect(driver.locator(TICKET_CODE)).to_have_count(0)
    assert all(map(unreloaded, (driver, public, board)))


def code_of_another(window: Window) -> str:
    page = window("desktop")
    book(page, new_truck())
    return code_on(page)


def fills_the_screen(page: Page) -> bool:
    box, view = page.get_by_role("alertdialog").bounding_box(), page.viewport_size
    assert box
    assert view
    return box["width"] >= view["width"] - 1 and box["height"] >= view["height"] - 1


def test_a_driver_moves_names_another_driver_and_cancels(window: Window, size: str):
    page = window(size)
    book(page, new_truck(), day=2, hour=3)
    before = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="Move to another time").click()
    page.locator("a.day").nth(3).click()
    page.locator("a.hour").nth(5).click()
    expect(page.locator("del")).to_be_visible()
    page.get_by_role("button", name="Confirm the new time").click()
    expect(page.get_by_text("The booking has its new time.")).to_be_visible()
    assert page.get_by_role("heading", level=1).inner_text() != before
    page.get_by_text("Add a driver").click()
    page.get_by_label("Driver's name").fill("Timur Probnov")
    page.get_by_role("button", name="Add the driver").click()
    expect(page.get_by_text("The driver is named on the ticket.")).to_be_visible()
    page.get_by_text("Cancel the booking").click()
    page.get_by_role("button", name="Yes, cancel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancelled")
    expect(page.get_by_role("link", name=re.compile("Book"))).not_to_have_count(0)


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(window: Window, room, size: str):
    page, truck = window(size), new_truck()
    room.watcher(page).expect(422)
    page.goto("/book?checkpoint=kz_syrym")
    page.locator("a.day").nth(1).click()
    page.locator("a.hour").nth(1).click()
    page.get_by_label("Plate of the truck").fill(truck.plate)
    page.get_by_label("VIN, 17 characters").fill("TOO-SHORT")
    page.get_by_role("button", name="Check and continue").click()
    expect(page.get_by_role("alert")).to_be_visible()
    vin = page.get_by_label("VIN, 17 characters")
    expect(vin).to_have_attribute("aria-invalid", "true")
    expect(vin).to_have_value("TOO-SHORT")
    expect(page.get_by_label("Plate of the truck")).to_have_value(truck.plate)


def test_a_truck_that_is_booked_already_is_refused_with_the_reason(window: Window, room):
    page, truck = window("phone"), new_truck()
    room.watcher(page).expect(409)
    book(page, truck, day=1)
    page.goto("/book?checkpoint=kz_syrym")
    page.locator("a.day").nth(4).click()
    page.locator("a.hour").nth(4).click()
    page.get_by_label("Country of registration").select_option(truck.country)
    page.get_by_label("Plate of the truck").fill(truck.plate)
    page.get_by_label("VIN, 17 characters").fill(truck.vin)
    page.get_by_label("Driver's phone").fill(truck.phone)
    page.get_by_role("button", name="Check and continue").click()
    expect(page.get_by_role("alert")).to_contain_text("booking")
    expect(page.get_by_role("button", name="Confirm booking")).to_have_count(0)
    page.get_by_role("link", name="Open the ticket").click()
    expect(page.locator("#top")).to_contain_text("Booked")


def test_a_ticket_is_kept_on_this_device_until_it_is_forgotten(window: Window):
    """The last button stands on the first screen; after it the ticket can be kept and found again."""
    page, truck = window("phone"), new_truck()
    choose_time(page, "Syrym", day=3)
    fill_truck(page, truck)
    confirm = page.get_by_role("button", name="Confirm booking")
    box = confirm.bounding_box()
    assert box
    assert box["y"] + box["height"] <= 740
    assert page.evaluate("scrollY") == 0
    confirm.click()
    page.wait_for_url(re.compile("/t/"))
    address, code = page.url, code_on(page)
    expect(page.get_by_label("Link of this ticket")).to_have_value(re.compile("/t/"))
    expect(page.get_by_role("button", name="Copy the link")).to_be_visible()
    page.get_by_role("link", name="Tickets on this device").click()
    page.get_by_role("link", name=code).click()
    assert page.url == address
    page.goto("/ticket")
    page.get_by_role("button", name="Remove from this device").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Find a ticket")
    page.get_by_label("Booking number, ticket code or plate").fill(truck.plate)
    page.get_by_label("Driver's phone").fill(truck.phone)
    page.get_by_role("button", name="Open the ticket").click()
    page.wait_for_url(address)


@pytest.mark.parametrize("script", [True, False])
def test_going_back_and_pressing_twice_make_one_booking(window: Window, room, script):
    page, truck = window("desktop", java_script_enabled=script), new_truck()
    page.goto("/book?checkpoint=kz_syrym")
    page.locator("a.day").nth(5).click()
    page.locator("a.hour").nth(5).click()
    page.get_by_label("Country of registration").select_option(truck.country)
    page.get_by_label("Plate of the truck").fill(truck.plate)
    page.get_by_label("VIN, 17 characters").fill(truck.vin)
    page.get_by_label("Driver's phone").fill(truck.phone)
    page.get_by_role("button", name="Check and continue").click()
    page.get_by_role("button", name="Confirm booking").dblclick()
    page.wait_for_url(re.compile("/t/"))
    code = code_on(page)
    for _ in range(2):
        page.go_back()
        expect(page.get_by_role("heading", name="This hour is booked")).to_be_visible()
        expect(page.locator("#choice")).to_contain_text(code)
        expect(page.get_by_role("button", name="Confirm booking")).to_have_count(0)
    page.get_by_role("link", name="Book another truck for this hour").click()
    expect(page.get_by_label("Plate of the truck")).to_have_value("")
    # The check already says that this truck has a booking: there is nothing to confirm.
    room.watcher(page).expect(409)
    fill_truck(page, truck)
    expect(page.get_by_role("alert")).to_contain_text("booking")
    expect(page.get_by_role("button", name="Confirm booking")).to_have_count(0)
    other = window("desktop")
    sign_in(other, "demo-clerk", then="/clerk")
    other.goto("/clerk")
    other.fill("#q", truck.plate.replace(" ", ""))
    other.press("#q", "Enter")
    expect(other.locator("table").first.get_by_role("link", name=code)).to_have_count(1)


@pytest.mark.parametrize("script", [True, False])
def test_another_hour_keeps_what_was_typed(window: Window, script: bool):
    page, truck = window("phone", java_script_enabled=script), new_truck()
    choose_time(page, "Syrym", day=4)
    page.get_by_label("Plate of the truck").fill(truck.plate)
    page.get_by_label("Driver's phone").fill(truck.phone)
    page.get_by_role("button", name="Day and hour").click()
    choose_hour(page, day=4, hour=3)
    expect(page.get_by_label("Plate of the truck")).to_have_value(truck.plate)
    expect(page.get_by_label("Driver's phone")).to_have_value(truck.phone)
    fill_truck(page, truck)
    page.get_by_role("link", name="Truck and driver").click()
    expect(page.get_by_label("VIN, 17 characters")).to_have_value(truck.vin)
    page.get_by_label("VIN, 17 characters").press("Enter")
    expect(page.get_by_role("button", name="Confirm booking")).to_be_visible()


def test_a_lost_ticket_is_found_by_number_and_phone(window: Window, room, size: str):
    page, truck = window(size), new_truck()
    ticket = book(page, truck, day=2)
    number = re.search(r"booking (\d+)", page.locator("#top").inner_text())
    assert number
    other = window(size)
    other.goto("/")
    other.get_by_role("link", name="My ticket", exact=True).click()
    room.watcher(other).expect(404, 422)
    fields = other.locator("main form").get_by_role("textbox")
    fields.nth(0).fill(number[1])
    fields.nth(1).fill("+77019999999")
    other.locator("main form").get_by_role("button").click()
    expect(other.get_by_role("alert")).to_be_visible()
    fields.nth(1).fill(truck.phone)
    other.locator("main form").get_by_role("button").click()
    other.wait_for_url(ticket)


def test_the_keyboard_stays_on_its_link_when_the_page_renews_itself(window: Window):
    page, other = window("desktop"), window("desktop")
    page.goto("/book?checkpoint=kz_taskala")
    day = page.locator("a.day").nth(4)
    day.focus()
    page.evaluate("document.activeElement.renewed = false")
    book(other, new_truck(), "Taskala", day=7)
    page.wait_for_function("() => document.activeElement.renewed === undefined")
    expect(day).to_be_focused()


def test_a_part_that_cannot_be_renewed_around_an_open_form_comes_again(window: Window):
    page, other = window("desktop"), window("desktop")
    page.goto("/")
    row, version = page.locator("#post-kz_taskala"), page.locator("#version")
    # The form has no id, so no fresh part can be laid over it.
    page.evaluate("""() => {
        const cell = document.querySelector("#post-kz_taskala td");
        cell.insertAdjacentHTML("beforeend", "<details open><summary>Form</summary></details>");
        document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
            if (detail.target.id === "post-kz_taskala") window.answered = true;
        });
    }""")
    before = version.input_value()
    book(other, new_truck(), "Taskala")
    page.wait_for_function("() => window.answered")
    expect(version).to_have_value(before)
    row.locator("details").evaluate("(form) => (form.open = false)")
    expect(row.locator("details"), "the fresh row has none").to_have_count(0)
    expect(version).not_to_have_value(before)
