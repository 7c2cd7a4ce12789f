"""All checkers over one run, each with the promise that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.rig.check import answers, bookings, log, order, places, tree, vehicles
from tests.rig.check.run import Run

Checker = Callable[[Run], Iterator[str]]

CHECKERS: dict[str, tuple[str, Checker]] = {
    "kept": ("I1", answers.kept),
    "settled": ("I6", answers.settled),
    "one effect": ("I6", answers.one_effect),
    "clean": ("I1", answers.clean),
    "places": ("I2", places.within_capacity),
    "caps": ("I2", places.within_caps),
    "vehicles": ("I3", vehicles.booked_once),
    "order": ("I4", order.explained),
    "log": ("I9", log.dense),
    "time": ("I14", log.of_its_time),
    "due": ("I13", log.nothing_due),
    "complete": ("I9", bookings.explained),
    "tree": ("I9", tree.leads_to_every_head),
}


@dataclass(frozen=True)
class Verdict:
    """What one checker found; `breaches` is empty when its promise was kept."""

    name: str
    promise: str
    breaches: Sequence[str]

    def __str__(self) -> str:
        said = f"{len(self.breaches)} breaches" if self.breaches else "kept"
        return f"{self.promise:4}{self.name:12}{said}"


def verdicts(run: Run) -> list[Verdict]:
    """Every checker's verdict."""
    return [Verdict(name, promise, list(check(run))) for name, (promise, check) in CHECKERS.items()]
