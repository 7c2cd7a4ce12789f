"""Rows to dataclasses and back: statements and converters, made once per kind.

The columns of a table are the fields of its row, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any, Generic, TypeAlias, TypeVar, get_origin, get_type_hints

import msgspec

from kezek.storage.table import TABLES, TableKey

R = TypeVar("R")
_read = msgspec.json.Decoder(dict[str, int]).decode
_written = msgspec.json.Encoder(order="deterministic").encode
Bindings: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SqliteMapping(Generic[R]):
    """How one kind of row is found, made, written and dropped.

    `select` has no condition and ends ready for one; `by_key` and `delete` are bound to the key's
    columns, `insert` and `upsert` to all; `order` lists the key's columns.
    """

    make: Callable[[Sequence[Any]], R]
    values: Callable[[R], tuple[Any, ...]]
    binding: Callable[[Hashable], Bindings]
    select: str
    by_key: str
    by_first: str
    by_list: str
    order: str
    insert: str
    upsert: str
    delete: str


def mapping(kind: type[R]) -> SqliteMapping[R]:
    """The mapping of a kind; a kind without a table is our own mistake."""
    return _MADE[kind]


def _mapped(kind: type[R], table: TableKey) -> SqliteMapping[R]:
    names = [f.name for f in fields(kind)]  # type: ignore[arg-type]
    key = list(table.key)
    rest = [name for name in names if name not in key]
    columns, order = _quoted(names), _quoted(key)
    put = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    found = " AND ".join(f'"{name}" = ?' for name in key)
    select = f'SELECT {columns} FROM "{table.name}"'
    insert = f'INSERT INTO "{table.name}" ({columns}) VALUES ({", ".join("?" * len(names))})'
    then = f"DO UPDATE SET {put}" if rest else "DO NOTHING"
    return SqliteMapping(
        make=_maker(kind),
        values=_values(kind, names),
        binding=_alone if len(key) == 1 else _as_is,
        select=select,
        by_key=f"{select} WHERE {found}",
        by_first=f'{select} WHERE "{key[0]}" = ? ORDER BY {order}',
        by_list=f'{select} WHERE "{key[0]}" IN (SELECT value FROM json_each(?))',
        order=order,
        insert=insert,
        upsert=f"{insert} ON CONFLICT ({order}) {then}",
        delete=f'DELETE FROM "{table.name}" WHERE {found}',
    )


def _quoted(names: Sequence[str]) -> str:
    # Some fields are words of SQL: `on`, `grant`, `return`.
    return ", ".join(f'"{name}"' for name in names)


def _alone(key: Hashable) -> Bindings:
    return (key,)


def _as_is(key: Hashable) -> Bindings:
    assert isinstance(key, tuple), "a key of several columns is a tuple"
    return key


def _maker(kind: type[R]) -> Callable[[Sequence[Any]], R]:
    """Makes a row of column values; only what SQLite does not know is converted."""
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
    # A look-up in a dictionary costs a third of calling the enumeration.
    return bool if hint is bool else {word.value: word for word in hint}.__getitem__


_MADE: Mapping[type[Any], SqliteMapping[Any]] = {
    kind: _mapped(kind, table) for kind, table in TABLES.items()
}
