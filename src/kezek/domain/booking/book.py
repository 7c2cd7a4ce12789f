"""Booking a window: the most contested decision of the product."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from kezek.domain.account.account import Account
from kezek.domain.account.actor import STAFF, Actor, Role
from kezek.domain.booking.booking import (
    CODE_SHIFT,
    Booking,
    Claim,
    Driver,
    Particulars,
    shift_of,
    shifted,
)
from kezek.domain.booking.claim import claims_of
from kezek.domain.booking.status import no_show_at
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Counter, Facts, Row
from kezek.domain.kernel.instant import Instant, Moment, from_datetime, local_day, windows
from kezek.domain.kernel.known import KnownFormats
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.kernel.text import cleaned
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulation import ClassRule, Regulation
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.slot.place import bookable, find, returns_of, take, take_protected
from kezek.domain.vehicle import phone as phones
from kezek.domain.vehicle.vehicle import country_of, people_faults, spelled, vehicle_faults

# Particulars are stored for a month after the window or the end of the booking, for complaints.
KEPT_DAYS = 30
# The last instant with a local day: `datetime` cannot name later ones.
_LATEST = from_datetime(datetime(9000, 1, 1, tzinfo=UTC))


@value(frozen=True, slots=True)
class Vehicle:
    """The truck and the people in it, as typed."""

    country: str
    plate: str
    vin: str = ""
    trailer: str = ""
    phone: str = ""
    drivers: tuple[str, ...] = ()


@value(frozen=True, slots=True)
class Book:
    """Book one place in a window of a line.

    `protected` takes a place known to be taken already (an imported board), never a free one.
    """

    key: str
    actor: Actor
    line: str
    start: Instant
    vehicle_class: str
    vehicle: Vehicle
    protected: bool = False


def decide_book(facts: Facts, command: Book, rules: Regulations, now: Moment) -> Decision:
    """A confirmed booking, or the first reason against it."""
    here = facts.get(Line, command.line)
    if here and command.protected and not _may_take_protected(command.actor, here):
        return Refused(Reason.NOT_ALLOWED, {"line": here.id})
    found = line_for(
        facts, command.line, command.vehicle_class, rules, now.at, window=command.start
    )
    if isinstance(found, Refused):
        return found
    line, regulation, rule = found
    if not _on_sale(command.actor, line, rule):
        return Refused(Reason.NOT_ALLOWED, {"class": rule.name})
    who = particulars(command.vehicle, line, command.start, rules.known)
    if isinstance(who, Refused):
        return who
    refused = crowded(command.vehicle, regulation) or bookable(
        line, regulation, command.start, now.at
    )
    if refused:
        return refused
    places = find(facts, line, command.start)
    if isinstance(places, Refused):
        return places
    claims = claims_of(facts, command.actor, line, who, rules.known.plates)
    if isinstance(claims, Refused):
        return claims
    refused = many_unconfirmed(facts, command.actor, line)
    if refused:
        return refused
    if command.protected:
        day = windows(date.fromisoformat(places[1].on), line.zone, regulation.window)
        pending = returns_of(facts, line.id, day[0], day[-1] + 1)
        taken = take_protected(*places, rule, pending, regulation)
    else:
        taken = take(*places, rule)
    if isinstance(taken, Refused):
        return taken
    booking = confirmed(facts, command.actor, line, regulation, rule, command.start, now.at)
    rows = named(booking.number, who, claims, command.vehicle.drivers)
    return Accepted(
        events=(
            Event(
                EventKind.CONFIRMED,
                line.id,
                booking.number,
                {"class": rule.name, "start": command.start, "holder": booking.holder},
            ),
        ),
        puts=(*counters(facts, booking), booking, *rows, *taken),
        outcome=outcome_of(booking),
    )


def line_for(
    facts: Facts,
    line_id: str,
    vehicle_class: str,
    rules: Regulations,
    now: Instant,
    *,
    window: Instant | None = None,
) -> tuple[Line, Regulation, ClassRule] | Refused:
    """The line, its regulation for a booking made now and a window, and the rule of the class."""
    line = facts.get(Line, line_id)
    if line is None:
        return Refused(Reason.LINE_UNKNOWN, {"line": line_id})
    regulation = rules.at(line, now, window=window)
    # The class is looked up as text, so an unknown class and a class of another law get one refusal.
    rule = regulation.classes.get(vehicle_class)
    if rule is None:
        return Refused(Reason.CLASS_UNKNOWN, {"class": vehicle_class, "regulation": regulation.id})
    return line, regulation, rule


def _may_take_protected(actor: Actor, line: Line) -> bool:
    return actor.may((Role.AGENCY, Role.DEMONSTRATOR), line.checkpoint, line.authority)


def _on_sale(actor: Actor, line: Line, rule: ClassRule) -> bool:
    """Whether this actor may book the class."""
    # A class without a pool has no windows: trucks join it, and nobody books it.
    if rule.pool is None:
        return False
    staff = (*STAFF, Role.DEMONSTRATOR)
    return not rule.staff_only or actor.may(staff, line.checkpoint, line.authority)


def faults(vehicle: Vehicle, known: KnownFormats) -> Iterator[Refused]:
    """Every fault of a vehicle and its people; the first one is the answer to a command."""
    yield from vehicle_faults(
        country=vehicle.country, plate=vehicle.plate, vin=vehicle.vin, trailer=vehicle.trailer
    )
    country = country_of(vehicle.country)
    yield from people_faults(
        phone=vehicle.phone, drivers=vehicle.drivers, plan=known.phone, country=country
    )


def particulars(
    vehicle: Vehicle, line: Line, start: Instant, known: KnownFormats
) -> Particulars | Refused:
    """The vehicle in normal form with its plate as read, or its first fault."""
    refused = next(faults(vehicle, known), None)
    if refused:
        return refused
    normal = spelled(
        country=vehicle.country,
        plate=vehicle.plate,
        vin=vehicle.vin,
        trailer=vehicle.trailer,
        known=known,
    )
    return Particulars(
        number=0,
        country=normal.country,
        plate=normal.reading.plate,
        vin=normal.vin,
        trailer=normal.trailer,
        phone=phones.normalise(vehicle.phone, known.phone, normal.country),
        purpose="crossing",
        erase_on=erased_on(line, start),
        typed=normal.reading.typed if normal.reading.anew else "",
    )


def many_unconfirmed(facts: Facts, actor: Actor, line: Line) -> Refused | None:
    """The refusal of an unconfirmed carrier that holds its most live bookings; None for others."""
    most = actor.unconfirmed_max
    if most is None or actor.may(STAFF, line.checkpoint, line.authority):
        return None
    account = facts.get(Account, actor.account)
    if account is None or account.confirmed_at is not None:
        return None
    stored = (facts.get(Booking, number) for number in facts.held_live(actor.account))
    made = facts.touched(Booking)
    held = {b.number for b in (*stored, *made) if b is not None and _held_by(b, actor.account)}
    return Refused(Reason.UNCONFIRMED_LIVE, {"most": most}) if len(held) >= most else None


def _held_by(booking: Booking, account: int) -> bool:
    return booking.holder == account and booking.ended_at is None


def crowded(vehicle: Vehicle, regulation: Regulation) -> Refused | None:
    """The refusal of more drivers than the regulation allows; None within its limit."""
    if len(vehicle.drivers) > regulation.drivers_max:
        return Refused(Reason.DRIVERS_TOO_MANY, {"most": regulation.drivers_max})
    return None


def erased_on(line: Line, over: Instant) -> str:
    """The local day after which the personal data of a booking that ends at `over` is erased."""
    within = max(0, min(over, _LATEST))
    return _days_later(local_day(within, line.zone), KEPT_DAYS)


@lru_cache(maxsize=1_024)
def _days_later(on: date, days: int) -> str:
    return (on + timedelta(days=days)).isoformat()


def confirmed(
    facts: Facts,
    actor: Actor,
    line: Line,
    regulation: Regulation,
    rule: ClassRule,
    start: Instant | None,
    now: Instant,
) -> Booking:
    """A new booking under the next number."""
    last, shift = facts.get(Counter, "booking"), facts.get(Counter, CODE_SHIFT)
    fee = regulation.fee(rule.name)
    number = 1 if last is None else last.last + 1
    # Positional and complete: building the row twice through replace() costs as much as deciding.
    look = None if start is None else no_show_at(start, regulation)
    simulated = actor.may((Role.DEMONSTRATOR,), line.checkpoint, line.authority)
    return Booking(
        number=number,
        line=line.id,
        vehicle_class=rule.name,
        start=start,
        holder=actor.account,
        simulated=simulated,
        fee_minor=fee.minor,
        currency=fee.currency,
        confirmed_at=now,
        look_at=look,
        salt=facts.salt() if shift is None else shifted(number, facts.salt(), shift.last),
    )


def counters(facts: Facts, booking: Booking) -> tuple[Counter, ...]:
    """The counters after a new booking; the first one draws the shift of the database's codes."""
    number = Counter("booking", booking.number)
    if facts.get(Counter, CODE_SHIFT) is not None:
        return (number,)
    return (number, Counter(CODE_SHIFT, shift_of(booking.number, booking.salt)))


def named(
    number: int, who: Particulars, claims: list[tuple[str, str, str]], drivers: tuple[str, ...]
) -> list[Row]:
    """The personal rows and the claims of a new booking."""
    rows: list[Row] = [
        Particulars(
            number,
            who.country,
            who.plate,
            who.vin,
            who.trailer,
            who.phone,
            who.purpose,
            who.erase_on,
            who.typed,
        )
    ]
    rows.extend(Claim(*key, number) for key in claims)
    rows.extend(Driver(number, i, cleaned(name)) for i, name in enumerate(drivers, 1))
    return rows


def outcome_of(booking: Booking) -> dict[str, str | int | None]:
    """The answer to the command, also when its key is sent again."""
    return {
        "number": booking.number,
        "code": booking.code,
        "line": booking.line,
        "class": booking.vehicle_class,
        "start": booking.start,
        "fee_minor": booking.fee_minor,
        "currency": booking.currency,
        "simulated": booking.simulated,
    }
