"""The rules' answers to a command."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import field
from typing import Any, TypeAlias

from kezek.domain.kernel.event import Event
from kezek.domain.kernel.facts import Row
from kezek.domain.kernel.refusal import Fact, Refused
from kezek.domain.kernel.value import value


@value(frozen=True, slots=True)
class Accepted:
    """A yes: rows to put, rows to drop, events to append, and the outcome for the sender."""

    events: tuple[Event, ...]
    puts: tuple[Row, ...] = ()
    drops: tuple[tuple[type[Any], Hashable], ...] = ()
    outcome: Mapping[str, Fact] = field(default_factory=dict)


Decision: TypeAlias = Accepted | Refused
