"""Setting a scenario's fields by path, for comparisons, sweeps and forms.

A path names fields from the outside in, joined by dots: `demand.factor`.  In a list of tables an entry
is named by its id or its name, and `*` is every entry: `checkpoint.kz_syrym.stage.customs.lanes`,
`checkpoint.*.demand.factor`.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]


class PathUnknown(LookupError):
    """A path leads to no field; the message says where it ends."""


def changed(document: Document, change: Mapping[str, object]) -> Document:
    """The document with every path set to its value; PathUnknown when a path leads nowhere."""
    new = copy.deepcopy(document)
    for path, value in change.items():
        _set(new, path.split("."), value, path)
    return new


def combinations(change: Mapping[str, Sequence[object]]) -> Iterator[dict[str, object]]:
    """Every combination of the values, the last path turning fastest."""
    for values in itertools.product(*change.values()):
        yield dict(zip(change, values, strict=True))


def _set(table: Document, parts: Sequence[str], value: object, path: str) -> None:
    field, rest = parts[0], parts[1:]
    if not rest:
        table[field] = copy.deepcopy(value)
        return
    within = table.setdefault(field, {})
    if isinstance(within, list):
        for entry in _entries(within, rest[0], path):
            if len(rest) == 1:
                raise PathUnknown(f"{path} names a whole entry; name a field of it")
            _set(entry, rest[1:], value, path)
    elif isinstance(within, dict):
        _set(within, rest, value, path)
    else:
        raise PathUnknown(f"{path}: {field} has no fields")


def _entries(entries: Sequence[Document], wanted: str, path: str) -> list[Document]:
    found = [e for e in entries if wanted in {"*", e.get("id"), e.get("name")}]
    if not found:
        there = ", ".join(str(e.get("id", e.get("name"))) for e in entries) or "none"
        raise PathUnknown(f"{path}: there is no {wanted!r}; there are: {there}")
    return found
