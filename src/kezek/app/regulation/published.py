"""The published facts about a class, and the numbers that are ours because the law has none."""

from __future__ import annotations

from dataclasses import dataclass

from kezek.domain.kernel.money import Money
from kezek.domain.regulation.regulation import Regulation


@dataclass(frozen=True, slots=True)
class ClassFee:
    """A fee as the law states it, in `units` of a named unit, and as money."""

    units: int
    unit: str
    money: Money


def fee_of(regulation: Regulation, vehicle_class: str) -> Money:
    """The fee of a class that the rules know, in money: shown and not collected."""
    return regulation.fee(vehicle_class)


def published_fee(regulation: Regulation, vehicle_class: str) -> ClassFee | None:
    """The fee of a class; None where no fee is published, or the rules know no such class."""
    rule = regulation.classes.get(vehicle_class)
    if rule is None or is_ours(regulation, "fee_unit"):
        return None
    return ClassFee(rule.fee_units, regulation.fee_unit_name, regulation.fee(vehicle_class))


def is_reserved(regulation: Regulation, vehicle_class: str) -> bool:
    """Whether places are reserved for a class."""
    rule = regulation.classes.get(vehicle_class)
    return rule is not None and rule.pool is not None and rule.pool.reserved


def is_ours(regulation: Regulation, number: str) -> bool:
    """Whether a number of the rules is ours because the law's is not published."""
    note = regulation.notes.get(number)
    return note is not None and note.ours
