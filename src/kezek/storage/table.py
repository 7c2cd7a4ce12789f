"""Which table keeps which kind of row, and the columns of its key.

Plain names, so that a start that has nothing to migrate need not load the tools for schemas; a test
holds this list and `schema.py` together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Counter
from kezek.domain.log.head import Cosignature, SignedHead
from kezek.domain.log.leaf import Salt
from kezek.domain.log.tree import Stretch
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Day, Slot


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name and the columns of its key, in the order of the row's `key`."""

    name: str
    key: tuple[str, ...]


# Rows are written in this order: a claim's fence looks at the booking that held it before.
TABLES: Mapping[type[Any], Table] = {
    Counter: Table("counter", ("name",)),
    Checkpoint: Table("checkpoint", ("id",)),
    Line: Table("line", ("id",)),
    Day: Table("day", ("line", "on")),
    Slot: Table("slot", ("line", "start")),
    Booking: Table("booking", ("number",)),
    Claim: Table("claim", ("authority", "kind", "value")),
    Particulars: Table("particulars", ("number",)),
    Driver: Table("driver", ("number", "ordinal")),
    Return: Table("return", ("number", "start")),
    Account: Table("account", ("id",)),
    Login: Table("login", ("login",)),
    Grant: Table("grant", ("account", "role", "place")),
    ApiKey: Table("api_key", ("id",)),
    GarageVehicle: Table("garage_vehicle", ("account", "country", "plate")),
    GarageDriver: Table("garage_driver", ("account", "name")),
    Salt: Table("salt", ("number",)),
    Stretch: Table("tree", ("tier", "first")),
    SignedHead: Table("head", ("number",)),
    Cosignature: Table("cosignature", ("head", "witness")),
    Logged: Table("event", ("position",)),
    Answered: Table("answer", ("digest",)),
    Session: Table("session", ("digest",)),
    Setting: Table("setting", ("name",)),
}
