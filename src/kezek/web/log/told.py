"""The log in words: what an event says to somebody who was not there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from kezek.app.account.roster import account_of, names_of
from kezek.domain.account.actor import ANYWHERE
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.event import EventKind, Logged
from kezek.i18n import names
from kezek.i18n.catalogue import Words
from kezek.i18n.mark import translatable as t
from kezek.i18n.times import day, stamp
from kezek.web.booking.shown import place_name
from kezek.web.frame.page_context import PageContext
from kezek.web.frame.shape import line_name, local, zone_of
from kezek.web.frame.site import network_zone

Body = Mapping[str, Any]


class LogEntry(NamedTuple):
    """A line of the templates' log; `kind` is `mind` for what is out of the ordinary."""

    position: int
    at: datetime
    actor: str
    text: str
    reason: str
    kind: str


_EXCEPTIONS = frozenset(
    {
        EventKind.CALLED_OUT_OF_TURN,
        EventKind.RELEASED,
        EventKind.SET_ASIDE,
        EventKind.EXCEPTION_REFUSED,
    }
)
_ACCOUNT_KINDS = frozenset(
    {
        EventKind.ACCOUNT_ADDED,
        EventKind.ACCOUNT_CLOSED,
        EventKind.PASSWORD_SET,
        EventKind.GRANTED,
        EventKind.GRANT_WITHDRAWN,
        EventKind.GARAGE_CHANGED,
        EventKind.CARRIER_CONFIRMED,
    }
)
_KEY_KINDS = frozenset({EventKind.API_KEY_ISSUED, EventKind.API_KEY_REVOKED})


def entries(here: PageContext, events: Sequence[Logged], *, posts: bool = True) -> list[LogEntry]:
    """The events, each with the clock of its post; `posts` names the post in every line."""
    accounts = {account_of(e.actor) for e in events}
    reader = here.application.store.reader
    names_by_id = names_of(reader, accounts - {0})
    found = reader.many(Booking, sorted({e.number for e in events} - {0}))
    codes = {booking.number: booking.code for booking in found.values()}
    return [_entry(here, event, names_by_id, codes, posts=posts) for event in events]


def _entry(
    here: PageContext,
    event: Logged,
    names_by_id: Mapping[int, str],
    codes: Mapping[int, str],
    *,
    posts: bool,
) -> LogEntry:
    post = here.application.network.of_line(event.line) if event.line else None
    zone = zone_of(post) if post else network_zone(here.application)
    body: Body = json.loads(event.body)
    place = line_name(post, here.lang) if post and posts else ""
    text = _text(here, event, body, zone, codes.get(event.number, "–"))
    return LogEntry(
        position=event.position,
        at=local(event.at, zone),
        actor=who(here.words, event.actor, names_by_id),
        text=f"{place}: {text}" if place else text,
        reason=_reason(here, event, body, zone),
        kind="mind" if event.kind in _EXCEPTIONS else "",
    )


def who(say: Words, actor: str, names_by_id: Mapping[int, str]) -> str:
    """The actor as colleagues know it; the log holds the number only."""
    account = account_of(actor)
    if account:
        found = names_by_id.get(account)
        return found or say.say(t("account %(number)s"), number=account)
    if actor == "timer":
        return say.gettext(t("timer"))
    if actor.startswith("ticket"):
        return say.gettext(t("driver"))
    return say.gettext(t("public")) if actor == "public" else actor


def _text(here: PageContext, event: Logged, body: Body, zone: str, code: str) -> str:
    """What happened, and to which booking, day, account or key."""
    what = names.event(event.kind, here.lang)
    say = here.words
    if event.number:
        return say.say(
            t("booking %(code)s (No. %(number)s): %(what)s"),
            code=code,
            number=event.number,
            what=what,
        )
    if "day" in body:
        on = day(date.fromisoformat(str(body["day"])), "", here.lang)
        return say.say(t("%(day)s: %(what)s"), day=on, what=what)
    if event.kind in _KEY_KINDS:
        return say.say(t("key %(number)s: %(what)s"), number=body.get("api_key", ""), what=what)
    if event.kind in _ACCOUNT_KINDS:
        return say.say(t("account %(number)s: %(what)s"), number=body.get("account", ""), what=what)
    if event.kind == EventKind.PLACE_RETURNED and "start" in body:
        when = stamp(local(body["start"], zone), here.lang)
        return say.say(t("%(hour)s: %(what)s"), hour=when, what=what)
    return what


def _reason(here: PageContext, event: Logged, body: Body, zone: str) -> str:
    tell = _REASONS.get(event.kind)
    return tell(here, body, zone) if tell else ""


