"""All rule sets of an installation, with the versions of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from kezek.domain.kernel.instant import Instant, day_start
from kezek.domain.kernel.known import NOTHING_KNOWN, KnownFormats
from kezek.domain.regulation.regulation import Regulation, VersionStatus
from kezek.domain.regulation.version import RuleSet


class RuledLine(Protocol):
    """The fields of a line that choose its rules: its rule set and its time zone."""

    @property
    def regulation(self) -> str: ...

    @property
    def zone(self) -> str: ...


class Regulations(dict[str, Regulation]):
    """The newest version in force of each rule set, by id, with known plate formats and phones.

    `versions` are further versions of any status; only those in force govern lines.
    """

    def __init__(
        self,
        rules: Mapping[str, Regulation],
        known: KnownFormats = NOTHING_KNOWN,
        versions: Iterable[Regulation] = (),
    ) -> None:
        self.versions = (*rules.values(), *versions)
        self.known = known
        served: dict[str, list[Regulation]] = {}
        for one in self.versions:
            if one.status is VersionStatus.IN_FORCE:
                served.setdefault(one.id, []).append(one)
        self.sets = {id: RuleSet(found) for id, found in served.items()}
        super().__init__({id: found.newest for id, found in self.sets.items()})

    @property
    def labels(self) -> dict[str, Mapping[str, str]]:
        """The labels of classes by class and language.

        A class is called alike in all rule sets and at all times: the version in force that takes
        effect last names it, also before its first day, and a draft only where no such version does.
        """
        found: dict[str, Mapping[str, str]] = {}
        for regulation in sorted(self.versions, key=_rank, reverse=True):
            for rule in regulation.classes.values():
                if rule.labels:
                    found.setdefault(rule.name, rule.labels)
        return found

    def at(
        self,
        line: RuledLine,
        now: Instant,
        *,
        booked: Instant | None = None,
        window: Instant | None = None,
    ) -> Regulation:
        """The rules of a line now, for a booking made at `booked` and a window; both default to now."""
        return self.sets[line.regulation].at(line.zone, now, booked=booked, window=window)

    def of_day(self, line: RuledLine, on: date, now: Instant) -> Regulation:
        """The rules by which a local day of a line is cut into windows and places."""
        return self.at(line, now, window=day_start(on, line.zone))

    def of(self, id: str) -> list[Regulation]:
        """All versions of a rule set, of any status, by their first day."""
        found = (one for one in self.versions if one.id == id)
        return sorted(found, key=lambda one: (one.effective_on, one.status))

    def every(self) -> Regulations:
        """These rules, with each version of any status by `id@first day` too, as questions name them."""
        found = Regulations({}, self.known, self.versions)
        for one in self.versions:
            if found.get(one.id) is not one:
                found[f"{one.id}@{one.effective_on}"] = one
        return found


def _rank(version: Regulation) -> tuple[bool, str]:
    return version.status is VersionStatus.IN_FORCE, version.effective_on
