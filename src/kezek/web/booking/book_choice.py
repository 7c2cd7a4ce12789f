"""Which post: the list ordered by what matters, the earliest free place and then the shortest line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from kezek.i18n import names
from kezek.i18n.say.place import line_name
from kezek.web.frame.format import DayView, day_views, inward, leads_to, search_of, there_name
from kezek.web.frame.page_context import PageContext


@dataclass(frozen=True, slots=True)
class Neighbour:
    code: str
    name: str
    posts: int


@dataclass(frozen=True, slots=True)
class Pick:
    """A line that can be chosen, with its next free day and how many places that has."""

    id: str
    name: str
    there: str
    inward: bool
    search: str
    next_free: date | None
    next_is_today: bool
    places: int
    days: list[DayView]


def neighbours_of(here: PageContext) -> list[Neighbour]:
    """The countries to which a line leads, those with most posts last: theirs is the longest list."""
    found = Counter(
        post.checkpoint.neighbour_country
        for post in here.application.network.posts().values()
        if post.lines and post.checkpoint.neighbour_country
    )
    ordered = sorted(found.items(), key=lambda item: (item[1], item[0]))
    return [Neighbour(code, names.country(code, here.lang), count) for code, count in ordered]


def picks_of(here: PageContext, neighbour: str = "", q: str = "") -> list[Pick]:
    """Lines whose post fits a search, towards a neighbour or everywhere."""
    rows = [
        (row, row.served)
        for row in here.application.boards.rows(here.now)
        if row.served is not None and neighbour in ("", leads_to(row.served)) and row.names.fits(q)
    ]
    rows.sort(
        key=lambda found: (
            found[0].next_free.on if found[0].next_free else date.max,
            found[0].waiting or 0,
            line_name(found[1], here.lang),
        )
    )
    picks = []
    for row, served in rows:
        free = row.next_free
        picks.append(
            Pick(
                id=served.place,
                name=line_name(served, here.lang),
                there=there_name(served, here.lang),
                inward=inward(served),
                search=search_of(served),
                next_free=free.on if free else None,
                next_is_today=free is not None and free is row.today,
                places=free.ordinary if free else 0,
                days=day_views(row.places),
            )
        )
    return picks
