"""Pages of a language that is written from right to left, on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Room
from tests.browser.installation import Installation, opened, served
from tests.browser.pages import Tour, tickets_of
from tests.browser.test_widths import too_wide
from tests.i18n.invented import on_path

# One page of each kind: what is alike is built of the same parts.
LOOKED_AT = (
    *("board", "post", "book", "hour", "truck", "find", "rules", "order", "open data"),
    *("called", "displaced", "print", "move"),
    *("console", "calendar", "closed day", "what if", "carrier", "bulk", "desk", "users", "log"),
)


@pytest.fixture(scope="module")
def tour(folder: Path) -> Tour:
    with opened(folder) as application:
        return Tour(dict(tickets_of(application)))


@pytest.fixture(scope="module")
def town(
    folder: Path, tour: Tour, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(on_path(tmp_path_factory.mktemp("arabic"), "ar")))
        with served(folder) as installation:
            yield installation


def test_no_page_scrolls_sideways_from_right_to_left(room: Room, tour: Tour):
    """What is wide enough in Latin letters is not always so in others."""
    found = []
    for name in LOOKED_AT:
        page = tour.show(room, name, "phone")
        address = page.url.split("?lang=")[0].split("&lang=")[0]
        page.goto(f"{address}{'&' if '?' in address else '?'}lang=ar")
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl", name
        found += [f"{name}: {fault}" for fault in too_wide(page)]
        page.context.close()
    assert not found, "\n".join(found)
