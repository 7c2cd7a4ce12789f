"""Chooses the version of a rule set: each field has an instant that chooses its version.

Promises to the driver follow the booking, the places of a window follow that window, and the order of
the line follows now.  A decree may name another instant for a field (`transition`).  A version gives a
field once the field's instant has reached the version's first day; of several versions the latest
counts.  Before its first version a rule set is that version.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any, NamedTuple

from kezek.domain.kernel.instant import Instant, day_start
from kezek.domain.regulation.regulation import CHOSEN_BY, ChosenBy, ClassRule, Regulation

_CLASS_FIELDS = tuple(f.name for f in fields(ClassRule) if f.name in CHOSEN_BY)
_OWN_FIELDS = tuple(f.name for f in fields(Regulation) if f.name in CHOSEN_BY)


class _Starts(NamedTuple):
    """The beginning of each version in a time zone; `windows` is when it begins to cut days."""

    all: tuple[Instant, ...]
    windows: tuple[Instant, ...]


class RuleSet:
    """The versions of one authority's rules that are in force, one after another."""

    def __init__(self, versions: Sequence[Regulation]) -> None:
        assert versions, "a rule set has a version"
        self.versions = tuple(sorted(versions, key=lambda one: one.effective_on))
        self._starts: dict[str, _Starts] = {}
        self._kept: dict[tuple[object, ...], Regulation] = {}

    @property
    def newest(self) -> Regulation:
        """The version that takes effect last."""
        return self.versions[-1]

    def at(
        self,
        zone: str,
        now: Instant,
        *,
        booked: Instant | None = None,
        window: Instant | None = None,
    ) -> Regulation:
        """The rules now, for a booking made at `booked` and for a window; both default to now."""
        if len(self.versions) == 1:
            return self.versions[0]
        starts = self._starts_in(zone)
        instants = {
            ChosenBy.NOW: now,
            ChosenBy.BOOKING: now if booked is None else booked,
            ChosenBy.WINDOW: now if window is None else window,
        }
        cut = bisect_right(starts.windows, instants[ChosenBy.WINDOW])
        key = (zone, cut, *(bisect_right(starts.all, at) for at in instants.values()))
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._composed(starts, instants)
        return found

    def changes_until(self, zone: str, now: Instant, end: Instant) -> Sequence[Instant]:
        """The instants after now and before an end at which a version takes effect."""
        if len(self.versions) == 1:
            return ()
        return [at for at in self._starts_in(zone).all[1:] if now < at < end]

    def changes_after(self, zone: str, now: Instant) -> Instant | None:
        """When the next version takes effect; None where none is known."""
        if len(self.versions) == 1:
            return None
        starts = self._starts_in(zone).all[1:]
        return next((at for at in starts if at > now), None)

    def _starts_in(self, zone: str) -> _Starts:
        found = self._starts.get(zone)
        if found is None:
            begin = [one.effective_on for one in self.versions]
            cut = [one.windows_from or one.effective_on for one in self.versions]
            found = _Starts(*(tuple(_midnight(on, zone) for on in days) for days in (begin, cut)))
            self._starts[zone] = found
        return found

    def _composed(self, starts: _Starts, instants: Mapping[ChosenBy, Instant]) -> Regulation:
        """The rules composed of each field's own version."""

        def given(name: str) -> Regulation:
            begin = starts.windows if name == "window" else starts.all
            for at in range(len(self.versions) - 1, 0, -1):
                by = self.versions[at].transition.get(name, CHOSEN_BY[name])
                if instants[by] >= begin[at]:
                    return self.versions[at]
            return self.versions[0]

        reached = max(bisect_right(starts.all, at) for at in instants.values())
        now = self.versions[max(0, bisect_right(starts.all, instants[ChosenBy.NOW]) - 1)]
        own: dict[str, Any] = {name: getattr(given(name), name) for name in _OWN_FIELDS}
        own["interleave"] = self._cycle(given("interleave"))
        notes = dict(now.notes)
        for name, key in NOTES.items():
            if key in (source := given(name).notes):
                notes[key] = source[key]
        classes = {}
        # A later version leaves no class out, so this one has all.
        for name, rule in self.versions[max(0, reached - 1)].classes.items():
            parts: dict[str, Any] = {
                field: getattr(given(field).classes.get(name, rule), field)
                for field in _CLASS_FIELDS
            }
            note = given("fee_units").classes.get(name, rule).note
            classes[name] = replace(rule, note=note, **parts)
        return replace(now, classes=classes, notes=notes, **own)

    def _cycle(self, version: Regulation) -> tuple[str, ...]:
        """The cycle of a version, with a last place for each class that only later versions have.

        Such a class is on sale for the windows of its version, and its truck may arrive before that
        version begins.
        """
        cycle = version.interleave
        later = (name for one in self.versions for name in one.interleave)
        return (*cycle, *(name for name in dict.fromkeys(later) if name not in cycle))


def _midnight(on: str, zone: str) -> Instant:
    return day_start(date.fromisoformat(on), zone)


# Fields whose note has another name in the regulation file.
NOTES: Mapping[str, str] = {
    "window": "window_minutes",
    "horizon_days": "horizon_days",
    "keeps_place_for": "keeps_place_minutes",
    "no_show_after": "no_show_minutes",
    "call_for": "call_minutes",
    "misses_max": "misses_max",
    "moves_max": "moves_max",
    "move_until": "move_until_minutes",
    "displaced_for": "displaced_days",
    "drivers_max": "drivers_max",
    "fee_unit": "fee_unit",
    "interleave": "interleave",
    "joins": "joins",
}
