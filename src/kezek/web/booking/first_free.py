"""Where to go from a full day: the first free window of a post, and other posts with a place sooner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kezek.app.slot.availability import LinePlaces
from kezek.app.turn.board import PostRow
from kezek.domain.kernel.instant import Instant
from kezek.i18n.say.place import line_name
from kezek.web.frame.format import hour_value, local
from kezek.web.frame.page_context import PageContext


@dataclass(frozen=True, slots=True)
class FirstFree:
    """A free window: its start as the post's clocks show it, the day and hour that a form sends."""

    start: datetime
    day: str
    value: str


@dataclass(frozen=True, slots=True)
class Sooner:
    """Another post with a place sooner, and when."""

    id: str
    name: str
    start: datetime


def first_free(
    places: LinePlaces | None,
    zone: str,
    vehicle_class: str | None = None,
    *,
    but: Instant | None = None,
) -> FirstFree | None:
    """The first free window of a line for a class, the ordinary one where none is named; never `but`."""
    hour = places.first_free(vehicle_class, but=but) if places else None
    if hour is None:
        return None
    start = local(hour.start, zone)
    return FirstFree(start, start.date().isoformat(), hour_value(hour.start))


def sooner_posts(here: PageContext, row: PostRow) -> list[Sooner]:
    """Posts to the same neighbour that a driver may take instead of a full one."""
    found = []
    for other in here.application.boards.sooner(row, here.now):
        free = first_free(other.places, other.zone)
        assert free is not None, "a line that is sooner has a free window"
        assert other.served is not None, "a free window is a line's"
        found.append(Sooner(other.place, line_name(other.served, here.lang), free.start))
    return found
