"""Statements for each kind of row, made once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeAlias, TypeVar

from kezek.storage.mapping import RowMapping, quoted
from kezek.storage.mapping import mapping as row_mapping
from kezek.storage.table import TABLES, TableKey

R = TypeVar("R")
Bindings: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SqliteMapping(RowMapping[R]):
    """The statements that find, write and drop one kind of row.

    `by_key` and `delete` are bound to the key's columns, `insert` and `upsert` to all.
    """

    binding: Callable[[Hashable], Bindings]
    by_key: str
    by_first: str
    by_list: str
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
    plain = row_mapping(kind)
    select, order = plain.select, plain.order
    put = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    found = " AND ".join(f'"{name}" = ?' for name in key)
    insert = f'INSERT INTO "{table.name}" ({quoted(names)}) VALUES ({", ".join("?" * len(names))})'
    then = f"DO UPDATE SET {put}" if rest else "DO NOTHING"
    return SqliteMapping(
        make=plain.make,
        values=plain.values,
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


def _alone(key: Hashable) -> Bindings:
    return (key,)


def _as_is(key: Hashable) -> Bindings:
    assert isinstance(key, tuple), "a key of several columns is a tuple"
    return key


_MADE: Mapping[type[Any], SqliteMapping[Any]] = {
    kind: _mapped(kind, table) for kind, table in TABLES.items()
}
