"""Whether a vehicle could be booked, checked before its driver confirms the booking."""

from __future__ import annotations

from kezek.app.port import Store
from kezek.domain.account.actor import Actor
from kezek.domain.booking.book import Vehicle, particulars
from kezek.domain.booking.claim import claims_of
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.known import KnownFormats
from kezek.domain.kernel.refusal import Refused


def vehicle_refusal(
    store: Store, actor: Actor, line: Line, vehicle: Vehicle, known: KnownFormats, now: Instant
) -> Refused | None:
    """The refusal of a booking because of its vehicle; None where the vehicle could be booked now."""
    who = particulars(vehicle, line, now, known)
    if isinstance(who, Refused):
        return who
    found = claims_of(Facts(store.reader), actor, line, who, known.plates)
    return found if isinstance(found, Refused) else None
