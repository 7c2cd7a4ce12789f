"""Reads rule sets from TOML and refuses files that leave a number out or add one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

import msgspec

from kezek.app.port import Fault
from kezek.domain.kernel.instant import DAY, MINUTE
from kezek.domain.kernel.money import Money
from kezek.domain.regulation.regulation import (
    ALSO_CHOSEN_BY,
    CHOSEN_BY,
    ChosenBy,
    ClassRule,
    Joins,
    Note,
    PoolRule,
    Regulation,
    VersionStatus,
)
from kezek.domain.regulation.version import NOTES
from kezek.planning.scenario.world.line_map import LineMap, dotted

# Classes or pools of a rule set, and places of its cycle.
NAMES_MAX, CYCLE_MAX = 32, 1_000
_DAY_MINUTES = 24 * 60
# The optional word for a class without a pool.
NO_POOL = "none"

# A class or a pool is a short word that fits into an address, a table and the label of a metric.
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", max_length=20)]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


# A field's name in a file, and in the code.
FIELDS: Mapping[str, str] = {file: name for name, file in NOTES.items()} | {
    name: name for name in ("pool", "fee_units", "cap_percent", "cap_places", "staff_only", "joins")
}


class _Note(msgspec.Struct, forbid_unknown_fields=True):
    basis: str
    source: str


class _Number(_Note):
    value: Count


class _FeeUnit(_Note):
    name: str
    minor: Count
    currency: str


class _Pool(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    reserved: bool = False


# The two pools of files that name none, from before pools were in files.
_POOLS_BEFORE = [_Pool("ordinary"), _Pool("kept", reserved=True)]


class _Class(_Note):
    name: Name
    fee_units: Count
    pool: Name = NO_POOL
    label: dict[Language, Label] = {}
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
    effective_on: date
    sources: list[str]
    interleave: Annotated[list[Name], msgspec.Meta(max_length=CYCLE_MAX)]
    notes: dict[str, _Note]
    fee_unit: _FeeUnit
    number: _Numbers
    classes: Annotated[list[_Class], msgspec.Meta(max_length=NAMES_MAX)] = msgspec.field(
        name="class"
    )
    pools: Annotated[list[_Pool], msgspec.Meta(max_length=NAMES_MAX)] = msgspec.field(
        name="pool", default_factory=lambda: list(_POOLS_BEFORE)
    )
    system: str = ""
    status: VersionStatus = VersionStatus.IN_FORCE
    until: date | None = None
    windows_from: date | None = None
    transition: dict[str, ChosenBy] = {}


class RegulationFault(Fault):
    """Rule sets cannot be read or served; the message names the file and the place."""

    permanent = True


def _note(note: _Note) -> Note:
    return Note(note.basis, note.source)


def parse_regulation(text: str, name: str = "regulation") -> Regulation:
    """A rule set from its TOML text; RegulationFault when it does not hold together."""
    lines = LineMap(text)
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
    except tomllib.TOMLDecodeError as fault:
        raise RegulationFault(f"{name}: {fault}") from fault
    except msgspec.ValidationError as fault:
        told, _, path = str(fault).partition(" - at `")
        place = dotted(path.rstrip("`"))
        raise RegulationFault(f"{name}: line {lines.line(place)}: {place}: {told}") from fault
    problems = [f"{name}: line {lines.line(at)}: {at}: {told}" for at, told in _problems(file)]
    if problems:
        raise RegulationFault("\n".join(problems))
    pools = {
        pool.name: PoolRule(
            pool.name, pool.reserved, tuple(c.name for c in file.classes if c.pool == pool.name)
        )
        for pool in file.pools
    }
    classes = {c.name: _class_rule(c, pools) for c in file.classes}
    n = file.number
    numbers = {key: getattr(n, key) for key in n.__struct_fields__ if getattr(n, key) is not None}
    notes = {key: _note(note) for key, note in (file.notes | numbers).items()}
    notes["fee_unit"] = _note(file.fee_unit)
    return Regulation(
        id=file.id,
        authority=file.authority,
        country=file.country,
        title=file.title,
        effective_on=file.effective_on.isoformat(),
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
        pools=tuple(pools.values()),
        classes=classes,
        interleave=tuple(file.interleave),
        notes=notes,
        system=file.system,
        status=file.status,
        until=file.until.isoformat() if file.until else "",
        windows_from=file.windows_from.isoformat() if file.windows_from else "",
        transition=_transition(file.transition),
    )


def _class_rule(c: _Class, pools: Mapping[str, PoolRule]) -> ClassRule:
    return ClassRule(
        name=c.name,
        pool=pools.get(c.pool),
        fee_units=c.fee_units,
        cap_percent=c.cap_percent,
        cap_places=c.cap_places,
        staff_only=c.staff_only,
        note=_note(c),
        joins=c.joins,
        labels=c.label,
    )


def _problems(file: _File) -> Iterator[tuple[str, str]]:
    """Faults beyond types: parts that do not fit each other, each with its place in the file."""
    yield from _pool_problems(file)
    yield from _class_problems(file)
    yield from _day_problems(file)
    names = {c.name for c in file.classes}
    for place, name in enumerate(file.interleave):
        if name not in names:
            yield f"interleave[{place}]", f"the cycle names {name!r}, which is no class of the file"
    window = file.number.window_minutes.value
    fits = window >= 1 and _DAY_MINUTES % window == 0 and (60 % window == 0 or window % 60 == 0)
    if not fits:
        told = "a window is part of an hour or whole hours, and windows fill a day"
        yield "number.window_minutes", told
    if file.number.call_minutes.value < 1:
        yield "number.call_minutes", "no time from call to gate"
    if file.number.drivers_max.value < 1:
        yield "number.drivers_max", "nobody may drive"


def _pool_problems(file: _File) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for place, pool in enumerate(file.pools):
        if pool.name == NO_POOL:
            yield f"pool[{place}].name", f"{NO_POOL!r} says that a class has no pool"
        if pool.name in seen:
            yield f"pool[{place}].name", f"the pool {pool.name!r} stands twice"
        seen.add(pool.name)
    if sum(not pool.reserved for pool in file.pools) != 1:
        yield "pool[0]", "one pool, and only one, is not reserved: it has what the others leave"


def _class_problems(file: _File) -> Iterator[tuple[str, str]]:
    if not file.classes:
        yield "class", "there is no class"
    seen: set[str] = set()
    joining: list[str] = []
    pools = {pool.name: pool for pool in file.pools}
    for place, c in enumerate(file.classes):
        at = f"class[{place}]"
        if c.name in seen:
            yield f"{at}.name", f"the class {c.name!r} stands twice"
        seen.add(c.name)
        if c.pool == NO_POOL:
            joining.append(c.name)
            if len(joining) > 1:
                told = f"{joining[0]!r} and {c.name!r} have no pool: one class is for walk-ins"
                yield f"{at}.pool", told
        elif c.pool not in pools:
            yield f"{at}.pool", f"the pool {c.pool!r} is not one of the file's"
        if c.name not in file.interleave:
            told = f"the class {c.name!r} has no place in the cycle (interleave): it would wait for ever"
            yield f"{at}.name", told
        if (c.cap_percent or 0) > 100:
            yield f"{at}.cap_percent", "a share above 100 %"
    free = {name for name, pool in pools.items() if not pool.reserved}
    if not any(c.pool in free and not c.staff_only for c in file.classes):
        yield "class[0]", "no class on sale takes places of the pool that is not reserved"


def _day_problems(file: _File) -> Iterator[tuple[str, str]]:
    if file.until is not None and file.until < file.effective_on:
        yield "until", "it ends before it begins"
    if file.windows_from is not None and file.windows_from < file.effective_on:
        yield "windows_from", "it cuts windows before it is in force"
    for field, by in file.transition.items():
        if field not in FIELDS:
            known = ", ".join(sorted(FIELDS))
            yield f"transition.{field}", f"no field is called so; there are {known}"
            continue
        name = FIELDS[field]
        may = (CHOSEN_BY[name], *ALSO_CHOSEN_BY.get(name, ()))
        if by not in may:
            choice = " or ".join(f"'{one}'" for one in may)
            told = f"its version cannot be chosen by '{by}'; write {choice}"
            yield f"transition.{field}", told


def _transition(named: Mapping[str, ChosenBy]) -> Mapping[str, ChosenBy]:
    chosen = {FIELDS[name]: by for name, by in named.items()}
    # The unit and its name are one thing.
    return chosen | ({"fee_unit_name": chosen["fee_unit"]} if "fee_unit" in chosen else {})
