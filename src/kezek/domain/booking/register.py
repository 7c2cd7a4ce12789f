"""The commands of a booking, each with its decider and the rows that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kezek.domain.account.account import Account
from kezek.domain.account.actor import TIMER
from kezek.domain.booking.book import Book, Vehicle, decide_book
from kezek.domain.booking.booking import CODE_SHIFT, Booking, Claim, Particulars, claim_keys
from kezek.domain.booking.change import (
    AddDriver,
    Cancel,
    Move,
    decide_add_driver,
    decide_cancel,
    decide_move,
)
from kezek.domain.booking.claim import holder
from kezek.domain.booking.lapse import GiveBack, Lapse, decide_give_back, decide_lapse
from kezek.domain.booking.release import Release, decide_release
from kezek.domain.checkpoint.checkpoint import Checkpoint, Line
from kezek.domain.kernel.facts import Counter, Facts, Ref
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.known import PlateFormats
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.rule import CommandRule, DueRow
from kezek.domain.slot.place import Return, day_of
from kezek.domain.slot.slot import Day, Slot
from kezek.domain.vehicle import vin as vins
from kezek.domain.vehicle.reading import read
from kezek.domain.vehicle.vehicle import country_of

# The end of every calendar; rules refuse later instants before they read rows.
_LATEST: Instant = 2**47
_LENGTH_MAX = 64
# The counters that give a new booking its number and its code.
NUMBERS: tuple[Ref, ...] = ((Counter, "booking"), (Counter, CODE_SHIFT))


def of_number(command: Any) -> tuple[Ref, ...]:
    """The rows of the booking that a command names."""
    return ((Booking, command.number), (Particulars, command.number))


def only_booking(command: Any, _: Facts) -> tuple[Ref, ...]:
    """The booking that a command names."""
    return ((Booking, command.number),)


def of_booking(command: Any, facts: Facts, _: Regulations) -> list[Ref]:
    """The rows that the named booking refers to: holder, claims, place and checkpoint."""
    booking = facts.get(Booking, command.number)
    if booking is None:
        return []
    refs: list[Ref] = [(Account, booking.holder)] if booking.holder else []
    line, who = facts.get(Line, booking.line), facts.get(Particulars, booking.number)
    if line is None:
        return refs
    if who is not None:
        refs += [(Claim, key) for key in claim_keys(line.authority, who)]
    if booking.start is not None:
        refs += _place(line, booking.start)
    refs.append((Checkpoint, line.checkpoint))
    return refs


def vehicle_claims(authority: str, vehicle: Vehicle, formats: PlateFormats) -> list[Ref]:
    """The claims of a vehicle as typed; an impossible plate has none, because its rule refuses it."""
    country, plate, vin = country_of(vehicle.country), vehicle.plate, vehicle.vin
    if len(plate) > _LENGTH_MAX or len(vin) > _LENGTH_MAX:
        return []
    read_as = read(country, plate, formats).plate
    refs: list[Ref] = [(Claim, (authority, "plate", f"{country} {read_as}"))]
    if vin:
        refs.append((Claim, (authority, "vin", vins.normalise(vin))))
    return refs


def _window(command: Book) -> tuple[Ref, ...]:
    return ((Line, command.line), (Slot, (command.line, command.start)), *NUMBERS)


def _claims_and_day(command: Book, facts: Facts, rules: Regulations) -> list[Ref]:
    line = facts.get(Line, command.line)
    if line is None:
        return []
    claims = vehicle_claims(line.authority, command.vehicle, rules.known.plates)
    return [*claims, *_day(line, command.start)]


def _both_windows(command: Move, facts: Facts, rules: Regulations) -> list[Ref]:
    refs = of_booking(command, facts, rules)
    booking = facts.get(Booking, command.number)
    line = facts.get(Line, booking.line) if booking else None
    if line is not None:
        refs += [*_place(line, command.start), (Return, (command.number, command.start))]
    return refs


def _returned(command: GiveBack) -> tuple[Ref, ...]:
    return ((Return, (command.number, command.start)),)


def _returned_place(command: GiveBack, facts: Facts, _: Regulations) -> list[Ref]:
    back = facts.get(Return, (command.number, command.start))
    line = None if back is None else facts.get(Line, back.line)
    return _place(line, back.start) if back and line else []


def _place(line: Line, start: Instant) -> list[Ref]:
    return [(Slot, (line.id, start)), *_day(line, start)]


def _day(line: Line, start: Instant) -> Iterable[Ref]:
    return ((Day, day_of(line, start)),) if 0 <= start < _LATEST else ()


RULES: Mapping[type[Any], CommandRule] = {
    Book: CommandRule(decide_book, _window, _claims_and_day, held_by=holder, numbering=True),
    Move: CommandRule(decide_move, of_number, _both_windows, settles=only_booking),
    Cancel: CommandRule(decide_cancel, of_number, of_booking, settles=only_booking),
    AddDriver: CommandRule(decide_add_driver, of_number, of_booking, settles=only_booking),
    Release: CommandRule(decide_release, of_number, of_booking, settles=only_booking),
    # Not settled first: the rule itself judges what time has changed.
    Lapse: CommandRule(decide_lapse, of_number, of_booking),
    GiveBack: CommandRule(decide_give_back, _returned, _returned_place),
}
DUE = (
    DueRow(Booking, lambda number: Lapse("", TIMER, number)),
    DueRow(Return, lambda key: GiveBack("", TIMER, *key)),
)
