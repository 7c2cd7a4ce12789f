"""An officer takes trucks from arrival to crossed, by keyboard alone, and takes a step back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kezek.app.application import Application
from tests.browser.conftest import Room, Window
from tests.browser.hands import rested, sign_in
from tests.browser.installation import Installation, opened, served
from tests.browser.watcher import mark, unreloaded
from tests.web.serve import book

CONSOLE = "/console/kz_syrym"


@pytest.fixture(scope="module")
def codes(folder: Path) -> Iterator[str]:
    """Trucks that are booked for the present hour and not yet here."""
    with opened(folder) as application:
        return iter([code_of(application, book(application, n)) for n in range(12)])


@pytest.fixture(scope="module")
def town(folder: Path, codes: Iterator[str]) -> Iterator[Installation]:
    with served(folder) as installation:
        yield installation


def code_of(application: Application, number: int) -> str:
    view = application.tickets.view(number, application.now())
    assert view
    return view.booking.code


def test_from_arrival_to_crossed_by_keyboard_alone(window: Window, size: str, codes: Iterator[str]):
    page, code = window(size), next(codes)
    sign_in(page, "demo-officer-syrym", then=CONSOLE)
    find(page, code)
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(f"{code} has arrived"))).to_be_visible()
    expect(page.locator("#next-card")).to_contain_text(code)
    page.keyboard.press("Alt+c")
    expect(page.locator("#gates")).to_contain_text(code)
    page.keyboard.press("Alt+1")
    expect(page.get_by_text(f"{code} is admitted at the gate.")).to_be_visible()
    rested(page)
    page.keyboard.press("Alt+1")
    expect(page.get_by_text(f"{code} has crossed.")).to_be_visible()
    expect(page.locator("#gates")).not_to_contain_text(code)
    page.keyboard.press("Alt+u")
    expect(page.get_by_text(f"The crossing of {code} is undone")).to_be_visible()
    expect(page.locator("#gates")).to_contain_text(code)
    page.keyboard.press("Alt+1")
    expect(page.locator("#gates")).not_to_contain_text(code)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def find(page: Page, text: str) -> None:
    page.keyboard.press("/")
    expect(page.get_by_label("Plate, code or QR text")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator(".hit")).to_be_focused()


@pytest.mark.parametrize(("typed", "place"), [("ц", "KeyW"), ("Ц", "KeyW"), ("w", "KeyW")])
def test_a_key_is_found_by_its_place_on_a_keyboard_of_another_alphabet(
    window: Window, typed: str, place: str
):
    page = window("desktop")
    sign_in(page, "demo-officer-syrym", then=CONSOLE)
    strike(page, typed, place, alt=True)
    expect(page.locator("#walk-in")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    strike(page, ".", "Slash")
    expect(page.get_by_label("Plate, code or QR text")).to_be_focused()


def strike(page: Page, key: str, code: str, *, alt: bool = False) -> None:
    """A key as a keyboard sends it that writes another alphabet."""
    event = "new KeyboardEvent('keydown', {key, code, altKey, bubbles: true, cancelable: true})"
    page.evaluate(
        f"([key, code, altKey]) => document.activeElement.dispatchEvent({event})", [key, code, alt]
    )


def test_a_second_press_meets_neither_another_truck_nor_another_step(
    window: Window, codes: Iterator[str]
):
    page = window("desktop")
    sign_in(page, "demo-officer-syrym", then=CONSOLE)
    changed = page.locator("#outbox li", has_text="The rows have just changed.")
    for code in (first := next(codes), second := next(codes)):
        find(page, code)
        page.keyboard.press("Enter")
        expect(page.get_by_text(re.compile(f"{code} has arrived"))).to_be_visible()
    page.keyboard.press("Alt+c")
    expect(page.locator("#next-card")).to_contain_text(second)
    page.keyboard.press("Alt+c")
    expect(changed).to_be_visible()
    rested(page)
    expect(page.locator("#next-card")).to_contain_text(second)
    page.keyboard.press("Alt+c")
    expect(page.locator("#called + ul")).to_contain_text(second)
    rested(page)
    box = page.locator("#gates li", has_text=first).get_by_role("button").first.bounding_box()
    assert box
    spot = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(*spot)
    expect(page.get_by_text(f"{first} is admitted at the gate.")).to_be_visible()
    under = page.evaluate(
        "spot => document.elementFromPoint(...spot).closest('li').innerText", spot
    )
    assert second in under, "the second truck has moved under the pointer"
    page.mouse.click(*spot)
    expect(changed).to_be_visible()
    rested(page)
    expect(page.locator("#called + ul")).to_contain_text(second)
    page.mouse.click(*spot)
    expect(page.get_by_text(f"{second} is admitted at the gate.")).to_be_visible()
    page.locator("#gates li", has_text=first).focus()
    for key in ("Alt+1", "Alt+2"):
        rested(page)
        page.keyboard.press(key)
    expect(page.locator("#gates")).to_contain_text("Nobody is at the gate.")


@pytest.mark.parametrize("key", ["Alt+1", "Enter"])
def test_a_repeated_key_makes_no_second_step_of_one_truck(
    window: Window, codes: Iterator[str], key: str
):
    page = window("desktop")
    sign_in(page, "demo-officer-syrym", then=CONSOLE)
    code = next(codes)
    find(page, code)
    page.keyboard.press("Enter")
    expect(page.locator("#next-card")).to_contain_text(code)
    page.keyboard.press("Alt+c")
    expect(page.locator("#called + ul")).to_contain_text(code)
    rested(page)
    row = page.locator("#gates li", has_text=code)
    row.focus()
    page.keyboard.press(key)
    expect(page.get_by_text(f"{code} is admitted at the gate.")).to_be_visible()
    page.keyboard.press(key)
    expect(page.locator("#outbox")).to_contain_text("The rows have just changed.")
    expect(row).to_contain_text("Crossed")
    rested(page)
    page.keyboard.press("Alt+1")
    expect(page.get_by_text(f"{code} has crossed.")).to_be_visible()


def test_a_truck_is_turned_back_with_a_reason_by_keyboard(window: Window, codes: Iterator[str]):
    page, code = window("desktop"), next(codes)
    sign_in(page, "demo-officer-syrym", then=CONSOLE)
    find(page, code)
    page.keyboard.press("Enter")
    expect(page.locator("#next-card")).to_contain_text(code)
    page.keyboard.press("Alt+c")
    expect(page.locator("#gates")).to_contain_text(code)
    page.locator("#gates li", has_text=code).get_by_role("button", name="Admit").click()
    expect(page.get_by_text(f"{code} is admitted")).to_be_visible()
    row = page.locator("#gates li", has_text=code)
    row.focus()
    page.keyboard.press("Alt+b")
    reason = row.get_by_label("Reason")
    expect(reason).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(f"{code} is turned back")).first).to_be_visible()


def test_a_walk_in_joins_the_end_of_the_line(window: Window, size: str):
    page = window(size)
    sign_in(page, "demo-officer-syrym", then=CONSOLE)
    page.keyboard.press("Alt+w")
    form = page.locator("#walk-in")
    expect(form.get_by_label("Country of registration")).to_be_focused()
    form.get_by_label("Country of registration").select_option("KZ")
    form.get_by_label("Plate of the truck").fill("777 WLK 09" if size == "phone" else "778 WLK 09")
    form.get_by_role("button", name="Take as a walk-in").click()
    expect(page.get_by_text(re.compile("joined the line as a walk-in"))).to_be_visible()
    expect(page.locator(".hit")).to_contain_text("WLK")


def test_a_walk_in_that_is_refused_comes_back_with_what_was_typed(window: Window, room: Room):
    page = window("phone")
    room.watcher(page).expect(422)
    sign_in(page, "demo-officer-syrym", then=CONSOLE)
    form = page.locator("#walk-in")
    form.locator("summary").click()
    form.get_by_label("Country of registration").select_option("KZ")
    form.get_by_label("Plate of the truck").fill("!!")
    form.get_by_role("button", name="Take as a walk-in").click()
    expect(page.locator("#outbox")).to_contain_text("Refused.")
    expect(page.locator("#w-plate")).to_have_value("!!")
    expect(page.locator("#w-plate")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#w-plate")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#outbox"), "a refusal goes with its own button").to_contain_text(
        "Refused."
    )
    page.keyboard.press("Alt+w")
    expect(page.locator("#w-plate")).to_have_value("")
    expect(form).not_to_contain_text("letters and digits only")


def test_two_officers_see_one_line(window: Window, codes: Iterator[str]):
    code = next(codes)
    first, second = window("desktop"), window("phone")
    for page in (first, second):
        sign_in(page, "demo-officer-syrym", then=CONSOLE)
    mark(second)
    find(first, code)
    first.keyboard.press("Enter")
    expect(second.locator("#queue")).to_contain_text(code)
    assert unreloaded(second)


def test_a_column_is_renewed_around_a_form_that_is_open(window: Window, codes: Iterator[str]):
    first, second, code = window("desktop"), window("desktop"), next(codes)
    for page in (first, second):
        sign_in(page, "demo-officer-syrym", then=CONSOLE)
    first.locator("#out-of-turn summary").click()
    typed = first.locator("#x-code")
    typed.fill("K7")
    first.locator("#walk-in summary").click()
    place = first.locator("#walk-in-now")
    was = place.inner_text()
    first.locator("#w-plate").fill("231")
    typed.focus()
    find(second, code)
    second.keyboard.press("Enter")
    expect(first.locator("#queue")).to_contain_text(code)
    expect(place).not_to_have_text(was)
    expect(typed).to_be_focused()
    expect(typed).to_have_value("K7")
    expect(first.locator("#w-plate")).to_have_value("231")
    first.keyboard.press("Escape")
    expect(first.locator("#out-of-turn")).not_to_have_attribute("open", "")
    first.locator("#w-plate").focus()
    first.keyboard.press("Escape")
    first.keyboard.press("Alt+w")
    expect(first.locator("#w-plate")).to_have_value("")


def out_of_turn(page: Page, code: str, press: str) -> None:
    form = page.locator("#out-of-turn")
    form.locator("summary").click()
    form.get_by_label("Ticket code").fill(code)
    form.get_by_label("Reason").select_option(index=1)
    form.get_by_role("button", name=press).click()
    expect(
        page.get_by_text(re.compile(f"{code} (is called|is on the list)|for {code}")).first
    ).to_be_visible()


def test_out_of_turn_needs_two_and_shows_on_the_public_board(window: Window, codes: Iterator[str]):
    first, code = next(codes), next(codes)
    officer, public, supervisor = window("desktop"), window("phone"), window("desktop")
    public.goto("/checkpoints/kz_syrym")
    counted = public.locator("#side .facts div", has_text="Out of turn today")
    expect(counted).to_contain_text("0")
    mark(public)
    sign_in(officer, "demo-officer-syrym", then=CONSOLE)
    # Alone in line it would be its turn.
    for one in (first, code):
        find(officer, one)
        officer.keyboard.press("Enter")
    out_of_turn(officer, code, "Only propose it; another officer calls")
    sign_in(supervisor, "demo-supervisor", then=CONSOLE)
    expect(supervisor.locator("#asks")).to_contain_text("1 waits for your answer")
    asked = supervisor.locator("#exc li", has_text=code)
    asked.get_by_text("Refuse…").click()
    asked.get_by_label("Reason").select_option("not_proven")
    asked.get_by_role("button", name="Refuse").click()
    expect(supervisor.locator("#exc")).not_to_contain_text(code)
    expect(officer.locator("#exc .asked")).to_have_count(0)
    expect(officer.locator("#exc")).to_contain_text("Demo supervisor refused your request")
    expect(counted).to_contain_text("0")
    out_of_turn(officer, code, "Call out of turn")
    expect(officer.get_by_text(re.compile(f"{code} is called out of turn"))).to_be_visible()
    expect(counted).to_contain_text("1")
    expect(counted).to_contain_text("awaits its second approval")
    supervisor.locator("#exc").get_by_role("button", name="Approve").click()
    expect(counted).not_to_contain_text("awaits")
    assert unreloaded(public)


def test_a_code_that_cannot_be_read_is_to_be_scanned_again(window: Window):
    page = window("desktop")
    sign_in(page, "demo-officer-syrym", then=CONSOLE)
    page.keyboard.type("KZK1:" + "BROKEN" * 30)
    expect(page.get_by_label("Plate, code or QR text")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#hits")).to_contain_text("This code cannot be read. Scan it again.")
    page.keyboard.type("ZZZ")
    page.keyboard.press("Control+j")
    expect(page.locator("#hits")).to_contain_text("Nothing found for “ZZZ”")


def test_night_stays_through_a_reload(window: Window):
    page = window("phone")
    sign_in(page, "demo-officer-syrym", then=CONSOLE)
    day = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_label("Night").check()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != day
    page.reload()
    expect(page.get_by_label("Night")).to_be_checked()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
