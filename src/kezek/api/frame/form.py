"""The texts, numbers and instants of requests and answers, each with its bounds."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from kezek.domain.booking.book import Vehicle as TypedVehicle
from kezek.domain.calendar.capacity import REASON_LENGTH_MAX
from kezek.domain.kernel.instant import HOUR, SECOND, Instant, from_datetime
from kezek.domain.vehicle.vehicle import NAME_LENGTH_MAX

# Control characters belong in no name and no plate, and not every database can store them.
_PLAIN = r"^[^\x00-\x1f\x7f]*$"
ID_PATTERN = r"^[a-z0-9_]+$"
# A checkpoint, or one of its lines.
PLACE_PATTERN = r"^[a-z0-9_.]+$"

ID_LENGTH_MAX = 64
PLACE_LENGTH_MAX = 96
NUMBER_MAX = 10**12
# Whatever lies further off is past, or too far ahead, wherever it lies exactly.
_FIRST, _LAST = (from_datetime(datetime(year, 1, 1, tzinfo=UTC)) for year in (2000, 2100))

CheckpointId: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=PLACE_LENGTH_MAX,
        pattern=PLACE_PATTERN,
        description="Id of a checkpoint, which means its usual line, or of one of its lines",
    ),
]
BookingNumber: TypeAlias = Annotated[int, Meta(ge=1, le=NUMBER_MAX)]
Word: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40, pattern=ID_PATTERN)]
Country: TypeAlias = Annotated[
    str,
    Meta(min_length=2, max_length=2, pattern=r"^[A-Za-z]{2}$", description="ISO 3166-1 alpha-2"),
]
Plate: TypeAlias = Annotated[str, Meta(min_length=1, max_length=32, pattern=_PLAIN)]
ShortText: TypeAlias = Annotated[str, Meta(max_length=32, pattern=_PLAIN)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX, pattern=_PLAIN)]
ReasonText: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=REASON_LENGTH_MAX, pattern=_PLAIN)
]
Cursor: TypeAlias = Annotated[str, Meta(max_length=64, pattern=r"^[a-z0-9_]*$")]
Limit: TypeAlias = Annotated[int, Meta(ge=1, le=100)]
Window: TypeAlias = Annotated[
    datetime,
    Meta(tz=True, description="RFC 3339, with a time zone; windows start on the hour, UTC"),
]
Stamp: TypeAlias = Annotated[datetime, Meta(tz=True, description="RFC 3339, with a time zone")]
Moment: TypeAlias = Annotated[
    str, Meta(description="RFC 3339, UTC", extra_json_schema={"format": "date-time"})
]
Seconds: TypeAlias = Annotated[int, Meta(description="a span in seconds")]
Day: TypeAlias = Annotated[
    str, Meta(description="a local day of the checkpoint", extra_json_schema={"format": "date"})
]


class VehicleRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The truck and its people, as typed: spaces, hyphens and look-alike letters are forgiven."""

    country: Country
    plate: Plate
    vin: ShortText = ""
    trailer: ShortText = ""
    phone: ShortText = ""
    drivers: Annotated[tuple[Name, ...], Meta(max_length=10)] = ()

    def typed(self) -> TypedVehicle:
        """The same for the rules."""
        return TypedVehicle(
            self.country, self.plate, self.vin, self.trailer, self.phone, self.drivers
        )


class FeeResponse(msgspec.Struct, frozen=True):
    """Money: an amount in minor units (tiyn, tyiyn, cent) of an ISO 4217 currency."""

    minor: int
    currency: str


def instant(when: datetime) -> Instant:
    """The instant of a date and time, brought within a century that calendars can count in."""
    return min(max(from_datetime(when), _FIRST), _LAST)


def utc(at: Instant) -> str:
    """RFC 3339 in UTC, to the second."""
    return _utc_hour(at) if at % HOUR == 0 else _utc(at)


def utc_or_none(at: Instant | None) -> str | None:
    """RFC 3339 in UTC; what has not happened stays null."""
    return None if at is None else utc(at)


def _utc(at: Instant) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# Windows are asked for again and again; other instants hardly ever twice.
_utc_hour = lru_cache(maxsize=4_096)(_utc)
