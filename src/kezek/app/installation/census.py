"""What a running server counts in its own database for the sake of the promises.

Each is one statement over rows that are live or new, so that a million ended bookings cost nothing; the
whole of every promise is looked at by `app/installation/promise.py` when an installation is copied or
backed up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PromiseQuery(StrEnum):
    """Named by what is counted; all must be zero but the last three."""

    OVERBOOKED_SLOTS = "overbooked_slots"
    DOUBLE_BOOKED_VEHICLES = "double_booked_vehicles"
    STRAY_CLAIMS = "stray_claims"
    DISORDERED_BOOKINGS = "disordered_bookings"
    MISSING_EVENTS = "missing_events"
    LOST_BOOKINGS = "lost_bookings"
    OVERDUE_PARTICULARS = "overdue_particulars"
    ORPHANED_DRIVERS = "orphaned_drivers"
    MISUSED_ACCOUNTS = "misused_accounts"
    AWAITING_EXCEPTIONS = "awaiting_exceptions"
    # The last booking number given out, how many were passed over, the schema's step.
    NUMBERED = "numbered"
    SKIPPED = "skipped"
    SCHEMA_STEPS = "schema_steps"


@dataclass(frozen=True, slots=True)
class CheckMarks:
    """From where on to look: events above `position`, bookings above `number`, when `skipped` numbers
    had been passed over; and `day`, an ISO date before which particulars should have been erased.
    """

    position: int = 0
    number: int = 0
    skipped: int = 0
    day: str = ""
