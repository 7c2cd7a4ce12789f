"""What the public is told, held against the rows: by an outsider's own program, and by ours."""

from __future__ import annotations

from typing import Any

import msgspec

from kezek.api.log.log import public_event
from kezek.api.regulation.regulation import regulation_response as told_of
from kezek.app.installation.replayed import Comparison
from kezek.domain.booking.booking import Booking
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.turn.waiting import waiting
from tests.property.outsider import Outsider
from tests.world import GUARDS, World


class Public:
    """Reads the log on as the public does."""

    def __init__(self) -> None:
        self._position = 0
        self._outsiders: dict[str, Outsider] = {}

    def agrees(self, world: World) -> None:
        """The rows are what the log says, and the outsider's lines are the product's."""
        assert differences(world) == []
        for line in GUARDS:
            if line not in self._outsiders:
                self._outsiders[line] = outsider_of(world, line)
            outsider = self._outsiders[line]
            for event in world.events()[self._position :]:
                outsider.hear(item(event))
        self._position = len(world.events())
        now = max(world.now.at, world.last().at)
        # What time alone has made due is in the log once the timer has been.
        if not world.store.reader.due(Booking, now, 1):
            for line, outsider in self._outsiders.items():
                assert outsider.order(now) == line_of(world, line, now)


def outsider_of(world: World, line: str) -> Outsider:
    """The program at the beginning of a line."""
    row = world.line(line)
    return Outsider(line, published(world.rules, row.regulation), row.zone)


def published(rules: Regulations, id: str) -> list[dict[str, Any]]:
    """The versions of a rule set as the API tells them."""
    told = (told_of(one, rules) for one in rules.of(id))
    return [msgspec.json.decode(msgspec.json.encode(one)) for one in told]


def item(event: Any) -> dict[str, Any]:
    """An event as the API tells it."""
    return msgspec.json.decode(msgspec.json.encode(public_event(event)))


def line_of(world: World, line: str, now: int) -> list[int]:
    """The live line as the boards show it."""
    reader, row = world.store.reader, world.line(line)
    here = reader.many(Booking, reader.present(line)).values()
    return [e.turn.number for e in waiting(here, row, world.rules.at(row, now), now)]


def differences(world: World) -> list[tuple[str, int, str]]:
    """Where bookings and lines are not what the log says."""
    found: list[tuple[str, int, str]] = []
    comparison = Comparison(lambda *finding: found.append(finding))
    for event in world.events():
        comparison.event(event)
    for booking in sorted(world.store.reader.all(Booking), key=lambda b: b.number):
        comparison.booking(booking)
    for line in world.store.reader.all(Line):
        comparison.line(line.id, line.cursor, line.round)
    return found + list(comparison.missing())
