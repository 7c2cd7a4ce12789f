"""Every reason for a refusal, in order of precedence.

A command with two faults always gets the reason that stands first here.  A code is public and stable.
Its sentence is in the catalogues, and each edge has one status for each `Kind`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from kezek.domain.kernel.value import value

Fact = str | int | None


class Kind(StrEnum):
    """The kind of obstacle: the actor, a missing thing, an impossible input, the state, or a limit."""

    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    IMPOSSIBLE = "impossible"
    CONFLICT = "conflict"
    TOO_OFTEN = "too_often"


class Reason(StrEnum):
    """Why a command was refused."""

    # The actor.  A missing thing belongs to nobody, so it is never also forbidden.
    KEY_REUSED = "key_reused"
    # For every actor: the server does not know which numbers it has given out.
    NUMBERS_WITHHELD = "numbers_withheld"
    NOT_ALLOWED = "not_allowed"
    # Things that do not exist.
    CHECKPOINT_UNKNOWN = "checkpoint_unknown"
    LINE_UNKNOWN = "line_unknown"
    BOOKING_UNKNOWN = "booking_unknown"
    ACCOUNT_UNKNOWN = "account_unknown"
    API_KEY_UNKNOWN = "api_key_unknown"
    CLASS_UNKNOWN = "class_unknown"
    # Impossible input.
    PLATE_IMPOSSIBLE = "plate_impossible"
    VIN_IMPOSSIBLE = "vin_impossible"
    PHONE_IMPOSSIBLE = "phone_impossible"
    DRIVER_MISSING = "driver_missing"
    DRIVERS_TOO_MANY = "drivers_too_many"
    REASON_MISSING = "reason_missing"
    TEXT_IMPOSSIBLE = "text_impossible"
    CAPACITY_IMPOSSIBLE = "capacity_impossible"
    LOGIN_IMPOSSIBLE = "login_impossible"
    LOGIN_TAKEN = "login_taken"
    PASSWORD_WEAK = "password_weak"  # noqa: S105 - a code, not a secret
    GRANT_IMPOSSIBLE = "grant_impossible"
    # The booking is not in a status that the verb needs.
    WRONG_STATUS = "wrong_status"
    CALL_OVER = "call_over"
    CALL_MISSED = "call_missed"
    CALL_RUNNING = "call_running"
    SECOND_PERSON_NEEDED = "second_person_needed"
    WINDOW_NOT_OPEN = "window_not_open"
    OUT_OF_TURN = "out_of_turn"
    NOBODY_TO_CALL = "nobody_to_call"
    NOTHING_TO_UNDO = "nothing_to_undo"
    UNDO_TOO_LATE = "undo_too_late"
    NOTHING_TO_APPROVE = "nothing_to_approve"
    PROPOSED_ALREADY = "proposed_already"
    NOTHING_TO_CONFIRM = "nothing_to_confirm"
    SAME_APPROVER = "same_approver"
    MOVES_EXHAUSTED = "moves_exhausted"
    MOVE_TOO_LATE = "move_too_late"
    # Time and place.  "Past" and "too far ahead" say more than "no such window", so they come first.
    WINDOW_PAST = "window_past"
    HORIZON_EXCEEDED = "horizon_exceeded"
    SAME_WINDOW = "same_window"
    WINDOW_UNKNOWN = "window_unknown"
    DAY_CLOSED = "day_closed"
    CLOSED_TODAY = "closed_today"
    # One active booking per vehicle, then scarce places.
    VIN_MISSING = "vin_missing"
    VEHICLE_BOOKED = "vehicle_booked"
    UNCONFIRMED_LIVE = "unconfirmed_live"
    CLASS_FULL = "class_full"
    SLOT_FULL = "slot_full"
    GARAGE_FULL = "garage_full"
    # Limits by the minute or the day.
    UNCONFIRMED_RATE = "unconfirmed_rate"
    ACCOUNTS_TOO_MANY = "accounts_too_many"

    @property
    def kind(self) -> Kind:
        """What an edge's status is chosen by."""
        return _KINDS.get(self, Kind.CONFLICT)

    @property
    def retryable(self) -> bool:
        """Whether the same command may succeed later, unchanged."""
        return self in _RETRYABLE


_KINDS: Mapping[Reason, Kind] = {
    Reason.UNCONFIRMED_RATE: Kind.TOO_OFTEN,
    Reason.ACCOUNTS_TOO_MANY: Kind.TOO_OFTEN,
    Reason.NOT_ALLOWED: Kind.FORBIDDEN,
    **dict.fromkeys(
        (
            Reason.CHECKPOINT_UNKNOWN,
            Reason.LINE_UNKNOWN,
            Reason.BOOKING_UNKNOWN,
            Reason.ACCOUNT_UNKNOWN,
            Reason.API_KEY_UNKNOWN,
        ),
        Kind.UNKNOWN,
    ),
    **dict.fromkeys(
        (
            Reason.KEY_REUSED,
            Reason.CLASS_UNKNOWN,
            Reason.PLATE_IMPOSSIBLE,
            Reason.VIN_IMPOSSIBLE,
            Reason.PHONE_IMPOSSIBLE,
            Reason.DRIVER_MISSING,
            Reason.DRIVERS_TOO_MANY,
            Reason.REASON_MISSING,
            Reason.TEXT_IMPOSSIBLE,
            Reason.CAPACITY_IMPOSSIBLE,
            Reason.LOGIN_IMPOSSIBLE,
            Reason.PASSWORD_WEAK,
            Reason.GRANT_IMPOSSIBLE,
            Reason.WINDOW_UNKNOWN,
            Reason.VIN_MISSING,
        ),
        Kind.IMPOSSIBLE,
    ),
}
_RETRYABLE = frozenset(
    {
        Reason.NUMBERS_WITHHELD,
        Reason.CALL_RUNNING,
        Reason.WINDOW_NOT_OPEN,
        Reason.NOBODY_TO_CALL,
        Reason.HORIZON_EXCEEDED,
        Reason.DAY_CLOSED,
        Reason.VEHICLE_BOOKED,
        Reason.UNCONFIRMED_LIVE,
        Reason.UNCONFIRMED_RATE,
        Reason.ACCOUNTS_TOO_MANY,
        Reason.CLASS_FULL,
        Reason.SLOT_FULL,
    }
)


@value(frozen=True, slots=True)
class Refused:
    """A rule's no, as a value with the facts that its sentence needs."""

    reason: Reason
    facts: Mapping[str, Fact] = field(default_factory=dict)
