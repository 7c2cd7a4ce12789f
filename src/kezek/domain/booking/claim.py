"""The claims of a vehicle: by plate and by VIN one truck holds one active booking."""

from __future__ import annotations

from kezek.domain.account.actor import Actor, Role
from kezek.domain.booking.booking import Booking, Claim, Particulars, claim_keys
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Facts, Ref
from kezek.domain.kernel.known import PlateFormats
from kezek.domain.kernel.refusal import Fact, Reason, Refused
from kezek.domain.vehicle.plate import COUNTRIES
from kezek.domain.vehicle.reading import ReadingKind, abroad, read, readings

ClaimKey = tuple[str, str, str]
# Roles that see the truck or its papers, and may record it without a VIN.
SEES_THE_TRUCK = (Role.CLERK, Role.OFFICER, Role.SUPERVISOR)
# Refusals caused by another live booking of the vehicle; their facts may hold its number.
_HELD = (Reason.VEHICLE_BOOKED, Reason.VIN_MISSING)


def claims_of(
    facts: Facts, actor: Actor, line: Line, who: Particulars, formats: PlateFormats
) -> list[ClaimKey] | Refused:
    """The vehicle's claims, or a refusal when its VIN is needed or another booking holds a claim."""
    if not who.vin and not actor.may(SEES_THE_TRUCK, line.checkpoint, line.authority):
        owed = vin_owed(facts, line.authority, who, formats)
        if owed:
            return owed
    return free_claims(facts, line.authority, who)


def free_claims(
    facts: Facts, authority: str, who: Particulars, ours: int = 0
) -> list[ClaimKey] | Refused:
    """The vehicle's claims, or a refusal when a booking other than `ours` holds one of them."""
    keys = claim_keys(authority, who)
    for key in keys:
        held = facts.get(Claim, key)
        if held is not None and held.number != ours:
            return Refused(Reason.VEHICLE_BOOKED, {"by": key[1], "number": held.number})
    return keys


def holder(refused: Refused) -> Ref | None:
    """The vehicle's live booking that caused a refusal; None for other reasons.

    The plate and the VIN may be claimed by two different bookings.
    """
    number = refused.facts.get("number") if refused.reason in _HELD else None
    return (Booking, number) if isinstance(number, int) else None


def vin_owed(
    facts: Facts, authority: str, who: Particulars, formats: PlateFormats
) -> Refused | None:
    """The refusal when the plate alone does not identify one truck; None when it does.

    No format fits, several plates fit, the plate fits another country's format, or a truck of another
    country is booked under it.
    """
    how = read(who.country, who.plate, formats).how
    if how in (ReadingKind.NONE, ReadingKind.SEVERAL):
        return _owed(f"plate_{how}")
    if how is ReadingKind.UNKNOWN and abroad(who.country, who.plate, formats):
        return _owed("plate_abroad")
    for claim in _namesakes(facts, authority, who, formats, how):
        return _owed("plate_shared", number=claim.number)
    return None


def _namesakes(
    facts: Facts, authority: str, who: Particulars, formats: PlateFormats, how: ReadingKind
) -> list[Claim]:
    """Live claims of other countries for the same spelling."""
    spellings = [who.plate]
    if how is ReadingKind.UNKNOWN:
        # Look-alikes of other countries' plates count too: a slip must not hide a second booking.
        for country, form in formats.items():
            spellings += readings(country, who.plate, form)
    found = [c for plate in dict.fromkeys(spellings) for c in _claims_by(facts, authority, plate)]
    return [claim for claim in found if not claim.value.startswith(f"{who.country} ")]


def _claims_by(facts: Facts, authority: str, plate: str) -> list[Claim]:
    """Every live claim by a plate, of any country, with those of this batch."""
    keys = set(facts.namesakes(authority, plate))
    anywhere = ((authority, "plate", f"{country} {plate}") for country in COUNTRIES)
    keys.update(key for key in anywhere if (Claim, key) in facts.changed)
    return [claim for key in sorted(keys) if (claim := facts.get(Claim, key)) is not None]


def _owed(why: str, **facts: Fact) -> Refused:
    return Refused(Reason.VIN_MISSING, {"field": "vin", "wrong": why} | facts)
