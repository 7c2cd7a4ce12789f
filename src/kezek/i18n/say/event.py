"""How an event of the log is said to somebody who was not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from kezek.app.account.event_view import EventActor, EventView
from kezek.domain.kernel.event import EventKind
from kezek.domain.kernel.instant import to_datetime
from kezek.i18n import names
from kezek.i18n.catalogue import Words
from kezek.i18n.mark import translatable as t
from kezek.i18n.say.place import role_place
from kezek.i18n.times import day, stamp

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


def who(actor: EventActor, say: Words) -> str:
    """The actor as colleagues know it."""
    if actor.account:
        return actor.name or say.say(t("account %(number)s"), number=actor.account)
    if actor.label == "timer":
        return say.gettext(t("timer"))
    if actor.label.startswith("ticket"):
        return say.gettext(t("driver"))
    return say.gettext(t("public")) if actor.label == "public" else actor.label


def what(event: EventView, say: Words, zone: str) -> str:
    """What happened, and to which booking, day, account or key."""
    what = names.event(event.kind, say.lang)
    body, lang = event.body, say.lang
    if event.number:
        return say.say(
            t("booking %(code)s (No. %(number)s): %(what)s"),
            code=event.code or "–",
            number=event.number,
            what=what,
        )
    if "day" in body:
        on = day(date.fromisoformat(str(body["day"])), "", lang)
        return say.say(t("%(day)s: %(what)s"), day=on, what=what)
    if event.kind in _KEY_KINDS:
        return say.say(t("key %(number)s: %(what)s"), number=body.get("api_key", ""), what=what)
    if event.kind in _ACCOUNT_KINDS:
        return say.say(t("account %(number)s: %(what)s"), number=body.get("account", ""), what=what)
    if event.kind == EventKind.PLACE_RETURNED and "start" in body:
        when = stamp(to_datetime(body["start"], zone), lang)
        return say.say(t("%(hour)s: %(what)s"), hour=when, what=what)
    return what


def reason(event: EventView, say: Words, zone: str) -> str:
    """Why it happened, or from what to what; empty where there is nothing more to say."""
    tell = _REASONS.get(event.kind)
    return tell(event, say, zone) if tell else ""


def _instant(event: EventView, say: Words, name: str, zone: str) -> str:
    value = event.body.get(name)
    return stamp(to_datetime(value, zone), say.lang) if isinstance(value, int) else "–"


def _window(event: EventView, say: Words, zone: str) -> str:
    start = _instant(event, say, "start", zone)
    klass = names.vehicle_class(str(event.body.get("class", "")), say.lang)
    return say.say(t("for %(hour)s, %(class)s"), **{"hour": start, "class": klass})


def _moved(event: EventView, say: Words, zone: str) -> str:
    start, was = _instant(event, say, "start", zone), _instant(event, say, "from", zone)
    if event.body.get("displaced"):
        return say.say(t("to %(hour)s, free of charge: its old time was taken away"), hour=start)
    return say.say(t("from %(was)s to %(hour)s"), was=was, hour=start)


def _called(event: EventView, say: Words, _zone: str) -> str:
    if event.body.get("proposal") == "ended":
        return say.gettext(t("next by the rules; the proposed call out of turn is closed"))
    return say.gettext(t("next by the rules"))


def _out_of_turn(event: EventView, say: Words, _zone: str) -> str:
    cause = names.cause(str(event.body.get("cause", "")), say.lang)
    if event.body.get("exception") == "awaiting":
        return say.say(t("%(cause)s; awaits its second approval"), cause=cause)
    return say.say(t("%(cause)s; two people agreed"), cause=cause)


def _approved(event: EventView, say: Words, _zone: str) -> str:
    if event.body.get("exception") == "proposed":
        cause = names.cause(str(event.body.get("cause", "")), say.lang)
        return say.say(t("proposed: %(cause)s"), cause=cause)
    return say.gettext(t("second approval"))


def _step(event: EventView, say: Words, _zone: str) -> str:
    verb = names.verb(str(event.body.get("verb", "")), say.lang)
    return f"{verb}: {names.cause(str(event.body.get('cause', '')), say.lang)}"


def _cause(event: EventView, say: Words, _zone: str) -> str:
    return names.cause(str(event.body.get("cause", "")), say.lang)


def _missed(event: EventView, say: Words, _zone: str) -> str:
    if "misses" not in event.body:
        return say.gettext(t("did not arrive within the published time"))
    return say.say(
        t("not at the gate in time; %(misses)s of %(most)s missed calls"),
        misses=event.body["misses"],
        most=event.body.get("most", "–"),
    )


def _arrived(event: EventView, say: Words, _zone: str) -> str:
    return say.gettext(t("late: now behind the current hour")) if event.body.get("late") else ""


def _undone(event: EventView, say: Words, _zone: str) -> str:
    return names.verb(str(event.body.get("verb", "")), say.lang)


def _calendar(event: EventView, say: Words, _zone: str) -> str:
    told = say.count(
        "capacity %(capacity)s; %(num)s booking lost its time",
        "capacity %(capacity)s; %(num)s bookings lost their time",
        int(event.body["displaced"]),
        capacity=event.body["capacity"],
    )
    return f"“{event.body['why']}”; {told}" if event.body.get("why") else told


def _displaced(event: EventView, _say: Words, _zone: str) -> str:
    return f"“{event.body['why']}”" if event.body.get("why") else ""


def _granted(event: EventView, say: Words, _zone: str) -> str:
    role = names.role(str(event.body.get("role", "")), say.lang)
    place = role_place(event.where, say.lang)
    return f"{role} · {place}" if place else role


_REASONS: Mapping[str, Callable[[EventView, Words, str], str]] = {
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
