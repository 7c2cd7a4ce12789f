"""Whether a vehicle could be booked at all, asked before its driver has confirmed anything."""

from __future__ import annotations

from kezek.app.port import Store
from kezek.domain.booking.book import Vehicle, claims_of, particulars
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.refusal import Refused


def claimed(store: Store, line: Line, vehicle: Vehicle, now: Instant) -> Refused | None:
    """The refusal that a booking would meet because of the vehicle; None when it meets none now."""
    who = particulars(vehicle, line, now)
    if isinstance(who, Refused):
        return who
    found = claims_of(Facts(store.reader), line.authority, who)
    return found if isinstance(found, Refused) else None
