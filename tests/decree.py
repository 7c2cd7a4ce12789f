"""A decree for the invented world: what its rules set otherwise from tomorrow on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kezek.domain.kernel.instant import HOUR, MINUTE, day_start
from kezek.domain.kernel.money import Money
from kezek.domain.regulation.regulation import Joins
from kezek.domain.regulation.regulations import Regulations
from tests.world import rules

TOMORROW, NO_LONGER_PUBLISHED = "2026-06-14", "2026-07-15"
MIDNIGHT = day_start(date.fromisoformat(TOMORROW), "Asia/Almaty")


def decreed(**changes: object) -> Regulations:
    """The rules with a version of kz that takes effect tomorrow."""
    known = rules()
    was = known["kz"]
    priority, walk_in = was.classes["priority"], was.classes["walk_in"]
    doubled = 2 * priority.fee_units
    classes = was.classes | {
        "priority": replace(priority, fee_units=doubled, cap_percent=None, cap_places=1),
        "walk_in": replace(walk_in, joins=Joins.AT_ONCE),
    }
    decree = replace(
        was,
        effective_on=TOMORROW,
        windows_from=NO_LONGER_PUBLISHED,
        window=2 * HOUR,
        no_show_after=HOUR,
        call_for=10 * MINUTE,
        misses_max=0,
        moves_max=0,
        fee_unit=Money(2 * was.fee_unit.minor, "KZT"),
        classes=classes,
        interleave=("in_turn", "priority", "accelerated", "postal", "walk_in"),
        **changes,
    )
    return Regulations(known, known.known, [decree])
