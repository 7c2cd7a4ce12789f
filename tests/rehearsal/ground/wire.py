"""What is asked, and the network on the way: it loses, repeats, delays and reorders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from kezek.app.desk.batch import Answer, Done
from kezek.app.port import Fault
from kezek.domain.kernel.refusal import Reason
from tests.rehearsal.breach import Broken, hold

SECOND = 1_000
HOUR = 3_600 * SECOND


@dataclass(slots=True)
class Wire:
    """Shares of messages that are lost, repeated, or come very late."""

    lost: float = 0.0
    repeated: float = 0.0
    late: float = 0.0

    def arrivals(self, chance: Random) -> list[int]:
        """Delays of the copies that arrive, in milliseconds."""
        copies = 1
        while chance.random() < self.repeated and copies < 5:
            copies += 1
        return [self._delay(chance) for _ in range(copies) if chance.random() >= self.lost]

    def _delay(self, chance: Random) -> int:
        if chance.random() < self.late:
            return int(
                chance.choice((10 * SECOND, HOUR // 6, 3 * HOUR, 40 * HOUR)) * chance.random()
            )
        return 5 + int(chance.expovariate(1 / 200))


@dataclass(slots=True, eq=False)
class Asked:
    """One thing that somebody wants, however often it is sent.

    `effect` is the outcome once the desk has accepted it; `heard` says that the asker knows an answer;
    `adrift` counts what reached a process that ended before it answered.
    """

    command: Any
    told: Callable[[Asked], None]
    rivals: list[Asked] = field(default_factory=list)
    effect: dict | None = None
    refused: str = ""
    heard: bool = False
    adrift: int = 0
    sent: int = 0

    @property
    def unknown(self) -> bool:
        """Nobody can say yet whether it happened."""
        return self.effect is None and (self.adrift > 0 or not self.heard)

    def decided(self, answer: Answer | BaseException) -> None:
        """The desk has answered, in this order, whether or not anybody hears of it."""
        if isinstance(answer, Done):
            self._accepted(answer)
        elif isinstance(answer, Fault):
            self.adrift += 1
        elif isinstance(answer, BaseException):
            raise Broken("I19", f"{type(answer).__name__}: {answer} after {self.command}")
        elif answer.reason is Reason.KEY_REUSED:
            known = [r for r in self.rivals if r.effect is not None or r.adrift]
            hold("I6", known, "the key was used for nothing else", self.command)
        else:
            hold("I6", self.effect is None, "accepted, then", answer.reason, self.command)

    def _accepted(self, answer: Done) -> None:
        hold("I6", not any(r.effect for r in self.rivals), "one key, two bodies", self.command)
        if self.effect is None:
            hold("I6", self.adrift or not answer.replayed, "never done, yet repeated", self.command)
            self.effect = answer.outcome
            return
        hold("I6", answer.replayed, "done twice", self.command)
        hold("I6", answer.outcome == self.effect, answer.outcome, "was", self.effect, self.command)
