"""The garage of a carrier: vehicles and drivers that an account stores for its next bookings."""

from __future__ import annotations

from dataclasses import replace

from kezek.domain.account.account import GarageDriver, GarageVehicle
from kezek.domain.account.actor import Actor
from kezek.domain.account.decide import open_account
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Moment
from kezek.domain.kernel.known import KnownFormats
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.kernel.text import cleaned, is_line
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.vehicle import phone as phones
from kezek.domain.vehicle.vehicle import NAME_LENGTH_MAX, people_faults, spelled, vehicle_faults

GARAGE_MAX = 5_000


@value(frozen=True, slots=True)
class KeepInGarage:
    """Store or remove a vehicle or a driver of a carrier."""

    key: str
    actor: Actor
    row: GarageVehicle | GarageDriver
    remove: bool = False


def decide_garage(
    facts: Facts, command: KeepInGarage, rules: Regulations, _now: Moment
) -> Decision:
    """The carrier's changed list.  The event says that it changed and holds nothing of it."""
    row = command.row
    if command.actor.account != row.account or row.account == 0:
        return Refused(Reason.NOT_ALLOWED, {})
    account = open_account(facts, row.account)
    if isinstance(account, Refused):
        return account
    event = Event(EventKind.GARAGE_CHANGED, body={"account": row.account})
    # The row to remove is normalised too: a plate typed with a hyphen must find it.
    refused = _refused(row, rules.known)
    if refused:
        return refused
    normal = row_kept(row, rules.known)
    if command.remove:
        return Accepted((event,), (), ((type(normal), normal.key),), {"account": row.account})
    known = facts.get(type(normal), normal.key) is not None
    if not known and len(facts.rows(type(row), row.account)) >= GARAGE_MAX:
        return Refused(Reason.GARAGE_FULL, {"most": GARAGE_MAX})
    return Accepted((event,), (normal,), outcome={"account": row.account})


def _refused(row: GarageVehicle | GarageDriver, known: KnownFormats) -> Refused | None:
    if isinstance(row, GarageDriver):
        return next(people_faults(phone=row.phone, drivers=(row.name,), plan=known.phone), None)
    refused = next(vehicle_faults(**_typed(row)), None)
    if refused is None and not is_line(row.label, NAME_LENGTH_MAX):
        refused = Refused(Reason.TEXT_IMPOSSIBLE, {"field": "label", "most": NAME_LENGTH_MAX})
    return refused


def row_kept(
    row: GarageVehicle | GarageDriver, known: KnownFormats
) -> GarageVehicle | GarageDriver:
    """A valid row in the normal form in which it is stored."""
    if isinstance(row, GarageDriver):
        return replace(row, name=cleaned(row.name), phone=phones.normalise(row.phone, known.phone))
    normal = spelled(**_typed(row), known=known)
    return replace(
        row,
        label=cleaned(row.label),
        country=normal.country,
        plate=normal.reading.plate,
        vin=normal.vin,
        trailer=normal.trailer,
    )


def _typed(row: GarageVehicle) -> dict[str, str]:
    return {"country": row.country, "plate": row.plate, "vin": row.vin, "trailer": row.trailer}
