"""Which rows a command will ask for, as far as that can be told before it is decided.

Only a forecast: what it leaves out is read when a rule asks, and what it names in vain is never looked
at.  So it may be wrong without any decision being wrong, and a store that reads cheaply leaves it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from kezek.app.port import Ref
from kezek.domain.account.account import Account
from kezek.domain.booking.book import Book, Vehicle
from kezek.domain.booking.booking import CODE_SHIFT, Booking, Claim, Particulars, claim_keys
from kezek.domain.booking.change import Move
from kezek.domain.booking.lapse import GiveBack
from kezek.domain.calendar.capacity import CloseDay, OpenDay, SetCapacity
from kezek.domain.checkpoint.checkpoint import Checkpoint, Line
from kezek.domain.decide import Command
from kezek.domain.kernel.facts import Counter, Facts
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.known import PlateFormats
from kezek.domain.slot.place import Return, day_of
from kezek.domain.slot.slot import Day, Slot
from kezek.domain.turn.arrive import WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.vehicle import vin as vins
from kezek.domain.vehicle.reading import read
from kezek.domain.vehicle.vehicle import country_of

# No calendar of ours reaches further; a rule refuses what lies beyond before it asks for rows.
_LATEST: Instant = 2**47
_LENGTH_MAX = 64


def named(commands: Iterable[Command]) -> list[Ref]:
    """What the commands name by themselves."""
    return [ref for command in commands for ref in touches(command)]


def touches(command: Command) -> list[Ref]:
    """The rows that one command names."""
    of = _TOUCHES.get(type(command), _numbered)
    return list(of(command))


def named_next(commands: Iterable[Command], facts: Facts, formats: PlateFormats) -> list[Ref]:
    """What those rows name in turn: the place of a booking, the claims of a vehicle."""
    return [ref for command in commands for ref in _next(command, facts, formats)]


def _numbered(command: Any) -> Iterator[Ref]:
    number = getattr(command, "number", 0)
    if number:
        yield Booking, number
        yield Particulars, number
    line, account = getattr(command, "line", ""), getattr(command, "account", 0)
    if isinstance(line, str) and line:
        yield Line, line
    if account:
        yield Account, account


def _book(command: Book) -> Iterator[Ref]:
    yield Line, command.line
    yield Slot, (command.line, command.start)
    yield Counter, "booking"
    yield Counter, CODE_SHIFT


def _walk_in(command: WalkIn) -> Iterator[Ref]:
    yield Line, command.line
    yield Counter, "booking"
    yield Counter, CODE_SHIFT


def _give_back(command: GiveBack) -> Iterator[Ref]:
    yield Return, (command.number, command.start)


def _calendar(command: SetCapacity | CloseDay | OpenDay) -> Iterator[Ref]:
    yield Line, command.line
    yield Day, (command.line, command.on)


_TOUCHES: Mapping[type[Any], Callable[[Any], Iterator[Ref]]] = {
    Book: _book,
    WalkIn: _walk_in,
    GiveBack: _give_back,
    SetCapacity: _calendar,
    CloseDay: _calendar,
    OpenDay: _calendar,
}


def _next(command: Any, facts: Facts, formats: PlateFormats) -> Sequence[Ref]:
    if isinstance(command, Book | WalkIn):
        line = facts.get(Line, command.line)
        if line is None:
            return ()
        claims = _claims(line.authority, command.vehicle, formats)
        if isinstance(command, Book):
            return [*claims, *_day(line, command.start)]
        return [*claims, *((Booking, number) for number in facts.present(line.id))]
    if isinstance(command, GiveBack):
        back = facts.get(Return, (command.number, command.start))
        return [] if back is None else _place(facts.get(Line, back.line), back.start)
    refs: list[Ref] = []
    number = getattr(command, "number", 0)
    booking = facts.get(Booking, number) if number else None
    if booking is not None:
        refs += _of_booking(command, booking, facts)
    if isinstance(command, Call):
        refs += [(Booking, number) for number in facts.present(command.line)]
    return refs


def _of_booking(command: Any, booking: Booking, facts: Facts) -> list[Ref]:
    refs: list[Ref] = [(Account, booking.holder)] if booking.holder else []
    line, who = facts.get(Line, booking.line), facts.get(Particulars, booking.number)
    if line is None:
        return refs
    if who is not None:
        refs += [(Claim, key) for key in claim_keys(line.authority, who)]
    if booking.start is not None:
        refs += _place(line, booking.start)
    if isinstance(command, Move):
        refs += [*_place(line, command.start), (Return, (booking.number, command.start))]
    refs.append((Checkpoint, line.checkpoint))
    return refs


def _place(line: Line | None, start: Instant) -> list[Ref]:
    return [(Slot, (line.id, start)), *_day(line, start)] if line else []


def _day(line: Line, start: Instant) -> list[Ref]:
    return [(Day, day_of(line, start))] if 0 <= start < _LATEST else []


def _claims(authority: str, vehicle: Vehicle, formats: PlateFormats) -> list[Ref]:
    """The claims of a vehicle as typed; what no plate can be is refused before anybody looks."""
    country, plate, vin = country_of(vehicle.country), vehicle.plate, vehicle.vin
    if len(plate) > _LENGTH_MAX or len(vin) > _LENGTH_MAX:
        return []
    read_as = read(country, plate, formats).plate
    refs: list[Ref] = [(Claim, (authority, "plate", f"{country} {read_as}"))]
    if vin:
        refs.append((Claim, (authority, "vin", vins.normalise(vin))))
    return refs
