"""Reads rule sets from TOML and refuses files that leave a number out or add one."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Annotated, Any

import msgspec

from kezek.app.port import Fault
from kezek.app.vehicle.phones import numbering_plan
from kezek.app.vehicle.plates import plate_formats
from kezek.domain.kernel.instant import DAY, MINUTE
from kezek.domain.kernel.known import KnownFormats
from kezek.domain.kernel.money import Money
from kezek.domain.regulation.regulation import (
    ClassRule,
    Joins,
    Note,
    Pool,
    Regulation,
    Regulations,
    VehicleClass,
)

_DAY_MINUTES = 24 * 60

Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class _Note(msgspec.Struct, forbid_unknown_fields=True):
    basis: str
    source: str


class _Number(_Note):
    value: Count


class _FeeUnit(_Note):
    name: str
    minor: Count
    currency: str


class _Class(_Note):
    name: VehicleClass
    pool: Pool
    fee_units: Count
    cap_percent: Count | None = None
    cap_places: Count | None = None
    staff_only: bool = False
    joins: Joins = Joins.AT_ONCE


class _Numbers(msgspec.Struct, forbid_unknown_fields=True):
    window_minutes: _Number
    horizon_days: _Number
    keeps_place_minutes: _Number
    no_show_minutes: _Number
    call_minutes: _Number
    misses_max: _Number
    move_until_minutes: _Number
    displaced_days: _Number
    drivers_max: _Number
    moves_max: _Number | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    authority: str
    country: str
    title: str
    effective_on: Any
    sources: list[str]
    interleave: list[VehicleClass]
    notes: dict[str, _Note]
    fee_unit: _FeeUnit
    number: _Numbers
    classes: list[_Class] = msgspec.field(name="class")


class RegulationFault(Fault):
    """A rule set cannot be read; the message names the file and the place."""

    permanent = True


def _note(note: _Note) -> Note:
    return Note(note.basis, note.source)


def parse_regulation(text: str, name: str = "regulation") -> Regulation:
    """A rule set from its TOML text; RegulationFault when it does not hold together."""
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError) as fault:
        raise RegulationFault(f"{name}: {fault}") from fault
    classes = {
        c.name: ClassRule(
            c.name,
            c.pool,
            c.fee_units,
            c.cap_percent,
            c.cap_places,
            c.staff_only,
            _note(c),
            c.joins,
        )
        for c in file.classes
    }
    _must_hold_together(file, name)
    n = file.number
    numbers = {key: getattr(n, key) for key in n.__struct_fields__ if getattr(n, key) is not None}
    notes = {key: _note(note) for key, note in (file.notes | numbers).items()}
    notes["fee_unit"] = _note(file.fee_unit)
    return Regulation(
        id=file.id,
        authority=file.authority,
        country=file.country,
        title=file.title,
        effective_on=str(file.effective_on),
        sources=tuple(file.sources),
        window=n.window_minutes.value * MINUTE,
        horizon_days=n.horizon_days.value,
        keeps_place_for=n.keeps_place_minutes.value * MINUTE,
        no_show_after=n.no_show_minutes.value * MINUTE,
        call_for=n.call_minutes.value * MINUTE,
        misses_max=n.misses_max.value,
        moves_max=None if n.moves_max is None else n.moves_max.value,
        move_until=n.move_until_minutes.value * MINUTE,
        displaced_for=n.displaced_days.value * DAY,
        drivers_max=n.drivers_max.value,
        fee_unit=Money(file.fee_unit.minor, file.fee_unit.currency),
        fee_unit_name=file.fee_unit.name,
        classes=classes,
        interleave=tuple(file.interleave),
        notes=notes,
    )


def _must_hold_together(file: _File, name: str) -> None:
    """What no type says: parts that fit each other."""
    window, names = file.number.window_minutes.value, [c.name for c in file.classes]
    wrong = {
        "there is no class": not names,
        "a class stands twice": len(set(names)) != len(names),
        "interleave and classes name different classes": set(file.interleave) != set(names),
        "walk_in, and no other class, has no places": any(
            (c.pool is Pool.NONE) != (c.name is VehicleClass.WALK_IN) for c in file.classes
        ),
        "a share above 100 %": any((c.cap_percent or 0) > 100 for c in file.classes),
        "a window is part of an hour or whole hours, and windows fill a day": window < 1
        or _DAY_MINUTES % window != 0
        or (60 % window != 0 and window % 60 != 0),
        "no time from call to gate": file.number.call_minutes.value < 1,
        "nobody may drive": file.number.drivers_max.value < 1,
    }
    for fault, is_so in wrong.items():
        if is_so:
            raise RegulationFault(f"{name}: {fault}")


def shipped_regulations() -> Regulations:
    """The rule sets inside the package."""
    folder = resources.files("kezek") / "regulation"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    read = [parse_regulation(f.read_text("utf-8"), f.name) for f in files]
    known = KnownFormats(plate_formats(), numbering_plan)
    return Regulations({regulation.id: regulation for regulation in read}, known)
