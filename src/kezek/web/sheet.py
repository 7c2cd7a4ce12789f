"""What is kept of the board: its rows, and whole sheets as they are sent."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kezek.web.shape import DayView


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
    due: int | None
    next_hour: str
    wait: str
    state: str
    note: str
    html: Markup | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A board as it is sent."""

    body: bytes
    packed: bytes
    tag: str
