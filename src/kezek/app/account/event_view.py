"""Events of the log as people read them: with the names of accounts and the codes of bookings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kezek.app.account.roster import RolePlace, account_of, names_of, role_place
from kezek.app.checkpoint.checkpoint import Network, ServedLine
from kezek.app.port import Reader
from kezek.domain.account.actor import ANYWHERE
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.instant import Instant
from kezek.domain.regulation.regulations import Regulations

_OUT_OF_THE_ORDINARY = frozenset(
    {
        EventKind.CALLED_OUT_OF_TURN,
        EventKind.RELEASED,
        EventKind.SET_ASIDE,
        EventKind.EXCEPTION_REFUSED,
    }
)


@dataclass(frozen=True, slots=True)
class EventActor:
    """The actor of an event; `label` is the log's text.  An `account` has its `name`, empty where it
    has none; other actors are the timer, a ticket's holder and the public.
    """

    label: str
    account: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class EventView:
    """One event.  `served` is its line, None where it has none.  `number` and `code` are those of its
    booking, 0 and empty without one.  `where` is the place of a granted role, None for everywhere.
    `exceptional` marks events out of the ordinary.
    """

    position: int
    at: Instant
    kind: str
    body: Mapping[str, Any]
    actor: EventActor
    served: ServedLine | None
    number: int
    code: str
    where: RolePlace | None
    exceptional: bool


def event_views(
    reader: Reader, network: Network, rules: Regulations, events: Sequence[Logged]
) -> list[EventView]:
    """These events, in their order."""
    names = names_of(reader, {account_of(e.actor) for e in events} - {0})
    found = reader.many(Booking, sorted({e.number for e in events} - {0}))
    codes = {booking.number: booking.code for booking in found.values()}
    return [_view(event, network, rules, names, codes) for event in events]


def event_actor(actor: str, names: Mapping[int, str]) -> EventActor:
    """The actor with its name; the log holds the number only."""
    account = account_of(actor)
    return EventActor(actor, account, names.get(account, ""))


def _view(
    event: Logged,
    network: Network,
    rules: Regulations,
    names: Mapping[int, str],
    codes: Mapping[int, str],
) -> EventView:
    body = json.loads(event.body)
    return EventView(
        position=event.position,
        at=event.at,
        kind=event.kind,
        body=body,
        actor=event_actor(event.actor, names),
        served=network.of_line(event.line) if event.line else None,
        number=event.number,
        code=codes.get(event.number, ""),
        where=role_place(network, rules, str(body.get("place", ANYWHERE))),
        exceptional=event.kind in _OUT_OF_THE_ORDINARY,
    )
