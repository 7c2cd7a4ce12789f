"""What the checkers look at: the history and the tables, before and after; and the words of the rules.

The rules are written here once more, from the documents (docs/reference), not from the code.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.rig.check.tables import Row, Tables
from tests.rig.load.history import Story

MINUTE = 60_000
HOUR = 60 * MINUTE
CALL_FOR = 20 * MINUTE

# The regulation of the lines, as its page shows it.
INTERLEAVE = (
    *("priority", "in_turn", "in_turn", "in_turn", "in_turn", "in_turn"),
    *("accelerated", "in_turn", "in_turn", "in_turn", "in_turn", "in_turn"),
    *("postal", "walk_in"),
)
DEAR = ("priority", "postal", "accelerated")
CAP_PERCENT = {"priority": 5, "postal": 1, "accelerated": 1}
WALK_INS_A_DAY = 24
MISSES_MAX = 2
# Classes that join in the next round.
NEXT_ROUND = ("walk_in",)

# Events by which a booking begins and ends.
BEGINS = ("confirmed", "walked_in")
ENDS = {
    "cancelled": "cancelled",
    "crossed": "crossed",
    "turned_back": "turned_back",
    "not_shown": "no_show",
    "released": "released",
}
CALENDAR = ("capacity_set", "day_closed", "day_opened")


@dataclass(frozen=True)
class Event:
    position: int
    at: int
    kind: str
    actor: str
    line: str
    number: int
    body: dict


def event_of(row: Row) -> Event:
    return Event(
        row["position"],
        row["at"],
        row["kind"],
        row["actor"],
        row["line"],
        row["number"],
        json.loads(row["body"]),
    )


class Run:
    """A run that is over.  `begun` is the log's last position before it, and `heads` are the folders of
    published heads.
    """

    def __init__(self, story: Story, before: Tables, after: Tables, heads: Sequence[Path]) -> None:
        self.story, self.before, self.after, self.heads = story, before, after, heads
        self.begun = max((row["position"] for row in before["event"]), default=0)

    @cached_property
    def events(self) -> list[Event]:
        """The whole log in order."""
        return [event_of(row) for row in self.after["event"]]

    @cached_property
    def new_events(self) -> list[Event]:
        return [event for event in self.events if event.position > self.begun]

    @cached_property
    def zones(self) -> dict[str, str]:
        return {row["id"]: row["zone"] for row in self.after["line"]}
