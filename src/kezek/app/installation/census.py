"""The census: counts by which a running server checks the promises in its own database.

Each count is one statement over rows that are live or new, so that a million ended bookings cost
nothing.  `app/installation/promise.py` checks every promise in full when an installation is copied or
backed up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PromiseQuery(StrEnum):
    """Each query by the thing that it counts; all but the last three must give zero."""

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
    # The last booking number, the count of skipped numbers, the schema's step.
    NUMBERED = "numbered"
    SKIPPED = "skipped"
    SCHEMA_STEPS = "schema_steps"


@dataclass(frozen=True, slots=True)
class CheckMarks:
    """The starting points of a census: events above `position`, bookings above `number` with `skipped`
    numbers before it, and `day`, an ISO date before which particulars should have been erased.
    """

    position: int = 0
    number: int = 0
    skipped: int = 0
    day: str = ""
