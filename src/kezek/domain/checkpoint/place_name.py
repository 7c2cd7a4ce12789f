"""The name of a place in a language, as a row."""

from __future__ import annotations

from kezek.domain.kernel.value import value

OWN, OPPOSITE = "own", "opposite"
SIDES = frozenset({OWN, OPPOSITE})


@value(frozen=True, slots=True)
class PlaceName:
    """The name of a checkpoint, or of the post across the border from it, in one language.

    `place` is the id of the checkpoint, `side` is `own` or `opposite`, `language` a tag with underscores
    such as `ru` or `uz_Latn`.
    """

    place: str
    side: str
    language: str
    name: str

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.place, self.side, self.language)
