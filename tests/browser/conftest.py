"""A real server for each module, and browsers that may talk to nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.installation import Installation, copied, make_template, served
from tests.browser.watcher import Watcher

PHONE = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
SIZES: dict[str, dict[str, Any]] = {"phone": PHONE, "desktop": DESKTOP}
PATIENCE = 15_000  # milliseconds: an answer on a busy machine

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Names lead nowhere: only the address of this machine can be reached.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@dataclass
class Room:
    """Opens browser contexts and watches each; every window of a test comes from here."""

    browser: Browser
    url: str
    opened: list[tuple[BrowserContext, Watcher]] = field(default_factory=list)

    def window(self, size: str = "desktop", **options: Any) -> Page:
        """A fresh browser of somebody: no cookie, no memory."""
        context = self.browser.new_context(
            base_url=self.url, **{"locale": "en-GB", **SIZES[size], **options}
        )
        context.set_default_timeout(PATIENCE)
        watcher = Watcher(urlsplit(self.url).netloc)
        watcher.watch(context)
        self.opened.append((context, watcher))
        return context.new_page()

    def watcher(self, page: Page) -> Watcher:
        return next(w for context, w in self.opened if context is page.context)

    def close(self) -> list[str]:
        faults = []
        for context, watcher in self.opened:
            context.close()
            assert not watcher.asked or watcher.asked[0].startswith(("http://127.0.0.1", "data:"))
            faults += watcher.settled()
        return faults


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's own Chromium; a machine without it fails here by name.

    One for each module: while it is open its event loop runs in this thread, and the next module on
    the same worker may bring a loop of its own.
    """
    path = shutil.which("chromium")
    assert path, "chromium is missing; `make browser` says how to install it"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped network with the demonstration's accounts, made once."""
    return make_template(tmp_path_factory.mktemp("template") / "demo")


@pytest.fixture(scope="module")
def folder(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The module's own copy; a module that needs more in it overrides this."""
    return copied(template, tmp_path_factory.mktemp("served") / "demo")


@pytest.fixture(scope="module")
def town(folder: Path) -> Iterator[Installation]:
    """The running server of the module."""
    with served(folder) as installation:
        yield installation


@pytest.fixture
def room(chromium: Browser, town: Installation) -> Iterator[Room]:
    """Windows onto the module's server; a fault in any of them fails the test."""
    here = Room(chromium, town.url)
    try:
        yield here
    finally:
        faults = here.close()
    assert not faults, "\n".join(faults)


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    """Telephone, then desk."""
    return str(request.param)


Window = Callable[..., Page]


@pytest.fixture
def window(room: Room) -> Window:
    return room.window
