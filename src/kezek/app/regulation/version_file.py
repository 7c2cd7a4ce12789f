"""The versions of rule sets, a file each: read whole, or refused with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import NamedTuple

from kezek.app.regulation.regulation import NO_POOL, RegulationFault, parse_regulation
from kezek.app.vehicle.phones import numbering_plan
from kezek.app.vehicle.plates import plate_formats
from kezek.domain.kernel.known import KnownFormats
from kezek.domain.regulation.regulation import ClassRule, Regulation, VersionStatus
from kezek.domain.regulation.regulations import Regulations
from kezek.planning.scenario.world.line_map import LineMap


def shipped_regulations() -> Regulations:
    """The rule sets inside the package."""
    known = KnownFormats(plate_formats(), numbering_plan)
    return Regulations({}, known, read_versions(resources.files("kezek") / "regulation"))


def read_versions(folder: Traversable) -> list[Regulation]:
    """Every version in a folder: a file is one, and a folder inside holds those of one rule set.

    RegulationFault when a file does not hold together, or the versions do not follow one another.
    """
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    files = [
        (f"{entry.name}/{inner.name}", inner) if entry.is_dir() else (entry.name, inner)
        for entry in entries
        for inner in (sorted(entry.iterdir(), key=_name) if entry.is_dir() else (entry,))
        if inner.name.endswith(".toml")
    ]
    found = [VersionFile(name, file.read_text("utf-8")) for name, file in files]
    read = [(file, parse_regulation(file.text, file.name)) for file in found]
    must_follow(read)
    return [version for _, version in read]


def _name(entry: Traversable) -> str:
    return entry.name


class VersionFile(NamedTuple):
    """A file of one version."""

    name: str
    text: str

    def said(self, key: str, told: str) -> str:
        """What is wrong with a key, with the file and the line."""
        return f"{self.name}: line {LineMap(self.text).line(key)}: {key}: {told}"


def must_follow(read: Sequence[tuple[VersionFile, Regulation]]) -> None:
    """The versions in force of each rule set follow one another, without overlap, gap or lost class;
    no two versions of any status begin on one day, because id and first day name a version.
    """
    named: set[tuple[str, str]] = set()
    for file, one in read:
        if (one.id, one.effective_on) in named:
            told = (
                f"two versions of {one.id} take effect on {one.effective_on}: give one another day"
            )
            raise RegulationFault(file.said("effective_on", told))
        named.add((one.id, one.effective_on))
    sets: dict[str, list[tuple[VersionFile, Regulation]]] = {}
    for file, one in read:
        if one.status is VersionStatus.IN_FORCE:
            sets.setdefault(one.id, []).append((file, one))
    for found in sets.values():
        found.sort(key=lambda one: one[1].effective_on)
        for (_, before), (file, after) in pairwise(found):
            fault = _break(before, after)
            if fault:
                key, told = fault
                raise RegulationFault(file.said(key, told))
        file, last = found[-1]
        if last.until:
            told = (
                f"no version follows {last.id} of {last.effective_on}, which ends on {last.until}"
            )
            raise RegulationFault(file.said("until", told))


def _break(before: Regulation, after: Regulation) -> tuple[str, str] | None:
    """What is wrong between two versions, with the key at fault; None where one follows the other."""
    was = f"the version of {before.effective_on}"
    if before.until and before.until >= after.effective_on:
        return "effective_on", f"{was} is in force until {before.until}: they overlap"
    next_day = date.fromisoformat(before.until) + timedelta(days=1) if before.until else None
    if next_day is not None and next_day.isoformat() != after.effective_on:
        return "effective_on", f"{was} ends on {before.until}: there is a gap before this one"
    if (after.authority, after.country) != (before.authority, before.country):
        return "authority", f"{was} is another authority's"
    cut_before = before.windows_from or before.effective_on
    if (after.windows_from or after.effective_on) <= cut_before:
        return "windows_from", f"{was} cuts days into windows from {cut_before} on"
    lost = [name for name in before.classes if name not in after.classes]
    if lost:
        told = f"the class {lost[0]} of {was} is missing: its bookings could not be called"
        return "interleave", f"{told}; keep it in the cycle, with staff_only and no places"
    return _pool_break(before, after)


def _pool_break(before: Regulation, after: Regulation) -> tuple[str, str] | None:
    """What is wrong between the pools of two versions: published days count places by pool."""
    was = f"the version of {before.effective_on}"
    why = "the published days count their places by these pools"
    had = {pool.name: pool.reserved for pool in before.pools}
    for place, pool in enumerate(after.pools):
        if pool.name not in had:
            told = f"{was} has no pool {pool.name!r}, and {why}"
            return f"pool[{place}].name", f"{told}; keep its pools, and put a new class into one"
        if pool.reserved != had[pool.name]:
            told = f"{was} says otherwise of {pool.name!r}, and {why}"
            return f"pool[{place}].reserved", f"{told}; write reserved as there"
    lost = next((name for name in had if name not in {pool.name for pool in after.pools}), None)
    if lost is not None:
        return "pool", f"the pool {lost!r} of {was} is missing, and {why}; keep it"
    for place, rule in enumerate(after.classes.values()):
        known = before.classes.get(rule.name)
        if known is None or _pool_name(known) == _pool_name(rule):
            continue
        told = f"{rule.name!r} takes its places of {_pool_name(known)!r} in {was}, and {why}"
        return (
            f"class[{place}].pool",
            f"{told}; keep the pool, and write a new class for another one",
        )
    return None


def _pool_name(rule: ClassRule) -> str:
    return rule.pool.name if rule.pool else NO_POOL
