"""Changes by time alone: bookings that lapse, and given-back places that become free."""

from __future__ import annotations

from dataclasses import replace

from kezek.domain.account.actor import Actor
from kezek.domain.booking.change import ended
from kezek.domain.booking.context import BookingContext, context_of, load_context
from kezek.domain.booking.status import Status, behind, look_at
from kezek.domain.booking.transition import Verb
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Instant, Moment
from kezek.domain.kernel.refusal import Fact, Reason, Refused
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.slot.place import Return, day_of, release
from kezek.domain.slot.slot import Day, Slot


@value(frozen=True, slots=True)
class Lapse:
    """The timer's command for a booking whose `look_at` has come."""

    key: str
    actor: Actor
    number: int


@value(frozen=True, slots=True)
class GiveBack:
    """The timer's command to make a returned place bookable."""

    key: str
    actor: Actor
    number: int
    start: Instant


def decide_lapse(facts: Facts, command: Lapse, rules: Regulations, now: Moment) -> Decision:
    """A no-show, a missed call, or the end of a displaced booking that took no new window.

    The last one is nobody's fault, so it is not a no-show.  Refused before its time.  Where the rules
    have changed since `look_at` was set, it is set anew, or the timer would repeat its command for ever.
    """
    found = context_of(facts, command.number, rules, now.at)
    if found and found.booking.look_at is not None and found.booking.look_at <= now.at:
        due = look_at(found.booking, found.regulation)
        if due is None or due > now.at:
            return Accepted((), (replace(found.booking, look_at=due),), outcome={"due": due})
    at = load_context(facts, command.number, Verb.LAPSE, rules, now.at)
    if isinstance(at, Refused):
        return at
    booking = at.booking
    # The rules may also have shortened the time since `look_at` was set.
    due = look_at(booking, at.regulation)
    if booking.ended_at is not None or due is None or due > now.at:
        return Refused(
            Reason.WRONG_STATUS, {"number": command.number, "status": at.status, "verb": "lapse"}
        )
    if booking.called_at is not None:
        return missed(facts, at, now.at)
    if booking.start is None:
        event = Event(EventKind.CANCELLED, at.line.id, booking.number, {"from": Status.DISPLACED})
        return ended(facts, at, "cancelled", event, now.at)
    event = Event(EventKind.NOT_SHOWN, at.line.id, booking.number, {"start": booking.start})
    return ended(facts, at, "no_show", event, now.at)


def missed(facts: Facts, at: BookingContext, now: Instant, step: str = "") -> Accepted:
    """The booking after a missed call: behind the current window, or ended after the last miss.

    `step` lets an officer take it back; the timer gives none.
    """
    booking = at.booking
    misses = booking.misses + 1
    body = {"misses": misses, "most": at.regulation.misses_max}
    if misses > at.regulation.misses_max:
        event = Event(EventKind.NOT_SHOWN, at.line.id, booking.number, body)
        return ended(facts, at, "no_show", event, now, misses=misses, step=step)
    event = Event(EventKind.MISSED, at.line.id, booking.number, body)
    # The place follows from the end of the call, not from the moment at which the miss was recorded.
    lost = behind(booking, min(now, booking.call_until or now))
    back = replace(lost, step=step, look_at=look_at(lost, at.regulation))
    outcome: dict[str, Fact] = {"number": booking.number, "status": str(Status.ARRIVED)}
    return Accepted((event,), (back,), outcome=outcome)


def decide_give_back(facts: Facts, command: GiveBack, rules: Regulations, now: Moment) -> Decision:
    """The returned place becomes free for everybody."""
    back = facts.get(Return, (command.number, command.start))
    if back is None or back.look_at > now.at:
        return Refused(Reason.WINDOW_UNKNOWN, {"start": command.start})
    line = facts.get(Line, back.line)
    assert line is not None, "a returned place belongs to a line that exists"
    gone = ((Return, back.key),)
    slot, day = facts.get(Slot, (back.line, back.start)), facts.get(Day, day_of(line, back.start))
    rule = rules.at(line, now.at, window=command.start).classes[back.vehicle_class]
    assert slot is not None, "a place is given back to a window that stays"
    assert day is not None, "a window lies in a day"
    # The event leaves out the booking's number: nobody needs to know who gave the place back.
    event = Event(EventKind.PLACE_RETURNED, back.line, 0, {"start": back.start, "class": rule.name})
    return Accepted((event,), release(slot, day, rule), gone, {"start": back.start})
