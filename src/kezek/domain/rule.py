"""What the register says of a command, and of what time alone makes due.

Each noun that has commands states theirs in a module `register` of its own; `decide.py` joins them, and
whoever carries commands out (`app/desk`) knows no noun.
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
    """How one kind of command is decided, and which rows that takes.

    `direct_refs` are the rows that the command names, `derived_refs` those that these name in turn.
    Both only save journeys to the store: what they leave out is read when the rule asks for it.
    `settles` are rows that lapse first if their time has come; `held_by` is the row because of which
    the command was refused, and which may have lapsed.  `numbering` says that an accepted command
    gives out a number that people hold.
    """

    decide: Callable[[Facts, Any, Regulations, Moment], Decision]
    direct_refs: Callable[[Any], Iterable[Ref]] = _none
    derived_refs: Callable[[Any, Facts, Regulations], Iterable[Ref]] = _none
    settles: Callable[[Any, Facts], Iterable[Ref]] = _none
    held_by: Callable[[Refused], Ref | None] = _nothing
    numbering: bool = False


@value(frozen=True, slots=True)
class DueRow:
    """Rows of a kind that time alone changes at their `look_at`, and the timer's command for a key."""

    kind: type[Any]
    command: Callable[[Any], Any]


@value(frozen=True, slots=True)
class Upkeep:
    """What is missing from time to time, asked for once in every span of so many milliseconds.

    `missing` reads committed state and answers with the timer's commands for it.
    """

    every: Instant
    missing: Callable[[Any, Regulations, Instant], Iterable[Any]]
