"""Rows to column values and back, the same in both databases; made once per kind.

The columns of a table are the fields of its row, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_origin, get_type_hints

import msgspec

from kezek.storage.table import TABLES, TableKey

R = TypeVar("R")
_read = msgspec.json.Decoder(dict[str, int]).decode
_written = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class RowMapping(Generic[R]):
    """Converts one kind of row from and to column values.

    `select` is the statement without a condition; `order` lists the key's columns.
    """

    make: Callable[[Sequence[Any]], R]
    values: Callable[[R], tuple[Any, ...]]
    select: str
    order: str


def mapping(kind: type[R]) -> RowMapping[R]:
    """The mapping of a kind; a kind without a table is our own mistake."""
    return _MADE[kind]


def _mapped(kind: type[R], table: TableKey) -> RowMapping[R]:
    names = [f.name for f in fields(kind)]  # type: ignore[arg-type]
    return RowMapping(
        make=_maker(kind),
        values=_values(kind, names),
        select=f'SELECT {quoted(names)} FROM "{table.name}"',
        order=quoted(table.key),
    )


def quoted(names: Sequence[str]) -> str:
    """A list of quoted columns, because some fields are words of SQL: `on`, `grant`, `return`."""
    return ", ".join(f'"{name}"' for name in names)


def _maker(kind: type[R]) -> Callable[[Sequence[Any]], R]:
    """The function that makes a row of column values; it converts only types that SQLite lacks."""
    hints = get_type_hints(kind)
    conversions = [
        (place, _conversion(hints[f.name]))
        for place, f in enumerate(fields(kind))  # type: ignore[arg-type]
        if hints[f.name] is bool or _is_word(hints[f.name]) or is_counts(hints[f.name])
    ]
    if not conversions:
        return lambda found: kind(*found)

    def make(found: Sequence[Any]) -> R:
        row = list(found)
        for place, convert in conversions:
            row[place] = convert(row[place])
        return kind(*row)

    return make


def _is_word(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, StrEnum)


def is_counts(hint: object) -> bool:
    """Whether a field holds counts by name, which a column holds as JSON."""
    return get_origin(hint) is Mapping


def _values(kind: type[R], names: Sequence[str]) -> Callable[[R], tuple[Any, ...]]:
    """The values of a row's columns."""
    hints, get = get_type_hints(kind), attrgetter(*names)
    counts = [place for place, name in enumerate(names) if is_counts(hints[name])]
    if not counts:
        return get

    def values(row: R) -> tuple[Any, ...]:
        found = list(get(row))
        for place in counts:
            found[place] = _written(found[place]).decode()
        return tuple(found)

    return values


def _conversion(hint: type[Any]) -> Callable[[Any], Any]:
    if is_counts(hint):
        return _read
    # Looking a value up in a dictionary costs a third of calling the enumeration.
    return bool if hint is bool else {word.value: word for word in hint}.__getitem__


_MADE: Mapping[type[Any], RowMapping[Any]] = {
    kind: _mapped(kind, table) for kind, table in TABLES.items()
}
