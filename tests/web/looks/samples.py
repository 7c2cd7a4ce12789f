"""Every page in its states, by the name of its picture."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from kezek.web.booking.book_flow import BookPage
from tests.web.looks import public, simulator, staffed
from tests.web.looks.album import Album, Sample

# They are lived through when they are first asked for: to know their names costs nothing.
NAMES = (
    *public.PAGES,
    *(f"ticket-{state}" for state in public.STATES),
    "print",
    *staffed.PAGES,
    *staffed.ANSWERS,
    *simulator.PAGES,
    "book-waits",
    "console-night",
)


@cache
def samples() -> dict[str, Sample]:
    """All of them."""
    album = Album()
    public.show(album)
    staffed.show(album)
    found = album.samples
    frame = found["agency_calendar"].frame
    found |= {name: Sample(page, frame) for name, page in simulator.PAGES.items()}
    when = found["book-when"]
    assert isinstance(when.page, BookPage), "the step of the hour"
    waits = {hour.value: "1–2 h" for hour in when.page.slots}
    told = replace(when.page, waits=waits, waits_note="The likely wait until the call.")
    found["book-waits"] = Sample(told, when.frame)
    found["console-night"] = found["console-found"]
    return found
