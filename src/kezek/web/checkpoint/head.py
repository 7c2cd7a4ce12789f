"""The head of a post's page: the post, the line that is shown, and the others that run there."""

from __future__ import annotations

from dataclasses import dataclass

from kezek.app.turn.board import PostRow
from kezek.domain.checkpoint.checkpoint import EXIT
from kezek.i18n import names
from kezek.i18n.mark import translatable
from kezek.i18n.say.place import direction_of
from kezek.i18n.times import day as day_text
from kezek.web.frame.format import inward, lanes_of, there_name
from kezek.web.frame.page_context import PageContext
from kezek.web.turn.board import shown_state

_FULL_UNTIL = translatable("Full until %(day)s")
_CLOSED_TODAY = translatable("Closed today")


@dataclass(frozen=True, slots=True)
class OtherLine:
    """Another line of the post: its page, and its direction in words."""

    url: str
    name: str


@dataclass(frozen=True, slots=True)
class PostHead:
    """The post with what only its own page shows."""

    id: str
    country: str
    name: str
    there_country: str
    there: str
    inward: bool
    line: str
    others: list[OtherLine]
    lanes: int | None
    state: str
    state_text: str


def head_of(row: PostRow, here: PageContext) -> PostHead:
    """The head for a row of the board."""
    checkpoint, text = row.checkpoint, ""
    if row.state == "closed":
        text = here.words.gettext(_CLOSED_TODAY)
    elif row.next_free and row.today and not row.today.ordinary:
        text = here.words.say(_FULL_UNTIL, day=day_text(row.next_free.on, "plain", here.lang))
    return PostHead(
        id=row.place,
        country=checkpoint.country,
        name=row.names.own_name(here.lang),
        there_country=checkpoint.neighbour_country or "?",
        there=there_name(row, here.lang),
        inward=inward(row.served),
        line=_direction(row, here),
        others=_others(row, here),
        lanes=lanes_of(checkpoint),
        state=shown_state(row),
        state_text=text,
    )


def _direction(row: PostRow, here: PageContext) -> str:
    """The line in words, such as exit; a post without one is known for its way out."""
    if row.served is None:
        return names.direction(EXIT, "", here.lang)
    return direction_of(row.served, here.lang)


def _others(row: PostRow, here: PageContext) -> list[OtherLine]:
    """The other lines of the post."""
    post = here.application.network.post(row.checkpoint.id)
    return [
        OtherLine(f"/checkpoints/{served.place}", direction_of(served, here.lang))
        for served in (post.lines if post else ())
        if served.place != row.place
    ]
