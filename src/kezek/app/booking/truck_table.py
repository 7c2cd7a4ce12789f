"""A carrier's trucks and its tables: trucks are stored from one table and fill the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from kezek.app.booking.bulk import COLUMNS, ClearRow, Unclear
from kezek.app.booking.bulk_answer import RowAnswer
from kezek.app.booking.garage import row_id
from kezek.app.booking.ticket import Tickets, TicketView
from kezek.app.desk.batch import Done
from kezek.app.desk.desk import Desk
from kezek.app.port import POSITION_MAX, Fault, Reader
from kezek.app.table.spreadsheet import csv_text
from kezek.domain.account.account import GarageVehicle
from kezek.domain.account.actor import Actor
from kezek.domain.account.garage import KeepInGarage, row_kept
from kezek.domain.booking.book import Vehicle
from kezek.domain.kernel.instant import Instant, to_datetime
from kezek.domain.kernel.known import KnownFormats
from kezek.domain.kernel.refusal import Reason, Refused

# A truck's last booking is looked for among this many of the account's newest bookings.
BOOKINGS_LOOKED_AT = 2_000
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class KeptTrucks:
    """The result of storing trucks in the garage: how many were stored, and the plates that were not.

    `full` were refused because the garage is full, `failed` for another reason.
    """

    count: int
    full: Sequence[str]
    failed: Sequence[str]


async def kept_trucks(
    desk: Desk,
    reader: Reader,
    known: KnownFormats,
    actor: Actor,
    key: str,
    rows: Sequence[ClearRow | Unclear],
    answers: Sequence[RowAnswer],
) -> KeptTrucks:
    """Store the booked trucks of a table in the garage of its account; `key` is the table's."""
    booked = {a.line for a in answers if a.ok}
    trucks = [r.vehicle for r in rows if isinstance(r, ClearRow) and r.line in booked]
    kept = to_keep(reader, actor.account, trucks, known)
    commands = [KeepInGarage(f"{key}.{row_id(row)}", actor, row) for row in kept]
    found = await asyncio.gather(*map(desk.submit, commands), return_exceptions=True)
    full, failed = list[str](), list[str]()
    for row, one in zip(kept, found, strict=True):
        if isinstance(one, Refused) and one.reason is Reason.GARAGE_FULL:
            full.append(row.plate)
        elif isinstance(one, (Refused, Fault)):
            failed.append(row.plate)
        elif isinstance(one, BaseException):
            raise one
    return KeptTrucks(sum(isinstance(one, Done) for one in found), full, failed)


def to_keep(
    reader: Reader, account: int, trucks: Iterable[Vehicle], known: KnownFormats
) -> list[GarageVehicle]:
    """The rows to store for trucks that the account's garage lacks or has otherwise.

    An empty VIN or trailer of the table erases nothing in the garage.
    """
    own = {row.key: row for row in reader.rows(GarageVehicle, account)}
    rows: dict[tuple[int, str, str], GarageVehicle] = {}
    for truck in trucks:
        asked = GarageVehicle(account, truck.plate, truck.country, truck.vin, truck.trailer, "")
        row = row_kept(asked, known)
        assert isinstance(row, GarageVehicle), "a truck is kept as a truck"
        had = own.get(row.key)
        if had is not None:
            row = replace(had, vin=row.vin or had.vin, trailer=row.trailer or had.trailer)
        if row != had:
            rows[row.key] = row
    return list(rows.values())


def next_rows(reader: Reader, tickets: Tickets, account: int, now: Instant) -> list[dict[str, str]]:
    """A row for each of the account's vehicles, by plate: its last booking, on that weekday from
    tomorrow on; without one post, day and hour are empty.
    """
    numbers = reader.held_by(account, POSITION_MAX, BOOKINGS_LOOKED_AT)
    last: dict[tuple[str, str], TicketView] = {}
    for view in tickets.views(numbers, now):
        who = view.particulars
        if who is not None and view.booking.start is not None:
            key = (who.country, who.plate)
            if key not in last or last[key].booking.number < view.booking.number:
                last[key] = view
    vehicles = sorted(reader.rows(GarageVehicle, account), key=lambda v: (v.plate, v.country))
    return [_row(v, last.get((v.country, v.plate)), now) for v in vehicles]


def _row(vehicle: GarageVehicle, view: TicketView | None, now: Instant) -> dict[str, str]:
    cells = {
        "country": vehicle.country,
        "plate": vehicle.plate,
        "vin": vehicle.vin,
        "trailer": vehicle.trailer,
    }
    if view is None or view.booking.start is None or view.post.line is None:
        return cells
    zone, who = view.post.line.zone, view.particulars
    start, today = to_datetime(view.booking.start, zone), to_datetime(now, zone).date()
    weeks = max(1, (today - start.date()).days // 7 + 1)
    day = start.date() + weeks * _WEEK
    return cells | {
        "checkpoint": view.post.checkpoint.id,
        "day": day.isoformat(),
        "hour": f"{start:%H:%M}",
        "driver": view.drivers[0] if view.drivers else "",
        "phone": who.phone if who else "",
        "class": str(view.booking.vehicle_class),
    }


def table_csv(rows: Sequence[dict[str, str]], titles: Sequence[str], separator: str) -> str:
    """The table that `read_sheet` reads; `titles` name its columns in the first line."""
    cells = ([row.get(column, "") for column in COLUMNS] for row in rows)
    return csv_text((titles, *cells), separator)
