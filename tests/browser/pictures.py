"""Takes a picture of every page of a demonstration that has run for a minute.

python -m tests.browser.pictures [--out build/pictures] [name ...]
python -m tests.browser.pictures --readme     the four pictures of the README, into docs/pictures
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.conftest import DESKTOP, FLAGS, PATIENCE, PHONE
from tests.browser.hands import book, code_on, look_for, new_truck, sign_in
from tests.browser.pages import PUBLIC, SEARCHED, STAFF

MINUTE = 60_000  # milliseconds of real time: an hour of the demonstration
FACTOR = 60
SIZES: dict[int, dict[str, Any]] = {360: {**PHONE, "device_scale_factor": 1}, 1440: DESKTOP}
SCHEMES = ("light", "dark")
# Read in the longer languages as well, where text runs over first.
TRANSLATED = ("board", "full post", "day", "truck", "here", "called", "console", "calendar")
PICTURE_BYTES_MAX = 350_000


@contextmanager
def demonstration(folder: Path) -> Iterator[str]:
    """`kezek demo`, as a newcomer starts it; its address."""
    command = [sys.executable, "-m", "kezek", "demo", "--json", "--host", "127.0.0.1"]
    command += ["--port", "0", "--factor", str(FACTOR), "--folder", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        yield told["answer"]["links"]["board"].rstrip("/")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


class Photographer:
    """Opens each page in both sizes and both schemes, by whoever may see it."""

    def __init__(self, browser: Browser, url: str, out: Path, wanted: list[str]) -> None:
        self.browser, self.url, self.out, self.wanted = browser, url, out, wanted
        self._sessions: dict[str, Any] = {}

    def window(self, login: str = "", **options: Any) -> Page:
        if login and login not in self._sessions:
            first = self._context().new_page()
            sign_in(first, login)
            self._sessions[login] = first.context.storage_state()
            first.context.close()
        state = self._sessions.get(login)
        return self._context(storage_state=state, **options).new_page()

    def _context(self, **options: Any) -> BrowserContext:
        context = self.browser.new_context(
            base_url=self.url, reduced_motion="reduce", **{"locale": "en-GB", **options}
        )
        context.set_default_timeout(PATIENCE)
        return context

    def take(self, name: str, address: str, login: str = "", q: str = "") -> None:
        if self.wanted and not any(name.startswith(w) for w in self.wanted):
            return
        langs = ("en", "ru", "kk") if name in TRANSLATED else ("en",)
        for width, size in SIZES.items():
            page = self.window(login, **size)
            for lang in langs:
                page.goto(f"{address}{'&' if '?' in address else '?'}lang={lang}")
                if q:
                    look_for(page, q)
                for scheme in SCHEMES if lang == "en" else SCHEMES[:1]:
                    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                    self.keep(page, f"{name}-{lang}-{width}-{scheme}")
            page.context.close()

    def keep(self, page: Page, name: str) -> None:
        page.evaluate("document.fonts.ready.then(() => true)")
        path = self.out / f"{name.replace(' ', '-')}.png"
        page.screenshot(path=path, full_page="called" not in name)


def tickets(photographer: Photographer) -> None:
    """One truck of ours, from the booking to the call."""
    driver = photographer.window(**SIZES[360])
    later = photographer.window(**SIZES[360])
    photographer.take("booked", book(later, new_truck(), day=3, hour=4))
    photographer.take("move", f"{later.url.split('?')[0]}/move")
    photographer.take("print", f"{later.url.split('?')[0]}/print")
    later.goto(later.url.split("?")[0])
    later.get_by_text("Cancel the booking").click()
    later.get_by_role("button", name="Yes, cancel").click()
    photographer.take("cancelled", later.url.split("?")[0])
    address, code = book(driver, new_truck()), code_on(driver)
    officer = photographer.window("demo-officer-syrym", **DESKTOP)
    officer.goto("/console/kz_syrym")
    look_for(officer, code)
    photographer.take("console found", "/console/kz_syrym", "demo-officer-syrym", q=code)
    officer.locator(".hit", has_text=code).get_by_role("button", name="Arrived").click()
    photographer.take("here", address)
    officer.goto("/console/kz_syrym")
    officer.locator("#out-of-turn summary").click()
    form = officer.locator("#out-of-turn")
    form.get_by_label("Ticket code").fill(code)
    form.get_by_label("Reason").select_option(index=1)
    form.get_by_role("button", name="Call out of turn").click()
    officer.get_by_text(re.compile(f"{code} is called")).wait_for()
    photographer.take("called", address)


def readme_pictures(photographer: Photographer, folder: Path) -> None:
    """The pictures of the README: board, ticket, console and a what-if of the product as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    page = photographer.window(**DESKTOP)
    page.goto("/")
    page.locator("[data-live]", has_text="live").wait_for()
    shown(page, folder / "board.png")
    driver = photographer.window(**SIZES[360])
    address, code = book(driver, new_truck()), code_on(driver)
    officer = photographer.window("demo-officer-syrym", **DESKTOP)
    officer.goto("/console/kz_syrym")
    look_for(officer, code)
    officer.locator(".hit", has_text=code).get_by_role("button", name="Arrived").click()
    officer.get_by_text(re.compile(f"{code} has arrived")).wait_for()
    driver.goto(address)
    driver.locator("#top").get_by_text(re.compile("Place")).first.wait_for()
    shown(driver, folder / "ticket.png")
    officer.goto("/console/kz_syrym")
    officer.locator("#queue").wait_for()
    shown(officer, folder / "console.png")
    shown(what_if(photographer), folder / "what-if.png")


def what_if(photographer: Photographer) -> Page:
    """Nur Zholy with as many places a day as would end its list of weeks, answered."""
    agency = photographer.window("demo-agency", **DESKTOP)
    agency.goto("/agency/what-if?checkpoint=kz_nur_zholy")
    form = agency.locator("main form")
    form.locator('[name="posts"][value="kz_nur_zholy"]').check()
    form.locator('[name="coming"]').fill("1199")
    form.locator('[name="capacity"]').fill("1200")
    form.locator('[name="runs"]').fill("20")
    form.locator("button.big").click()
    agency.locator("main svg").first.wait_for(timeout=120_000)
    return agency


def shown(page: Page, path: Path) -> None:
    """What a person sees first, in as few bytes as a README bears."""
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=path)
    size = path.stat().st_size
    assert size < PICTURE_BYTES_MAX, f"{path} has {size} bytes"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--out", type=Path, default=Path("build/pictures"))
    parser.add_argument("--readme", action="store_true", help="only those of the README")
    parser.add_argument("--minutes", type=float, default=1.0, help="real minutes to wait first")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    path = shutil.which("chromium")
    assert path, "chromium is missing; `make browser` says how to install it"
    with (
        tempfile.TemporaryDirectory() as folder,
        demonstration(Path(folder) / "demo") as url,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=path, args=list(FLAGS))
        photographer = Photographer(browser, url, args.out, args.names)
        photographer.window().wait_for_timeout(args.minutes * MINUTE)
        if args.readme:
            readme_pictures(photographer, Path("docs/pictures"))
            browser.close()
            return
        for name, address in PUBLIC.items():
            photographer.take(name, address)
        for name, (login, address) in STAFF.items():
            photographer.take(name, address, login, SEARCHED.get(name, ""))
        tickets(photographer)
        browser.close()
    print(f"{len(list(args.out.glob('*.png')))} pictures in {args.out}")


if __name__ == "__main__":
    main()
