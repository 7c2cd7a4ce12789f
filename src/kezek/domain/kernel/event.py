"""Events: one or more per accepted decision, with ids only and never personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.value import value


class EventKind(StrEnum):
    """Past participles: each one is documented in docs/reference/events.md."""

    CONFIRMED = "confirmed"
    WALKED_IN = "walked_in"
    MOVED = "moved"
    CANCELLED = "cancelled"
    DRIVER_ADDED = "driver_added"
    ARRIVED = "arrived"
    CALLED = "called"
    CALLED_OUT_OF_TURN = "called_out_of_turn"
    ACKNOWLEDGED = "acknowledged"
    MISSED = "missed"
    ADMITTED = "admitted"
    CROSSED = "crossed"
    TURNED_BACK = "turned_back"
    NOT_SHOWN = "not_shown"
    DISPLACED = "displaced"
    RELEASED = "released"
    PLACE_RETURNED = "place_returned"
    UNDONE = "undone"
    EXCEPTION_APPROVED = "exception_approved"
    EXCEPTION_REFUSED = "exception_refused"
    PROPOSED = "proposed"
    PROPOSAL_REFUSED = "proposal_refused"
    SET_ASIDE = "set_aside"
    CAPACITY_SET = "capacity_set"
    DAY_CLOSED = "day_closed"
    DAY_OPENED = "day_opened"
    LINE_OPENED = "line_opened"
    CALENDAR_EXTENDED = "calendar_extended"
    NETWORK_LOADED = "network_loaded"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_CLOSED = "account_closed"
    PASSWORD_SET = "password_set"  # noqa: S105 - a kind of event, not a secret
    GRANTED = "granted"
    GRANT_WITHDRAWN = "grant_withdrawn"
    API_KEY_ISSUED = "api_key_issued"
    API_KEY_REVOKED = "api_key_revoked"
    CARRIER_CONFIRMED = "carrier_confirmed"
    GARAGE_CHANGED = "garage_changed"
    LOG_CONTINUED = "log_continued"


@value(frozen=True, slots=True)
class Event:
    """A decided event, before the desk assigns its position in the log.

    `line` is empty and `number` 0 when the event concerns none.
    """

    kind: EventKind
    line: str = ""
    number: int = 0
    body: Mapping[str, str | int | None] = field(default_factory=dict)


@value(frozen=True, slots=True)
class Logged:
    """An event in the log.  Positions are dense and in commit order."""

    position: int
    at: Instant
    real: Instant
    kind: str
    actor: str
    line: str
    number: int
    body: str

    @property
    def key(self) -> int:
        return self.position
