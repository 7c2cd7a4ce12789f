"""Reads a scenario's text into points that can be run, or reports all its faults.

A file says only what differs.  Fields that a checkpoint leaves out come from the scenario's own `demand`
and `rules`, then from the shipped network, then from the defaults.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import msgspec

from kezek.domain.kernel.value import value
from kezek.planning.scenario.world.change import Document, PathUnknown, changed, combinations
from kezek.planning.scenario.world.check import faults
from kezek.planning.scenario.world.ground import Ground
from kezek.planning.scenario.world.line_map import LineMap, dotted
from kezek.planning.scenario.world.problem import ScenarioProblem, ScenarioWrong
from kezek.planning.scenario.world.scenario import Scenario

POINTS_MAX = 100_000
# A field of a checkpoint that the scenario may state for all.
_SHARED = re.compile(r"checkpoint\[\d+\]\.((?:demand|rules)\..+)")
# The names of types in messages of msgspec, and ours.
_KINDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


@value(frozen=True, slots=True)
class Point:
    """One scenario to run, with the world it is compared with; `change` is its point in a sweep."""

    change: Mapping[str, object]
    world: Scenario
    other: Scenario | None


def read_scenario(text: str, file: str, ground: Ground) -> tuple[Point, ...]:
    """The points of a file, one unless it has a sweep; raises ScenarioWrong with every fault."""
    document, lines = parsed(text, file), LineMap(text)
    stated = _typed(document, file, lines)
    whole = resolved(document, ground)
    found = [
        ScenarioProblem(file, lines.line(field), field, sentence)
        for fault, sentence in (
            *unknown_posts(stated, ground),
            *faults(_convert(whole), ground.regulations),
        )
        for field in (_stated_at(document, fault),)
    ]
    if found:
        raise ScenarioWrong(_each_once(found))
    return _points(whole, stated, file, lines, ground)


def _stated_at(document: Document, field: str) -> str:
    """The field as the file states it: one of a checkpoint may be copied from the shared tables."""
    shared = _SHARED.fullmatch(field)
    if shared and value_at(document, field) is None and value_at(document, shared[1]) is not None:
        return shared[1]
    return field


def parsed(text: str, file: str) -> Document:
    """The file's tables; raises ScenarioWrong with the line where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        told = str(fault)
        line = told.rpartition("(at line ")[2].partition(",")[0]
        at = int(line) if line.isdigit() else max(1, len(text.splitlines()))
        raise ScenarioWrong([ScenarioProblem(file, at, "", f"this is not TOML: {told}")]) from None


def resolved(document: Document, ground: Ground) -> Document:
    """The document with the missing fields of each checkpoint from the shipped network."""
    whole = dict(document)
    posts = []
    for stated in document["checkpoint"]:
        known = ground.posts.get(stated["id"])
        entry: Document = {}
        if known is not None:
            entry = {"name": known.name, "zone": known.zone, "regulation": known.regulation}
        entry = _over(entry, ground.calibrated.get(stated["id"], {}))
        for shared in ("demand", "rules"):
            entry = _over(entry, {shared: document.get(shared, {})})
        posts.append(_over(entry, stated))
    whole["checkpoint"] = posts
    return whole


def unknown_posts(stated: Scenario, ground: Ground) -> list[tuple[str, str]]:
    """Faults of checkpoints that neither ship nor are described in full."""
    found = []
    for at, post in enumerate(stated.checkpoint):
        if post.id in ground.calibrated:
            continue
        demand = post.demand.per_day if post.demand.per_day is not None else stated.demand.per_day
        known = ground.posts.get(post.id)
        needed = {
            "name": known is not None or post.name,
            "zone": known is not None or post.zone,
            "regulation": post.regulation or (known is not None and known.regulation),
            "capacity_per_day": post.capacity_per_day is not None,
            "demand.per_day": demand is not None,
            "stage": post.stage,
        }
        missing = ", ".join(field for field, there in needed.items() if not there)
        if missing:
            near = [] if known else difflib.get_close_matches(post.id, ground.calibrated, 3)
            meant = f" Did you mean {' or '.join(near)}?" if near else ""
            ships = "ships without capacity" if known is not None else "does not ship"
            found.append(
                (f"checkpoint[{at}].id", f"{post.id!r} {ships}: also give {missing}.{meant}")
            )
    return found


def _points(
    whole: Document, stated: Scenario, file: str, lines: LineMap, ground: Ground
) -> tuple[Point, ...]:
    points = []
    sweep = stated.sweep.change if stated.sweep else {}
    count = 1
    for values in sweep.values():
        count *= len(values)
    if count > POINTS_MAX:
        sentence = f"{count:,} combinations; at most {POINTS_MAX:,} may be run at once"
        raise ScenarioWrong(
            [ScenarioProblem(file, lines.line("sweep.change"), "sweep.change", sentence)]
        )
    compare = stated.compare.change if stated.compare else None
    for change in combinations(sweep):
        document = _altered(whole, change, "sweep.change", file, lines)
        world = _altered_world(document, change, "sweep.change", file, lines, ground)
        other = None
        if compare is not None:
            beside = _altered(document, compare, "compare.change", file, lines)
            other = _altered_world(beside, compare, "compare.change", file, lines, ground)
        points.append(Point(change, world, other))
    return tuple(points)


