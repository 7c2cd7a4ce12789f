"""The entries of the register: rules of commands, rows that become due, and upkeep.

Each noun with commands registers them in its module `register`.  `decide.py` joins these registers, so
the desk (`app/desk`), which carries commands out, knows no noun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kezek.domain.kernel.decision import Decision
from kezek.domain.kernel.facts import Facts, Ref
from kezek.domain.kernel.instant import Instant, Moment
from kezek.domain.kernel.refusal import Refused
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulations import Regulations


def _none(*_: object) -> tuple[Ref, ...]:
    return ()


def _nothing(_: Refused) -> Ref | None:
    return None


@value(frozen=True, slots=True)
class CommandRule:
    """The decider of one kind of command, and the rows that it needs.

    `direct_refs` are the rows that the command names, `derived_refs` those that these name in turn.
    Both only save round trips to the store: a row that they leave out is read when the rule asks for it.
    `settles` are rows that lapse first if their time has come.  `held_by` is the row that caused a
    refusal and may have lapsed.  `numbering` says that an accepted command gives out a number.
    """

    decide: Callable[[Facts, Any, Regulations, Moment], Decision]
    direct_refs: Callable[[Any], Iterable[Ref]] = _none
    derived_refs: Callable[[Any, Facts, Regulations], Iterable[Ref]] = _none
    settles: Callable[[Any, Facts], Iterable[Ref]] = _none
    held_by: Callable[[Refused], Ref | None] = _nothing
    numbering: bool = False


@value(frozen=True, slots=True)
class DueRow:
    """A kind of row that time alone changes at its `look_at`, with the timer's command for a key."""

    kind: type[Any]
    command: Callable[[Any], Any]


@value(frozen=True, slots=True)
class Upkeep:
    """A recurring task of the timer, done once in every `every` milliseconds.

    `missing` reads committed state and returns the commands for what is missing.
    """

    every: Instant
    missing: Callable[[Any, Regulations, Instant], Iterable[Any]]
