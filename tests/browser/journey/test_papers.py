"""Carrier, clerk, passwords and languages: everything else that people do with a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.hands import book, fill_truck, new_truck, sign_in
from tests.browser.installation import PASSWORD

LANGUAGES = ("ru", "kk")
READ = ("/", "/book", "/checkpoints/kz_syrym", "/ticket", "/sign-in", "/order", "/regulations/kz")
# Names that stay as they are in every language: the product, our sources, codes, addresses.
LATIN_STAYS = re.compile(
    r"Kezek|CarGoRuqsat|e-QMS|eCherha|API|VIN|QR|CSV|JSON|HTTP\w*|KZT|MRP|UTC|EN\b|SEA|Ed25519"
    r"|https?\S*|\S+\.\w+/\S*"
)


def test_a_carrier_books_by_form_and_by_file(window: Window, room, size: str, tmp_path: Path):
    page, one, two, three = window(size), new_truck(), new_truck(), new_truck()
    sign_in(page, "demo-carrier", then="/carrier/garage")
    for truck in (one, two):
        page.get_by_label("Country of registration").select_option(truck.country)
        page.get_by_label("Plate of the truck").fill(truck.plate)
        page.get_by_label(re.compile("^VIN")).fill(truck.vin)
        page.get_by_role("button", name="Add the vehicle").click()
        expect(page.locator("main")).to_contain_text(truck.plate.replace(" ", "")[:6])
    page.goto("/carrier/bulk?checkpoint=kz_taskala")
    page.locator("a.day").nth(3).click()
    for box in page.locator("input[name=vehicle]:not([disabled])").all():
        box.check()
    page.get_by_role("button", name="Book the ticked trucks").click()
    results = page.locator("#results")
    expect(results).to_contain_text("2 booked")
    expect(results.get_by_role("link")).to_have_count(2)

    page.goto("/carrier/bulk")
    columns = page.locator("#csv-h ~ form code").first.inner_text().replace(" ", "").split(",")
    row = {
        "checkpoint": "kz_taskala",
        "country": three.country,
        "plate": three.plate,
        "vin": three.vin,
        "phone": three.phone,
        "driver": three.driver,
        "day": "2026-06-20",
        "hour": "10:00",
        "start": "2026-06-20T10:00+05:00",
    }
    table = tmp_path / "trucks.csv"
    rows = [[row.get(c, "") for c in columns], [row.get(c, "") for c in columns]]
    table.write_text("\n".join(",".join(r) for r in [columns, *rows]) + "\n", encoding="utf-8")
    page.get_by_label("File").set_input_files(table)
    page.get_by_role("button", name="Book these rows").click()
    expect(results).to_contain_text("1 booked")
    expect(results).to_contain_text("1 refused")
    page.goto("/carrier")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_carrier_registers_itself(window: Window):
    page = window("phone")
    page.goto("/sign-in")
    page.locator("main a[href='/register']").click()
    page.get_by_label("Name of the firm").fill("Probnov Trans")
    page.locator("#f-login").fill("probnov")
    page.locator("#f-password").fill("a-long-road-home")
    page.locator("#f-again").fill("a-long-road-home")
    page.locator("main form").get_by_role("button").last.click()
    expect(page.get_by_text("Welcome. Add your trucks and drivers, then book.")).to_be_visible()


def test_a_clerk_books_for_a_driver_and_prints(window: Window, size: str):
    page, truck = window(size), new_truck()
    sign_in(page, "demo-clerk", then="/clerk/book?checkpoint=kz_taskala")
    page.locator("a.day").nth(4).click()
    page.locator("a.hour").nth(2).click()
    fill_truck(page, truck)
    page.get_by_role("button", name="Confirm booking").click()
    page.wait_for_url(re.compile("/print$"))
    expect(page.locator(".qrbox svg")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".qrbox svg")).to_be_visible()
    for button in page.get_by_role("button").all():
        expect(button).to_be_hidden()
    page.emulate_media(media="screen")
    page.goto("/clerk")
    page.fill("#q", truck.plate.replace(" ", ""))
    page.press("#q", "Enter")
    expect(page.locator("main table").first).to_contain_text("Taskala")


def test_paper_shows_the_ticket_and_nothing_to_press(window: Window):
    page = window("phone")
    book(page, new_truck(), "Taskala", day=2)
    page.emulate_media(media="print")
    expect(page.locator(".qrbox img")).to_be_visible()
    for gone in ("header.mast", ".no-print", "footer"):
        for part in page.locator(gone).all():
            expect(part).to_be_hidden()


def test_a_wrong_password_says_so_and_no_more(window: Window, room):
    page = window("phone")
    room.watcher(page).expect(401)
    said = []
    for login in ("demo-officer-syrym", "nobody-here"):
        page.goto("/sign-in")
        page.get_by_label("Name", exact=True).fill(login)
        page.get_by_label("Password", exact=True).fill("not the password")
        page.get_by_role("button", name="Sign in").click()
        said.append(page.get_by_role("alert").inner_text())
        expect(page.get_by_label("Password", exact=True)).to_have_value("")
    assert said[0] == said[1]


def test_a_page_behind_a_door_leads_back_after_the_sign_in(window: Window):
    page = window("desktop")
    sign_in(page, "demo-officer-syrym", then="/console/kz_syrym")
    assert page.url.endswith("/console/kz_syrym")


def test_a_session_that_ended_elsewhere_does_nothing_and_says_so(window: Window, room):
    page = window("desktop")
    sign_in(page, "demo-officer-syrym", then="/console/kz_syrym")
    other = page.context.new_page()
    other.goto("/console/kz_syrym")
    other.get_by_role("button", name=re.compile("Sign out")).click()
    room.watcher(page).expect(401, 403, 409)
    page.locator("#walk-in summary").click()
    page.locator("#w-country").select_option("KZ")
    page.locator("#w-plate").fill("909 OUT 09")
    page.get_by_role("button", name="Take as a walk-in").click()
    expect(page.locator("#outbox")).to_contain_text("Take as a walk-in has been waiting since")
    expect(page.locator("#outbox")).to_contain_text("Your session has ended.")


def test_a_session_that_ran_out_says_what_to_do(window: Window, room):
    """A new password ends every session of the account, also those in other browsers."""
    page, other = window("desktop"), window("phone")
    for here in (page, other):
        sign_in(here, "demo-officer-dostuk", then="/console/kg_dostuk")
    other.goto("/account")
    other.locator("#f-current").fill(PASSWORD)
    other.locator("#f-password").fill("another-long-password")
    other.locator("#f-again").fill("another-long-password")
    other.locator("main form", has=other.locator("#f-again")).get_by_role("button").click()
    expect(other.get_by_text(re.compile("Your password is set"))).to_be_visible()
    room.watcher(page).expect(401, 403)
    page.locator("#walk-in summary").click()
    page.locator("#w-country").select_option("KG")
    page.locator("#w-plate").fill("01KG909OUT")
    page.get_by_role("button", name="Take as a walk-in").click()
    expect(page.locator("#outbox")).to_contain_text("Your session has ended.")
    with page.context.expect_page() as opened:
        page.locator("#outbox").get_by_role("link", name="Sign in").click()
    expect(opened.value.get_by_label("Password", exact=True)).to_be_visible()


def test_a_role_opens_its_own_doors_only(window: Window, room):
    page = window("desktop")
    sign_in(page, "demo-officer-syrym", then="/console/kz_syrym")
    room.watcher(page).expect(403)
    for closed in ("/console/kz_nur_zholy", "/agency/kz_syrym", "/users", "/keys", "/clerk"):
        page.goto(closed)
        expect(page.get_by_role("heading", level=1)).not_to_have_text("")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_language_changes_every_word(window: Window, lang: str):
    page = window("phone")
    secret = book(page, new_truck(), "Taskala", day=6)
    for address in (*READ, secret, "/book?checkpoint=kz_taskala"):
        page.goto(address)
        english = sentences(page)
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={lang}")
        expect(page.locator("html")).to_have_attribute("lang", lang)
        left = sorted(sentences(page) & english)
        assert not left, f"{address} in {lang} still says: {left}"
        page.goto("/?lang=en")


def sentences(page: Page) -> set[str]:
    """What the page says in words of the Latin alphabet, names that stay left out."""
    texts = page.evaluate(
        """() => {
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const found = new Set();
          const stays = "script, style, [lang]:not(html), .brand, .code, .plate, code, a[href^='http']";
          while (walk.nextNode()) {
            const node = walk.currentNode;
            if (!node.parentElement.closest(stays)) found.add(node.textContent.trim());
          }
          for (const name of ["aria-label", "title", "placeholder", "alt"])
            for (const e of document.querySelectorAll(`[${name}]`))
              if (!e.closest("[lang]:not(html)")) found.add(e.getAttribute(name).trim());
          return [...found];
        }"""
    )
    return {t for t in texts if re.search(r"[A-Za-z]{3,}", LATIN_STAYS.sub("", t))}


def test_the_first_administrator_is_made_by_a_link_used_once(
    chromium, tmp_path: Path, window: Window
):
    """On an installation of its own: it has nobody yet."""
    from tests.browser.conftest import Room
    from tests.browser.installation import served

    (tmp_path / "new").mkdir()
    with served(tmp_path / "new") as installation:
        room = Room(chromium, installation.url)
        page = room.window("phone")
        page.goto(installation.first_link)
        page.locator("#f-password").fill("a-long-road-home")
        page.locator("#f-again").fill("a-long-road-home")
        page.locator("main form").get_by_role("button").click()
        expect(page.get_by_text(re.compile("Your password is set"))).to_be_visible()
        room.watcher(page).expect(404, 410)
        page.goto(installation.first_link)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("#f-password")).to_have_count(0)
        assert not room.close()
