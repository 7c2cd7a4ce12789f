"""The history of a run: what was asked, and what was answered or never heard of again.

One JSON document a line, with `t`, seconds since the beginning, and `at`, milliseconds UTC as the tables
have them.  A request is on file before it is sent, an answer before anybody acts on it, so that whatever
dies meanwhile, the history claims no more than was known.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Deed:
    """Something that is to happen once.  `by` names who asks and `verb` what, for the checkers."""

    by: str
    verb: str
    key: str
    method: str
    path: str
    body: dict[str, Any]


@dataclass
class Ask:
    """One request for a deed.  `line` and `told_line` are its places in the history.

    `altered` says that the key was sent with another body.  Without `told_line` its outcome is unknown.
    """

    line: int
    by: str
    verb: str
    key: str
    path: str
    body: dict[str, Any]
    altered: bool
    told_line: int | None = None
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)
    again: bool = False

    @property
    def done(self) -> bool:
        return self.told_line is not None and self.status < 300


class History:
    """The file, written as things happen."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Unbuffered: what a line tells is the system's before the next step is taken.
        self._file = path.open("ab", buffering=0)
        self._asks = 0
        self._began = time.monotonic()

    def say(self, what: str, **facts: Any) -> int:
        """Something besides requests: a fault that begins or ends, a mark.  The line's moment."""
        at = time.time_ns() // 1_000_000
        line = {"is": what, "t": round(time.monotonic() - self._began, 3), "at": at} | facts
        self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        return at

    def ask(self, deed: Deed, body: dict[str, Any], *, altered: bool) -> int:
        self._asks += 1
        self.say(
            "ask", n=self._asks, by=deed.by, verb=deed.verb, key=deed.key, path=deed.path, body=body,
            altered=altered,
        )  # fmt: skip
        return self._asks

    def tell(self, ask: int, status: int, answer: dict[str, Any], *, again: bool) -> None:
        self.say("told", n=ask, status=status, answer=answer, again=again)

    def lose(self, ask: int, why: str) -> None:
        self.say("unknown", n=ask, why=why)

    def close(self) -> None:
        self._file.close()


@dataclass
class Story:
    """A history read back.  `accounts` are numbers by name; `quiet` is the line after which no fault
    was in force, None when the run did not come that far; `quiet_at` and `over_at` are the moments of
    that line and of the last one, in milliseconds UTC.
    """

    asks: list[Ask]
    accounts: dict[str, int]
    quiet: int | None
    incidents: list[dict[str, Any]]
    quiet_at: int = 0
    over_at: int = 0

    def deeds(self) -> dict[tuple[str, str], list[Ask]]:
        """All requests of each key, in the order in which they were sent."""
        found: dict[tuple[str, str], list[Ask]] = {}
        for ask in self.asks:
            found.setdefault((ask.by, ask.key), []).append(ask)
        return found

    def outcomes(self) -> Iterator[tuple[Ask, Sequence[Ask]]]:
        """For each key the answer that counts, and all of its requests: a yes, else the last one."""
        for asks in self.deeds().values():
            own = [ask for ask in asks if not ask.altered]
            yield next((ask for ask in own if ask.done), own[-1]), asks


def read(path: Path) -> Story:
    """A history file as it was left; a last line without its end counts as never written."""
    asks: dict[int, Ask] = {}
    story = Story([], {}, None, [])
    for line, raw in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        if not raw.endswith(b"\n"):
            break
        said = json.loads(raw)
        what, n = said.pop("is"), said.pop("n", 0)
        del said["t"]
        story.over_at = said.pop("at")
        if what == "ask":
            asks[n] = Ask(line=line, **said)
        elif what == "told":
            asks[n].told_line = line
            asks[n].status, asks[n].answer, asks[n].again = (
                said["status"], said["answer"], said["again"]
            )  # fmt: skip
        elif what == "accounts":
            story.accounts = said["numbers"]
        elif what == "quiet":
            story.quiet, story.quiet_at = line, story.over_at
        elif what == "incident":
            story.incidents.append(said)
    story.asks = list(asks.values())
    return story