def _instant(here: PageContext, body: Body, name: str, zone: str) -> str:
    value = body.get(name)
    return stamp(local(value, zone), here.lang) if isinstance(value, int) else "–"


def _window(here: PageContext, body: Body, zone: str) -> str:
    start = _instant(here, body, "start", zone)
    klass = names.vehicle_class(str(body.get("class", "in_turn")), here.lang)
    return here.words.say(t("for %(hour)s, %(class)s"), **{"hour": start, "class": klass})


def _moved(here: PageContext, body: Body, zone: str) -> str:
    start, was = _instant(here, body, "start", zone), _instant(here, body, "from", zone)
    if body.get("displaced"):
        return here.words.say(
            t("to %(hour)s, free of charge: its old time was taken away"), hour=start
        )
    return here.words.say(t("from %(was)s to %(hour)s"), was=was, hour=start)


def _called(here: PageContext, body: Body, _zone: str) -> str:
    if body.get("proposal") == "ended":
        return here.words.gettext(t("next by the rules; the proposed call out of turn is closed"))
    return here.words.gettext(t("next by the rules"))


def _out_of_turn(here: PageContext, body: Body, _zone: str) -> str:
    cause = names.cause(str(body.get("cause", "")), here.lang)
    if body.get("exception") == "awaiting":
        return here.words.say(t("%(cause)s; awaits its second approval"), cause=cause)
    return here.words.say(t("%(cause)s; two people agreed"), cause=cause)


def _approved(here: PageContext, body: Body, _zone: str) -> str:
    if body.get("exception") == "proposed":
        cause = names.cause(str(body.get("cause", "")), here.lang)
        return here.words.say(t("proposed: %(cause)s"), cause=cause)
    return here.words.gettext(t("second approval"))


def _step(here: PageContext, body: Body, _zone: str) -> str:
    verb = names.verb(str(body.get("verb", "")), here.lang)
    return f"{verb}: {names.cause(str(body.get('cause', '')), here.lang)}"


def _cause(here: PageContext, body: Body, _zone: str) -> str:
    return names.cause(str(body.get("cause", "")), here.lang)


def _missed(here: PageContext, body: Body, _zone: str) -> str:
    if "misses" not in body:
        return here.words.gettext(t("did not arrive within the published time"))
    return here.words.say(
        t("not at the gate in time; %(misses)s of %(most)s missed calls"),
        misses=body["misses"],
        most=body.get("most", "–"),
    )


def _arrived(here: PageContext, body: Body, _zone: str) -> str:
    return here.words.gettext(t("late: now behind the current hour")) if body.get("late") else ""


def _undone(here: PageContext, body: Body, _zone: str) -> str:
    return names.verb(str(body.get("verb", "")), here.lang)


def _calendar(here: PageContext, body: Body, _zone: str) -> str:
    told = here.words.count(
        "capacity %(capacity)s; %(num)s booking lost its time",
        "capacity %(capacity)s; %(num)s bookings lost their time",
        int(body["displaced"]),
        capacity=body["capacity"],
    )
    return f"“{body['why']}”; {told}" if body.get("why") else told


def _displaced(_here: PageContext, body: Body, _zone: str) -> str:
    return f"“{body['why']}”" if body.get("why") else ""


def _granted(here: PageContext, body: Body, _zone: str) -> str:
    role = names.role(str(body.get("role", "")), here.lang)
    place = place_name(here, str(body.get("place", ANYWHERE)))
    return f"{role} · {place}" if place else role


_REASONS: Mapping[str, Callable[[PageContext, Body, str], str]] = {
    EventKind.CONFIRMED: _window,
    EventKind.MOVED: _moved,
    EventKind.ARRIVED: _arrived,
    EventKind.CALLED: _called,
    EventKind.CALLED_OUT_OF_TURN: _out_of_turn,
    EventKind.EXCEPTION_APPROVED: _approved,
    EventKind.EXCEPTION_REFUSED: _step,
    EventKind.PROPOSED: _step,
    EventKind.PROPOSAL_REFUSED: _step,
    EventKind.SET_ASIDE: _step,
    EventKind.MISSED: _missed,
    EventKind.NOT_SHOWN: _missed,
    EventKind.TURNED_BACK: _cause,
    EventKind.RELEASED: _cause,
    EventKind.UNDONE: _undone,
    EventKind.CAPACITY_SET: _calendar,
    EventKind.DAY_CLOSED: _calendar,
    EventKind.DAY_OPENED: _calendar,
    EventKind.DISPLACED: _displaced,
    EventKind.ACCOUNT_ADDED: _granted,
    EventKind.GRANTED: _granted,
    EventKind.GRANT_WITHDRAWN: _granted,
}
