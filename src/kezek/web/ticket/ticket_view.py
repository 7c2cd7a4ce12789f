"""A ticket as its driver reads it: one number, the way so far, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from kezek.app.booking.ticket import TicketView
from kezek.app.booking.view.ending import NextAction, ending_of, next_action
from kezek.app.turn.queue import Queue, WaitingTruck
from kezek.app.turn.view.ahead import AheadCause, ahead_of, moved_by_hand
from kezek.domain.booking.status import Status
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.instant import MINUTE, Instant
from kezek.i18n.catalogue import Words
from kezek.i18n.mark import translatable
from kezek.i18n.say import refusal as say_refusal
from kezek.i18n.say import ticket as say_ticket
from kezek.web.forecast.likely_view import ShownLikely, likely, renewed
from kezek.web.frame.format import STATES, PostView, local, post_view, zone_of
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext
from kezek.web.ticket.ticket_path import PathStep, steps_of
from kezek.web.vehicle.vehicle_fields import recorded_as

TIMES_MAX = 4
BAR = 200  # the width of the bar that shows the time left of a call

_NOTHING_PAID = translatable(
    "The fee is only shown and not collected, so there is nothing to pay back."
)


@dataclass(frozen=True, slots=True)
class TicketHead:
    """What stands on the ticket.  `plate` is whole only on paper; `read_as` says how it was read where
    that is not what was typed.
    """

    token: str
    number: str
    code: str
    country: str
    tail: str
    klass: str
    start: datetime | None
    end: datetime | None
    phone_tail: str
    read_as: str
    plate: str | None = None


@dataclass(frozen=True, slots=True)
class ArrivalTime:
    start: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Called:
    """The call: `left` in whole minutes, `share` of the bar, `until` as the answer names the call."""

    id: str
    at: datetime
    by: datetime
    left: int
    share: int
    acknowledged: datetime | None
    until: Instant


@dataclass(frozen=True, slots=True)
class Cause:
    """How many stand ahead for one cause; `klass` is their class, where that is the cause."""

    count: int
    kind: str
    klass: str
    hour: datetime | None
    times: list[datetime]


@dataclass(frozen=True, slots=True)
class Changed:
    """What one cause did to the place; `more` when it went back by `count`."""

    cause: str
    count: int
    more: bool
    hour: datetime | None
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ShownHistory:
    since: datetime
    first: int
    place: int
    changes: list[Changed]
    overtaken: int


@dataclass(frozen=True, slots=True)
class Can:
    move: bool
    cancel: bool
    driver: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPage(Page):
    """The ticket, and behind it what a route adds: its stream and code, and what its forms need.

    `place` is none before the arrival and after the call, `ahead` where nobody can be counted; `reasons`
    add up to the place.  `renewed` says that the likely call of a moved booking is still being computed.
    `exceptions` were moved by hand within the hour.  `moves_left` is none without a limit; `fixed` says
    why the booking cannot move.  `explain`, `next_url` and `next_text` belong to an end.
    Who changes somebody else's booking chooses one of `change_reasons`; unless `cancels_alone`, a
    cancellation is proposed to a second person.
    """

    template = "pages/ticket.html"
    ticket: TicketHead
    post: PostView
    status: str
    as_of: datetime
    place: int | None
    ahead: int | None
    likely: ShownLikely | None
    renewed: bool
    not_before: datetime | None
    arrive_by: ArrivalTime | None
    called: Called | None
    reasons: list[Cause]
    history: ShownHistory | None
    arrived: datetime | None
    exceptions: int
    steps: list[PathStep]
    drivers: int
    can: Can
    moves_left: int | None
    moves_until: datetime | None
    fixed: str
    refund: str
    explain: str
    next_url: str
    next_text: str
    stream: str | None = None
    qr: Markup | str = ""
    url: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    change_reasons: Sequence[tuple[str, str]] = ()
    cancels_alone: bool = True
    key: str = ""


def head_of(view: TicketView, token: str, say: Words) -> TicketHead:
    """The ticket's own lines."""
    booking, zone, who = view.booking, zone_of(view.post), view.particulars
    phone = who.phone if who else ""
    end = view.window_end
    return TicketHead(
        token=token,
        number=str(booking.number),
        code=booking.code,
        country=view.seen.country,
        tail=view.seen.tail,
        klass=str(booking.vehicle_class),
        start=local(booking.start, zone) if booking.start is not None else None,
        end=local(end, zone) if end is not None else None,
        phone_tail=phone[-2:],
        read_as=recorded_as(who.country, who.plate, say) if who and who.typed else "",
    )


