"""The status of a booking, derived from its facts, the regulation and now."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.instant import Instant
from kezek.domain.regulation.regulation import Regulation


class Status(StrEnum):
    """The status of a booking; `NONE` before it exists."""

    NONE = "none"
    CONFIRMED = "confirmed"
    LATE = "late"
    DISPLACED = "displaced"
    ARRIVED = "arrived"
    CALLED = "called"
    ADMITTED = "admitted"
    CROSSED = "crossed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    TURNED_BACK = "turned_back"
    RELEASED = "released"


ENDED = frozenset(
    {
        Status.CROSSED,
        Status.CANCELLED,
        Status.NO_SHOW,
        Status.TURNED_BACK,
        Status.RELEASED,
    }
)
LIVE = frozenset(Status) - ENDED - {Status.NONE}


def status_of(booking: Booking | None, regulation: Regulation, now: Instant) -> Status:
    """The status now.  A change by time alone counts from its instant, with or without a timer."""
    if booking is None:
        return Status.NONE
    if booking.ended_at is not None:
        return Status(booking.outcome)
    if booking.admitted_at is not None:
        return Status.ADMITTED
    if booking.called_at is not None:
        missed = booking.call_until is not None and now >= booking.call_until
        if missed and booking.misses >= regulation.misses_max:
            return Status.NO_SHOW
        return Status.ARRIVED if missed else Status.CALLED
    if booking.arrived_at is not None:
        return Status.ARRIVED
    if booking.start is None:
        return Status.CANCELLED if now >= given_up_at(booking, regulation) else Status.DISPLACED
    if now >= no_show_at(booking.start, regulation):
        return Status.NO_SHOW
    return Status.LATE if now >= booking.start + regulation.window else Status.CONFIRMED


def settled(booking: Booking, regulation: Regulation, now: Instant) -> Booking:
    """The booking as time alone has changed its place, also before the timer's command.

    Views and `waiting` settle their bookings here, so nobody sees a place that is already lost.
    """
    if booking.call_until is None or status_of(booking, regulation, now) is not Status.ARRIVED:
        return booking
    return behind(booking, booking.call_until)


def behind(booking: Booking, at: Instant) -> Booking:
    """The booking after a missed call: behind the window that was current then."""
    return replace(
        booking, misses=booking.misses + 1, called_at=None, call_until=None, joined_at=at
    )


def no_show_at(start: Instant, regulation: Regulation) -> Instant:
    """When a booking whose vehicle has not arrived is over."""
    return start + regulation.window + regulation.no_show_after


def given_up_at(booking: Booking, regulation: Regulation) -> Instant:
    """When a displaced booking without a new window ends and its vehicle is free again."""
    assert booking.displaced_at is not None, "only a displacement takes the window away"
    return displaced_until(booking.displaced_at, regulation)


def displaced_until(at: Instant, regulation: Regulation) -> Instant:
    """Until when a booking that is displaced at an instant may take a new window."""
    return at + regulation.displaced_for


def look_at(booking: Booking, regulation: Regulation) -> Instant | None:
    """The next instant at which time alone changes the booking."""
    if booking.ended_at is not None or booking.admitted_at is not None:
        return None
    if booking.called_at is not None:
        return booking.call_until
    if booking.arrived_at is not None:
        return None
    if booking.start is None:
        return given_up_at(booking, regulation)
    return no_show_at(booking.start, regulation)
