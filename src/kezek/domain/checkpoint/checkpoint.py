"""A state's post at a crossing, and the lines that lead through it."""

from __future__ import annotations

import re

from kezek.domain.kernel.value import value

EXIT, ENTRY = DIRECTIONS = ("exit", "entry")
# The neighbour that is no country: a ferry leads to several.
SEA = "SEA"
# The name of a further line in one direction.
LINE_NAME = re.compile(r"[a-z0-9_]{1,20}")


@value(frozen=True, slots=True)
class Checkpoint:
    """The published facts of a post.  None is unknown, and pages say so.

    `neighbour_country` is the ISO code of the country across the border, `SEA` where a ferry leads to
    several, empty where not stated.  Its names are rows of their own (`PlaceName`).  `lanes` and
    `opening_hours` are the words of the source.  `coord_of` names the place at the point (degrees,
    WGS 84), which is seldom the post itself.
    """

    id: str
    country: str
    zone: str
    region: str | None
    opening_hours: str | None
    lanes: str | None
    lat: float | None
    lon: float | None
    coord_of: str | None
    coord_confidence: str | None
    e_queue: str | None
    source: str
    confidence: str
    notes: str | None
    neighbour_country: str

    @property
    def key(self) -> str:
        return self.id


@value(frozen=True, slots=True)
class Line:
    """An ordered queue at a checkpoint in one direction.

    `cursor` is the place in the regulation's interleave from which the next call is looked for;
    `round` counts how often calls have led the cursor past the beginning of the interleave.
    `basis` says where the capacity comes from: the board, or ours.
    """

    id: str
    checkpoint: str
    direction: str
    authority: str
    regulation: str
    zone: str
    basis: str
    cursor: int
    round: int = 0

    @property
    def key(self) -> str:
        return self.id


def line_id(checkpoint: str, direction: str = EXIT) -> str:
    """The id of a post's first line in a direction, whether one runs or not.

    A further line of that direction has its name appended.  An id is never parsed.
    """
    return f"{checkpoint}.{direction}"


def new_line(
    post: Checkpoint,
    *,
    authority: str,
    regulation: str,
    basis: str,
    direction: str = EXIT,
    name: str = "",
) -> Line:
    """A new line.  `name` distinguishes it from other lines of the post in one direction."""
    id = line_id(post.id, direction)
    return Line(
        id=f"{id}.{name}" if name else id,
        checkpoint=post.id,
        direction=direction,
        authority=authority,
        regulation=regulation,
        zone=post.zone,
        basis=basis,
        cursor=0,
    )


def usual_first(line: Line) -> tuple[bool, bool, str]:
    """The sort key of a post's lines: exits first, and the first line of a direction before others."""
    first = line.id == line_id(line.checkpoint, line.direction)
    return line.direction != EXIT, not first, line.id
