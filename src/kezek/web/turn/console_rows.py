"""Rows of the console as its templates read them: instants are local to the checkpoint."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from kezek.web.booking.shown import ShownLoss


class Hit(NamedTuple):
    """A truck that was looked for; `lost` is the time that was taken from it, if one was."""

    booking: int
    code: str
    country: str
    plate: str
    drivers: tuple[str, ...]
    genuine: bool | None
    status: str
    start: datetime | None
    end: datetime | None
    klass: str
    early: int
    late: int
    verb: str
    place: int | None
    turn_back: str
    mistake: bool
    can_release: bool
    lost: ShownLoss | None


class Due(NamedTuple):
    booking: int
    code: str
    country: str
    plate: str
    start: datetime
    late: int


class Waiting(NamedTuple):
    """A truck in line; `opens` is the hour it still waits for, None when it may be called.

    `reserved` says that places are reserved for its class.
    """

    booking: int
    code: str
    country: str
    plate: str
    place: int
    klass: str
    reserved: bool
    start: datetime | None
    arrived: datetime
    why: str
    opens: datetime | None


class CalledRow(NamedTuple):
    """`miss` says that two people can end the call before its time."""

    booking: int
    code: str
    country: str
    plate: str
    by: datetime
    left: int | None
    exception: str
    at: datetime
    acknowledged: datetime | None
    unanswered: int
    unmet: bool
    miss: bool


class GateRow(NamedTuple):
    """`turn_back` is the step by which the truck is sent back: `turn-back`, or `propose` for two."""

    booking: int
    code: str
    country: str
    plate: str
    at: datetime
    turn_back: str


class ShownStep(NamedTuple):
    verb: str
    code: str
    booking: int
    at: datetime
    event: int
    seconds_left: int
