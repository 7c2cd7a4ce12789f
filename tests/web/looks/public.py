"""The shipped network at the board's own moment, as everybody sees it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from litestar.testing import TestClient

from kezek.bootstrap import close_application
from tests.web.looks.album import Album
from tests.web.serve import build_app, fill, open_application

PAGES = {
    "network": "/",
    "network-search": "/?q=khorgos",
    "checkpoint": "/checkpoints/kz_syrym",
    "checkpoint-full": "/checkpoints/kz_nur_zholy",
    "book-post": "/book",
    "book-search": "/book?to=UZ&q=a",
    "book-full": "/book?checkpoint=kz_nur_zholy",
    "order": "/order",
    "open_data": "/open-data",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
    "refusals": "/docs/refusals",
    "regulation": "/regulations/kz",
    "error": "/nowhere",
}
# How a ticket of the filled line stands.
STATES = ("admitted", "arrived", "called", "confirmed", "crossed")


def show(album: Album) -> None:
    """Look at every public page, and at a ticket in each state."""
    with tempfile.TemporaryDirectory() as folder, album.open():
        application = open_application(Path(folder), rate_public=1_000_000)
        numbers = fill(application)
        client = TestClient(build_app(application), raise_server_exceptions=False)
        for name, url in PAGES.items():
            album.take(name, client.get(url))
        now = application.now()
        found = {str(application.tickets.view(n, now).status): n for n in numbers}
        for state in STATES:
            link = f"/t/{application.papers.link(found[state])}"
            album.take(f"ticket-{state}", client.get(link))
        album.take("print", client.get(f"{link}/print"))
        close_application(application)
