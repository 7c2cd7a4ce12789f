"""Vehicles: one active booking each, by plate and by VIN, at every position of the log."""

from __future__ import annotations

from collections.abc import Iterator

from tests.rig.check.answers import spelled
from tests.rig.check.bookings import OVER, Retold
from tests.rig.check.run import Run


def booked_once(run: Run) -> Iterator[str]:
    """No plate and no VIN had two live bookings at a time; claims are exactly those of the living."""
    marks = {row["number"]: _marks(row) for row in run.after["particulars"]}
    told = Retold()
    live: dict[tuple[str, str], set[int]] = {}
    for event in run.events:
        told.hear(event)
        booking = told.bookings.get(event.number)
        for mark in marks.get(event.number, ()) if booking else ():
            holders = live.setdefault(mark, set())
            before = len(holders)
            (holders.discard if booking.stands == OVER else holders.add)(event.number)
            if len(holders) > max(1, before):
                yield f"position {event.position}: {mark} is booked by {sorted(holders)}"
    wanted = {(*mark, number) for mark, holders in live.items() for number in holders}
    there = {(row["kind"], row["value"], row["number"]) for row in run.after["claim"]}
    for kind, value, number in sorted(wanted - there):
        yield f"booking {number} lives and does not claim its {kind} {value}"
    for kind, value, number in sorted(there - wanted):
        yield f"{kind} {value} is claimed by booking {number}, which is over or another's"


def _marks(row: dict) -> list[tuple[str, str]]:
    """By what a vehicle is known; all lines here are of one authority."""
    found = [("plate", f"{row['country']} {spelled(row['plate'])}")]
    return [*found, ("vin", row["vin"])] if row["vin"] else found
