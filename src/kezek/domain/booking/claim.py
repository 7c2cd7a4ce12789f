"""Which claims a vehicle may make: one truck is one truck, by its plate as read and by its VIN."""

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
# Who sees the truck, or its papers, and may record it without a VIN.
SEES_THE_TRUCK = (Role.CLERK, Role.OFFICER, Role.SUPERVISOR)
# Refusals because of another live booking of the vehicle, whose number may be among their facts.
_HELD = (Reason.VEHICLE_BOOKED, Reason.VIN_MISSING)


def claims_of(
    facts: Facts, actor: Actor, line: Line, who: Particulars, formats: PlateFormats
) -> list[ClaimKey] | Refused:
    """The claims that the vehicle makes, if a VIN is not owed and no other booking holds one of them."""
    if not who.vin and not actor.may(SEES_THE_TRUCK, line.checkpoint, line.authority):
        owed = vin_owed(facts, line.authority, who, formats)
        if owed:
            return owed
    return free_claims(facts, line.authority, who)


def free_claims(
    facts: Facts, authority: str, who: Particulars, ours: int = 0
) -> list[ClaimKey] | Refused:
    """The claims that the vehicle makes, if none is held by another booking than `ours`."""
    keys = claim_keys(authority, who)
    for key in keys:
        held = facts.get(Claim, key)
        if held is not None and held.number != ours:
            return Refused(Reason.VEHICLE_BOOKED, {"by": key[1], "number": held.number})
    return keys


def holder(refused: Refused) -> Ref | None:
    """The live booking of the vehicle because of which a command was refused; None for other reasons.

    The plate and the VIN may each be claimed by a booking of its own.
    """
    number = refused.facts.get("number") if refused.reason in _HELD else None
    return (Booking, number) if isinstance(number, int) else None


def vin_owed(
    facts: Facts, authority: str, who: Particulars, formats: PlateFormats
) -> Refused | None:
    """Why the plate alone does not name one truck; None when it does.

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
        # The look-alikes of another country's plate, or a slip would make it a truck of nowhere.
        for country, form in formats.items():
            spellings += readings(country, who.plate, form)
    found = [c for plate in dict.fromkeys(spellings) for c in _claims_by(facts, authority, plate)]
    return [claim for claim in found if not claim.value.startswith(f"{who.country} ")]


def _claims_by(facts: Facts, authority: str, plate: str) -> list[Claim]:
    """Every live claim by a plate, of whatever country; those that this batch has made too."""
    keys = set(facts.namesakes(authority, plate))
    anywhere = ((authority, "plate", f"{country} {plate}") for country in COUNTRIES)
    keys.update(key for key in anywhere if (Claim, key) in facts.changed)
    return [claim for key in sorted(keys) if (claim := facts.get(Claim, key)) is not None]


def _owed(why: str, **facts: Fact) -> Refused:
    return Refused(Reason.VIN_MISSING, {"field": "vin", "wrong": why} | facts)
