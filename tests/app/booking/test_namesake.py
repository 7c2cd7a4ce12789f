"""Live bookings of the release before that look like one truck keep their places and are listed."""

from __future__ import annotations

from dataclasses import replace

from kezek.app.booking.namesake import namesakes
from kezek.app.vehicle.plate_note import PlateNote, note_of
from kezek.domain.account.actor import Actor
from kezek.domain.booking.booking import Claim, Particulars
from kezek.domain.booking.change import Cancel
from tests.world import PEOPLE, World


def recorded(w: World, number: int, plate: str) -> None:
    """As the release before would have kept it: the plate as typed, and claimed so."""
    with w.store.unit() as unit:
        who = replace(unit.get(Particulars, number), plate=plate, vin="")
        line = w.line(w.booking(number).line)
        old, new = (f"KZ {p}" for p in (w.store.reader.get(Particulars, number).plate, plate))
        claim = Claim(line.authority, "plate", new, number)
        rows = {
            (Particulars, number): who,
            (Claim, (line.authority, "plate", old)): None,
            (Claim, claim.key): claim,
        }
        unit.save(rows, [], [])


def test_two_spellings_of_one_truck_are_listed_until_one_of_them_ends():
    w = World()
    one = w.book(1, plate="701AAA02", vin="")
    other = w.book(2, plate="702AAA02", vin="")
    third = w.book(3, plate="703AAA02", vin="")
    recorded(w, other, "KZ701AAA02")
    with w.store.snapshot() as snapshot:
        assert namesakes(snapshot, w.rules.known) == [(one, other)]
    notes = [
        note_of(w.store.reader.get(Particulars, n), w.rules.known) for n in (one, other, third)
    ]
    assert notes == [PlateNote.PLAIN, PlateNote.ANOTHER, PlateNote.PLAIN]
    carrier: Actor = PEOPLE["carrier"]
    w.done(Cancel(w.key(), carrier, other))
    with w.store.snapshot() as snapshot:
        assert namesakes(snapshot, w.rules.known) == []
