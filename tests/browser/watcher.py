"""Listens to a browser while a test drives it, and says what should not have happened.

No request may leave for another machine, no script may fail, no rule of the content security policy
may be broken, and no answer may be an error unless the test expects it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

# The browser says this of every answer from 400 on; the answers themselves are counted.
_LOADED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
_POLICY = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy broken: ${event.violatedDirective} by ${event.blockedURI}`));
"""


@dataclass
class Watcher:
    """What one browser context has asked and said."""

    host: str
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    cut: bool = False

    def watch(self, context: BrowserContext) -> None:
        context.add_init_script(_POLICY)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"script failed: {error.error}"))

    def expect(self, *codes: int) -> None:
        """From here on these answers are part of the test."""
        self.expected |= set(codes)

    def expect_silence(self) -> None:
        """From here on the server is gone, and the browser may say so."""
        self.cut = True

    def settled(self) -> list[str]:
        """Everything that should not have been."""
        return self.faults

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)
        address = urlsplit(request.url)
        if address.scheme in ("data", "blob"):
            return
        if address.netloc != self.host:
            self.faults.append(f"asked another machine: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(
                f"{response.request.method} {response.url} answered {response.status}"
            )

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning") or _LOADED.search(message.text):
            return
        if self.cut and re.search(r"ERR_|htmx:|\[object Event\]", message.text):
            return
        page = message.page.url if message.page else ""
        self.faults.append(f"{page} said {message.type}: {message.text}")


def mark(page: Page) -> None:
    """Leave a mark that any reload would wipe away."""
    page.evaluate("window.kezekMark = 1")


def unreloaded(page: Page) -> bool:
    """Whether the page is still the one that was marked."""
    return bool(page.evaluate("window.kezekMark === 1"))
