"""A carrier's garage and fleet: stored vehicles and drivers, and trucks with bookings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from kezek.app.booking.ticket import Tickets, TicketView
from kezek.app.port import Reader
from kezek.domain.account.account import GarageDriver, GarageVehicle
from kezek.domain.account.garage import row_kept
from kezek.domain.booking.booking import Booking, Claim
from kezek.domain.booking.status import Status
from kezek.domain.kernel.instant import DAY, Instant, local_day
from kezek.domain.kernel.known import KnownFormats

# Two days after its beginning a local day is over in every zone; earlier ends are not of today.
_ENDED_FOR = 2 * DAY
_REPLACED = ("vin", "trailer", "phone")


@dataclass(frozen=True, slots=True)
class Parked:
    """A vehicle of the garage.  `own` is the carrier's live booking of it, None for none; `taken`
    says that somebody else holds a booking for its plate.
    """

    vehicle: GarageVehicle
    own: int | None
    taken: bool


def parked(reader: Reader, account: int, authorities: Iterable[str]) -> list[Parked]:
    """The vehicles, in the order of plates, each with the booking that claims it."""
    vehicles = sorted(reader.rows(GarageVehicle, account), key=lambda v: (v.plate, v.country))
    names = sorted(set(authorities))
    keys = [(a, "plate", f"{v.country} {v.plate}") for v in vehicles for a in names]
    claims = reader.many(Claim, keys)
    held = reader.many(Booking, [claim.number for claim in claims.values()])
    found: list[Parked] = []
    for v in vehicles:
        mine: int | None = None
        taken = False
        for a in names:
            claim = claims.get((a, "plate", f"{v.country} {v.plate}"))
            booking = held.get(claim.number) if claim else None
            if booking is not None and booking.holder == account:
                mine = booking.number
            elif booking is not None:
                taken = True
        found.append(Parked(v, mine, taken))
    return found


@dataclass(frozen=True, slots=True)
class GarageDoubts:
    """Values that a stored row has replaced and that may have been right, by field: before and after.

    `same_vin` is the plate of another vehicle of the garage with the same VIN, empty for none.
    """

    replaced: Mapping[str, tuple[str, str]]
    same_vin: str


def garage_doubts(
    typed: GarageVehicle | GarageDriver,
    known: Sequence[GarageVehicle | GarageDriver],
    formats: KnownFormats,
) -> GarageDoubts:
    """The doubts about a row that was kept, among the rows before it."""
    row = row_kept(typed, formats)
    former = next((other for other in known if other.key == row.key), None)
    pairs = {name: (getattr(former, name, ""), getattr(row, name, "")) for name in _REPLACED}
    replaced = {name: pair for name, pair in pairs.items() if former and pair[0] != pair[1]}
    if not isinstance(row, GarageVehicle) or not row.vin:
        return GarageDoubts(replaced, "")
    others = (v for v in known if isinstance(v, GarageVehicle) and v.key != row.key)
    return GarageDoubts(replaced, next((v.plate for v in others if v.vin == row.vin), ""))


def drivers(reader: Reader, account: int) -> list[GarageDriver]:
    """The drivers, in the order of names."""
    return sorted(reader.rows(GarageDriver, account), key=lambda d: d.name)


@dataclass(frozen=True, slots=True)
class Fleet:
    """A carrier's trucks: of today (crossed ones too), and of the days to come, by window."""

    today: tuple[TicketView, ...]
    coming: tuple[TicketView, ...]


_PRESENT = (Status.CALLED, Status.ADMITTED, Status.ARRIVED)
_NEEDS = (Status.CALLED, Status.DISPLACED, Status.LATE)


def fleet(reader: Reader, tickets: Tickets, account: int, now: Instant) -> Fleet:
    """Every booking of the account that is live, and those that ended today."""
    today: list[TicketView] = []
    coming: list[TicketView] = []
    for view in tickets.views(reader.held_since(account, now - _ENDED_FOR), now):
        zone = view.post.line.zone
        on, start = local_day(now, zone), view.booking.start
        if view.live:
            later = start is not None and local_day(start, zone) > on
            (coming if later and view.status not in _PRESENT else today).append(view)
        elif view.booking.ended_at is not None and local_day(view.booking.ended_at, zone) == on:
            today.append(view)
    return Fleet(
        tuple(sorted(today, key=_urgency)),
        tuple(sorted(coming, key=lambda v: (v.booking.start or 0, v.booking.number))),
    )


def lines_of(reader: Reader, account: int, now: Instant) -> frozenset[str]:
    """The lines in which the account has trucks, or had some today."""
    numbers = reader.held_since(account, now - _ENDED_FOR)
    return frozenset(booking.line for booking in reader.many(Booking, numbers).values())


def _urgency(view: TicketView) -> tuple[int, int, int]:
    """The sort key of a truck: called, needing attention, by hour, and ended ones last."""
    if view.status in _NEEDS:
        rank = _NEEDS.index(view.status)
    else:
        rank = len(_NEEDS) if view.live else len(_NEEDS) + 1
    return rank, view.booking.start or view.booking.confirmed_at, view.booking.number


def row_id(row: GarageVehicle | GarageDriver) -> str:
    """An id for a row that fits into forms and addresses, whatever letters its plate has."""
    return blake2b(repr(row.key).encode(), digest_size=8).hexdigest()
