"""What is kept of the board: its rows, whole sheets as they are sent, and its last versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from markupsafe import Markup

from kezek.web.frame.format import DayView


@dataclass(frozen=True, slots=True)
class BoardPost:
    """A row of the board; `html` is the row as kept, None to draw it."""

    id: str
    name: str
    there: str
    search: str
    today: int | None
    next_free: object
    days: list[DayView]
    waiting: int | None
    waiting_due: int | None
    next_hour: str
    wait: str
    state: str
    note: str
    html: Markup | None


@dataclass(frozen=True, slots=True)
class BoardSheet:
    """A board as it is sent."""

    body: bytes
    packed: bytes
    tag: str


@dataclass(frozen=True, slots=True)
class BoardVersion:
    """A version of the board: its parts by the id of their element, and in `layout` what stands where.

    Equal parts in an equal layout are one version, whichever process has drawn them.
    """

    layout: Sequence[object]
    parts: Mapping[str, Markup]
    tag: str

    def changed(self, before: BoardVersion) -> list[str] | None:
        """Ids of the parts that another version of the board does not have as they are here.

        None where something stands elsewhere: then the parts are not enough.
        """
        if before.layout != self.layout or before.parts.keys() != self.parts.keys():
            return None
        return [id for id, part in self.parts.items() if before.parts[id] != part]


def version_of(layout: Sequence[object], parts: Mapping[str, Markup]) -> BoardVersion:
    """The version that these parts are."""
    said = repr((layout, list(parts.items()))).encode()
    return BoardVersion(layout, parts, blake2b(said, digest_size=9).hexdigest())
