"""The table of each kind of row, with the columns of its key.

They are plain names, so that a start without migrations need not load the tools for schemas.  A test
compares this list with `schema.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kezek.app.feed.consumer import ConsumerPosition
from kezek.app.installation.snapshot import Setting
from kezek.app.port import Answered, Session
from kezek.domain.account.account import (
    Account,
    ApiKey,
    GarageDriver,
    GarageVehicle,
    Grant,
    Login,
)
from kezek.domain.booking.booking import Booking, Claim, Driver, Particulars
from kezek.domain.checkpoint.checkpoint import Checkpoint, Line
from kezek.domain.checkpoint.place_name import PlaceName
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.facts import Counter
from kezek.domain.log.head import Cosignature, SignedHead
from kezek.domain.log.leaf import Salt
from kezek.domain.log.tree import Stretch
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Day, Slot


@dataclass(frozen=True, slots=True)
class TableKey:
    """A table's name and the columns of its key, in the order of the row's `key`."""

    name: str
    key: tuple[str, ...]


# Kinds of events with an index of their own, by line and instant: boards and forecasts count some by the
# hour, and pages look up others by day.
INDEXED_KINDS = frozenset(
    {
        EventKind.CROSSED,
        EventKind.CALLED_OUT_OF_TURN,
        EventKind.RELEASED,
        EventKind.SET_ASIDE,
        EventKind.EXCEPTION_REFUSED,
        EventKind.DISPLACED,
        EventKind.DAY_CLOSED,
        EventKind.DAY_OPENED,
        EventKind.CAPACITY_SET,
        EventKind.PROPOSAL_REFUSED,
        EventKind.MISSED,
        EventKind.NOT_SHOWN,
    }
)
# Rows are written in this order, because a claim's trigger reads the booking that held it before.
TABLES: Mapping[type[Any], TableKey] = {
    Counter: TableKey("counter", ("name",)),
    Checkpoint: TableKey("checkpoint", ("id",)),
    PlaceName: TableKey("place_name", ("place", "side", "language")),
    Line: TableKey("line", ("id",)),
    Day: TableKey("day", ("line", "on")),
    Slot: TableKey("slot", ("line", "start")),
    Booking: TableKey("booking", ("number",)),
    Claim: TableKey("claim", ("authority", "kind", "value")),
    Particulars: TableKey("particulars", ("number",)),
    Driver: TableKey("driver", ("number", "ordinal")),
    Return: TableKey("return", ("number", "start")),
    Account: TableKey("account", ("id",)),
    Login: TableKey("login", ("login",)),
    Grant: TableKey("grant", ("account", "role", "place")),
    ApiKey: TableKey("api_key", ("id",)),
    GarageVehicle: TableKey("garage_vehicle", ("account", "country", "plate")),
    GarageDriver: TableKey("garage_driver", ("account", "name")),
    Salt: TableKey("salt", ("number",)),
    Stretch: TableKey("tree", ("tier", "first")),
    SignedHead: TableKey("head", ("number",)),
    Cosignature: TableKey("cosignature", ("head", "witness")),
    Logged: TableKey("event", ("position",)),
    Answered: TableKey("answer", ("digest",)),
    Session: TableKey("session", ("digest",)),
    Setting: TableKey("setting", ("name",)),
    ConsumerPosition: TableKey("consumer", ("name",)),
}