def page_of(here: PageContext, view: TicketView, token: str) -> TicketPage:
    """Everything that the ticket shows, whoever reads it."""
    booking, post, now, zone = view.booking, view.post, here.now, zone_of(view.post)
    queue = here.application.queues.of(post, now)
    waits = queue.truck(booking.number)
    early, until = waits.not_before if waits else None, view.moves_until
    ending, action, verbs = (
        ending_of(here.application.store.reader, view),
        next_action(view),
        view.can,
    )
    return TicketPage(
        ticket=head_of(view, token, here.words),
        post=post_view(post, here.lang, now),
        status=STATES[view.status],
        as_of=local(view.as_of, zone),
        place=view.place,
        ahead=view.place - 1 if view.place else here.application.tickets.standing(view).ahead,
        likely=likely(here, view, queue),
        renewed=renewed(here, view),
        not_before=local(early, zone) if early is not None else None,
        arrive_by=_arrive_by(view, zone),
        called=_called(view, now, zone),
        reasons=causes_of(queue, waits, zone) if waits else [],
        history=_history(here, view, zone),
        arrived=local(booking.arrived_at, zone) if booking.arrived_at is not None else None,
        exceptions=_moved_by_hand(here, booking.line, now) if waits else 0,
        steps=steps_of(view, zone),
        drivers=len(view.drivers),
        can=Can(Verb.MOVE in verbs, Verb.CANCEL in verbs, Verb.ADD_DRIVER in verbs),
        moves_left=view.moves_left,
        moves_until=local(until, zone) if until is not None else None,
        fixed=_fixed(here, view, zone),
        refund=here.words.gettext(_NOTHING_PAID),
        explain=say_ticket.ending(ending, here.words, zone),
        next_url=_next_url(view, token, action),
        next_text=say_ticket.next_action(action, here.words),
    )


def _fixed(here: PageContext, view: TicketView, zone: str) -> str:
    """Why the booking cannot move, empty where it can."""
    fixed = view.fixed
    return (
        " ".join(say_refusal.sentence(fixed.reason, fixed.facts, here.lang, zone)) if fixed else ""
    )


def _next_url(view: TicketView, token: str, action: NextAction) -> str:
    """Where the next thing is done, where the booking has come to an end or lost its time."""
    urls = {
        NextAction.MOVE: f"/t/{token}/move",
        NextAction.BOOK: f"/book?checkpoint={view.post.place}",
    }
    return urls.get(action, "")


def _arrive_by(view: TicketView, zone: str) -> ArrivalTime | None:
    told = view.arrive_by
    return None if told is None else ArrivalTime(local(told.start, zone), local(told.until, zone))


def _called(view: TicketView, now: Instant, zone: str) -> Called | None:
    booking = view.booking
    if view.status is not Status.CALLED or booking.called_at is None or booking.call_until is None:
        return None
    name = f"{booking.number}-{booking.called_at}"
    answered = view.acknowledged_at
    left, whole = booking.call_until - now, booking.call_until - booking.called_at
    return Called(
        id=name,
        at=local(booking.called_at, zone),
        by=local(booking.call_until, zone),
        left=max(0, left // MINUTE),
        share=max(0, min(BAR, BAR * left // max(1, whole))),
        acknowledged=local(answered, zone) if answered is not None else None,
        until=booking.call_until,
    )


def causes_of(queue: Queue, mine: WaitingTruck, zone: str) -> list[Cause]:
    """Who stands ahead and why, in the order of the line's heads; the counts add up to the place."""
    causes = []
    for group in ahead_of(queue, mine):
        named = group.cause is AheadCause.SAME_HOUR and len(group.arrived) <= TIMES_MAX
        times = [local(at, zone) for at in group.arrived] if named else []
        hour = local(group.window, zone) if group.window is not None else None
        causes.append(Cause(len(group.arrived), group.cause, group.vehicle_class, hour, times))
    return causes


def _history(here: PageContext, view: TicketView, zone: str) -> ShownHistory | None:
    """How the place has changed; None where there is nothing to tell."""
    told = here.application.tickets.history(view)
    if told is None or not (told.changes or told.overtaken):
        return None
    changes = [
        Changed(
            cause=str(change.cause),
            count=abs(change.places),
            more=change.places > 0,
            hour=local(change.window, zone) if change.window is not None else None,
            since=local(change.since, zone),
            until=local(change.until, zone),
        )
        for change in told.changes
    ]
    return ShownHistory(local(told.since, zone), told.first, told.place, changes, told.overtaken)


def _moved_by_hand(here: PageContext, line: str, now: Instant) -> int:
    """Trucks that people have moved in the last hour, read once for all tickets of the line."""
    state = (here.application.watch.version(line), now // MINUTE)
    found = here.web.pictures.find(("by hand", line), state)
    if found is None:
        count = moved_by_hand(here.application.store.reader, line, now)
        found = here.web.pictures.keep(("by hand", line), state, count)
    return int(found)
