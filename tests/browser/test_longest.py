"""The pages of a driver fit the narrowest telephones with the longest values, in every language."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_widths import too_wide
from tests.web.looks.__main__ import Pages
from tests.web.looks.longest import longest
from tests.web.looks.samples import NAMES

LANGS = ("en", "ru", "kk")
DRIVERS = [
    name
    for name in NAMES
    if name.split("-")[0]
    in ("network", "checkpoint", "book", "ticket", "find_ticket", "order", "regulation", "error")
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server of the samples alone: they need no product behind them."""
    pages = {f"{name}-{lang}": longest(name, lang) for name in DRIVERS for lang in LANGS}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, pages=pages))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", DRIVERS)
def test_the_longest_values_fit(page: Page, address: str, name: str):
    found = []
    for lang in LANGS:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(f"{address}/{name}-{lang}")
        for width in (320, 360, 412):
            page.set_viewport_size({"width": width, "height": 740})
            found += [f"{width} px, {lang}: {fault}" for fault in too_wide(page)]
        page.set_viewport_size({"width": 360, "height": 740})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        found += [f"200 %, 360 px, {lang}: {fault}" for fault in [*too_wide(page), *torn(page)]]
    assert not found, "\n".join(found)


def torn(page: Page) -> list[str]:
    """Text that stands in so narrow a column that its words are cut letter by letter."""
    return page.evaluate(
        """() => {
          const torn = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (texts.nextNode()) {
            const text = texts.currentNode.data.trim();
            if (text.length < 8) continue;
            const range = document.createRange();
            range.selectNodeContents(texts.currentNode);
            const boxes = [...range.getClientRects()].filter((r) => r.width > 2);
            const lines = new Set(boxes.map((r) => Math.round(r.top))).size;
            if (lines > 3 && text.length / lines < 4) torn.push(`${lines} lines: ${text}`);
          }
          return torn.slice(0, 4);
        }"""
    )
