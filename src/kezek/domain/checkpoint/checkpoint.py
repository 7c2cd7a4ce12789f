"""A state's post at a crossing, and the lines that lead through it."""

from __future__ import annotations

from kezek.domain.kernel.value import value

EXIT = "exit"
# The neighbour that is no country: a ferry leads to several.
SEA = "SEA"


@value(frozen=True, slots=True)
class Checkpoint:
    """What is published about a post.  None is unknown, and pages say so.

    `neighbour_country` is the ISO code of the country across the border, `SEA` where a ferry leads to
    several, empty where not stated.  Its names are rows of their own (`PlaceName`).  `lanes` and
    `opening_hours` are the words of the source.  `coord_of` says what the point (degrees, WGS 84)
    really is: seldom the post itself.
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


def exit_id(checkpoint: str) -> str:
    """The id of the line that leads out of the country at a post, whether one runs or not."""
    return f"{checkpoint}.{EXIT}"


def exit_line(post: Checkpoint, *, authority: str, regulation: str, basis: str) -> Line:
    """That line as it begins."""
    return Line(
        id=exit_id(post.id),
        checkpoint=post.id,
        direction=EXIT,
        authority=authority,
        regulation=regulation,
        zone=post.zone,
        basis=basis,
        cursor=0,
    )