def _altered(
    document: Document, change: Mapping[str, object], table: str, file: str, lines: LineMap
) -> Document:
    # Fields for all checkpoints have been copied into each of them by now.
    each = {
        f"checkpoint.*.{path}" if path.startswith(("demand.", "rules.")) else path: value
        for path, value in change.items()
    }
    try:
        return changed(document, each)
    except PathUnknown as fault:
        path = str(fault).partition(":")[0].partition(" ")[0]
        field = f"{table}.{path}"
        raise ScenarioWrong(
            [ScenarioProblem(file, _line(lines, table, path), field, str(fault))]
        ) from None


def _altered_world(
    document: Document,
    change: Mapping[str, object],
    table: str,
    file: str,
    lines: LineMap,
    ground: Ground,
) -> Scenario:
    """The world after a change; faults are reported at the change."""
    try:
        world = _convert(document)
    except msgspec.ValidationError as fault:
        wrong = [_said(fault, document)[1]]
    else:
        wrong = [f"{field}: {sentence}" for field, sentence in faults(world, ground.regulations)]
        if not wrong:
            return world
    path = next(iter(change), "")
    problems = [
        ScenarioProblem(file, _line(lines, table, path), f"{table}.{path}", w) for w in wrong
    ]
    raise ScenarioWrong(problems)


def _line(lines: LineMap, table: str, path: str) -> int:
    # The path is in quotes in the file, so it is one key with dots in it.
    return lines.line(f"{table}.{path}")


def _typed(document: Document, file: str, lines: LineMap) -> Scenario:
    """The file's fields, before others are filled in."""
    try:
        return _convert(document)
    except msgspec.ValidationError as fault:
        field, sentence = _said(fault, document)
        raise ScenarioWrong([ScenarioProblem(file, lines.line(field), field, sentence)]) from None


def _convert(document: Document) -> Scenario:
    return msgspec.convert(document, Scenario)


# How msgspec names a member of a table with free keys, and a member whose key is wrong.
_MEMBER, _KEY_IN = "[...]", "key` in `"


def _said(fault: msgspec.ValidationError, document: Document) -> tuple[str, str]:
    """The field and its fault, from msgspec's message."""
    told, _, at = str(fault).partition(" - at `")
    field = dotted(at.removesuffix("`"))
    if field.startswith(_KEY_IN) or _MEMBER in field:
        field = _member(str(fault), document, dotted(field.removeprefix(_KEY_IN)))
    for words in ("Object contains unknown field ", "Object missing required field "):
        if told.startswith(words):
            name = told.removeprefix(words).strip("`")
            here = f"{field}.{name}" if field else name
            missing = "missing" in words
            return here, "this field is missing" if missing else "there is no such field"
    for kind, words in _KINDS.items():
        told = told.replace(f"`{kind}`", words)
    found = value_at(document, field)
    return field, f"{told[0].lower()}{told[1:]}, found {found!r}"


def _member(fault: str, document: Document, field: str) -> str:
    """The member of a table that has the fault; msgspec names only the table."""
    table, _, rest = field.partition(_MEMBER)
    members: Any = value_at(document, table)
    for name in members if isinstance(members, dict) else ():
        alone = deepcopy(dict(document))
        kept: Any = value_at(alone, table)
        for other in members:
            if other != name:
                del kept[other]
        try:
            _convert(alone)
        except msgspec.ValidationError as again:
            if str(again) == fault:
                return f"{table}.{name}{rest}"
    return table


def value_at(document: Document, field: str) -> object:
    """The value at a path such as `checkpoint[0].stage[1].lanes`; None for none."""
    here: Any = document
    for part in field.replace("[", ".[").split("."):
        if not part:
            continue
        try:
            here = here[int(part[1:-1])] if part.startswith("[") else here[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return here


def _over(under: Mapping[str, Any], top: Mapping[str, Any]) -> Document:
    """Two tables as one: the second takes precedence, tables are joined, lists replaced."""
    joined = dict(under)
    for key, found in top.items():
        below = joined.get(key, {})
        # Shares of classes belong together: a part of another table would not add up.
        tables = isinstance(found, Mapping) and isinstance(below, Mapping) and key != "classes"
        joined[key] = _over(below, found) if tables else found
    return joined


def _each_once(problems: list[ScenarioProblem]) -> list[ScenarioProblem]:
    return sorted(set(problems), key=lambda p: (p.line, p.field, p.sentence))
