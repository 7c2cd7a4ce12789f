"""Which version of a rule set is in force, as readers are told it."""

from __future__ import annotations

from kezek.domain.kernel.instant import Instant
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.regulation.regulations import Regulations


def in_force(rules: Regulations, id: str, zone: str, now: Instant) -> Regulation | None:
    """The version of a rule set that has begun in a zone, the first one before it begins; None where no
    version is in force.
    """
    found = rules.sets.get(id)
    if found is None:
        return None
    today = found.at(zone, now).effective_on
    return next(one for one in found.versions if one.effective_on == today)


def all_in_force(rules: Regulations, zone: str, now: Instant) -> list[Regulation]:
    """The version in force of every rule set, by id."""
    found = (in_force(rules, id, zone, now) for id in sorted(rules.sets))
    return [one for one in found if one is not None]
