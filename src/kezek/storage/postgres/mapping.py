"""Statements for each kind of row, made once; every statement takes any number of rows.

A column of many rows is sent as one array in PostgreSQL's text form, which is made here, because the
driver's handling of single values costs more than deciding about them.  Rows are converted as for SQLite
(`storage/mapping.py`): both store booleans as 0 and 1.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_type_hints

from kezek.storage.mapping import RowMapping, is_counts, quoted
from kezek.storage.mapping import mapping as row_mapping
from kezek.storage.table import TABLES, TableKey

R = TypeVar("R")

_WIDEST = 2**63
_WHOLE = frozenset({int, NoneType})


@dataclass(frozen=True, slots=True)
class Column:
    """A column's type, the function that writes its values as an array, and the type's own name."""

    type: str
    array: Callable[[Sequence[Any]], str]
    short: str


@dataclass(frozen=True, slots=True)
class PostgresMapping(RowMapping[R]):
    """The statements that find, write and drop one kind of row.

    `by_key` is bound to the key's columns, `by_keys` and `drop` to an array for each of them,
    `put` to an array for each column.  `adding` returns statement and arrays that insert new
    rows.  `stream` takes `values` of any number of rows as these `types`.
    """

    types: Sequence[str]
    stream: bytes
    arrays: Callable[[Sequence[Any]], list[str]]
    key_arrays: Callable[[Sequence[Hashable]], list[str]]
    first_array: Callable[[Sequence[Hashable]], list[str]]
    by_key: bytes
    by_keys: bytes
    by_first: bytes
    by_firsts: bytes
    adding: Callable[[Sequence[Any]], tuple[bytes, list[str]]]
    put: bytes
    drop: bytes


def mapping(kind: type[R]) -> PostgresMapping[R]:
    """The mapping of a kind; a kind without a table is our own mistake."""
    return _MADE[kind]


def parts(key: Hashable) -> tuple[Any, ...]:
    """A key's columns."""
    return key if isinstance(key, tuple) else (key,)


def possible(key: Hashable) -> bool:
    """Whether a row can have such a key: an invented address may hold values that no column takes."""
    for part in parts(key):
        if isinstance(part, str):
            if "\0" in part or not (part.isascii() or _written(part)):
                return False
        elif isinstance(part, int) and not -_WIDEST <= part < _WIDEST:
            return False
    return True


def _written(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _mapped(kind: type[R], table: TableKey) -> PostgresMapping[R]:
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind)]  # type: ignore[arg-type]
    key, rest = list(table.key), [name for name in names if name not in table.key]
    columns = [_column(hints[name]) for name in names]
    key_columns = [_column(hints[name]) for name in key]
    plain = row_mapping(kind)
    select, key_names, name = plain.select, plain.order, f'"{table.name}"'
    put = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    asked = f"unnest({_arrays(key_columns)}) AS asked ({key_names})"
    same = " AND ".join(f'{name}."{part}" = asked."{part}"' for part in key)
    found = " AND ".join(f'"{part}" = %s' for part in key)
    listed = (
        f'WHERE "{key[0]}" = ANY({_arrays(key_columns)})'
        if len(key) == 1
        else f"JOIN {asked} USING ({key_names})"
    )
    add = _insert(name, names, columns)
    then = f"DO UPDATE SET {put}" if rest else "DO NOTHING"

    def arrays(rows: Sequence[R]) -> list[str]:
        by_column = zip(*map(plain.values, rows), strict=True)
        return [column.array(whole) for column, whole in zip(columns, by_column, strict=True)]

    def key_arrays(keys: Sequence[Hashable]) -> list[str]:
        by_column = zip(*map(parts, keys), strict=True)
        return [column.array(whole) for column, whole in zip(key_columns, by_column, strict=True)]

    return PostgresMapping(
        make=plain.make,
        values=plain.values,
        types=[column.short for column in columns],
        stream=f"COPY {name} ({quoted(names)}) FROM STDIN (FORMAT BINARY)".encode(),
        arrays=arrays,
        key_arrays=key_arrays,
        first_array=lambda firsts: [key_columns[0].array(firsts)],
        select=select,
        order=key_names,
        by_key=f"{select} WHERE {found}".encode(),
        by_keys=f"{select} {listed}".encode(),
        by_first=f'{select} WHERE "{key[0]}" = %s ORDER BY {key_names}'.encode(),
        by_firsts=(
            f'{select} WHERE "{key[0]}" = ANY({_arrays(key_columns[:1])}) ORDER BY {key_names}'
        ).encode(),
        adding=_adding(name, names, columns, plain.values),
        put=f"{add} ON CONFLICT ({key_names}) {then}".encode(),
        drop=f"DELETE FROM {name} USING {asked} WHERE {same}".encode(),
    )


def _adding(
    name: str, names: Sequence[str], columns: Sequence[Column], values: Callable[[Any], Any]
) -> Callable[[Sequence[Any]], tuple[bytes, list[str]]]:
    """The function that inserts new rows.  Columns that no row fills are left out, which is half of a
    new booking's.
    """

    @cache
    def statement(filled: tuple[bool, ...]) -> bytes:
        kept = [(n, c) for n, c, used in zip(names, columns, filled, strict=True) if used]
        return _insert(name, [n for n, _ in kept], [c for _, c in kept]).encode()

    def adding(rows: Sequence[Any]) -> tuple[bytes, list[str]]:
        by_column = list(zip(*map(values, rows), strict=True))
        filled = tuple(whole.count(None) < len(whole) for whole in by_column)
        pairs = zip(columns, by_column, filled, strict=True)
        return statement(filled), [column.array(whole) for column, whole, used in pairs if used]

    return adding


def _insert(name: str, names: Sequence[str], columns: Sequence[Column]) -> str:
    return f"INSERT INTO {name} ({quoted(names)}) SELECT * FROM unnest({_arrays(columns)})"


def _arrays(columns: Sequence[Column]) -> str:
    return ", ".join(f"%s::{column.type}[]" for column in columns)


def _numbers(values: Sequence[Any]) -> str:
    if _WHOLE.issuperset(map(type, values)):
        # Numbers have no letters, so the replacement affects None only.
        return "{" + ",".join(map(str, values)).replace("None", "NULL") + "}"
    # The format accepts numbers only, so no value can contain a bracket.
    return "{" + ",".join(["NULL" if v is None else f"{v:d}" for v in values]) + "}"


def _reals(values: Sequence[Any]) -> str:
    return "{" + ",".join(["NULL" if v is None else f"{v!r}" for v in values]) + "}"


def _texts(values: Sequence[Any]) -> str:
    if None not in values:
        # All values are checked together first, because most columns need no escaping.
        whole = '","'.join(values)
        if "\\" not in whole and whole.count('"') == 2 * (len(values) - 1):
            return f'{{"{whole}"}}'
    return "{" + ",".join(["NULL" if v is None else _text(v) for v in values]) + "}"


def _text(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


def _bytes(values: Sequence[Any]) -> str:
    return "{" + ",".join([f'"\\\\x{v.hex()}"' for v in values]) + "}"


_COLUMNS: Mapping[type[Any], Column] = {
    bool: Column("smallint", _numbers, "int2"),
    int: Column("bigint", _numbers, "int8"),
    float: Column("double precision", _reals, "float8"),
    str: Column("text", _texts, "text"),
    bytes: Column("bytea", _bytes, "bytea"),
}


def _column(hint: Any) -> Column:
    if isinstance(hint, UnionType):
        (hint,) = (part for part in get_args(hint) if part is not type(None))
    if is_counts(hint) or issubclass(hint, StrEnum):
        hint = str
    return _COLUMNS[hint]


_MADE: Mapping[type[Any], PostgresMapping[Any]] = {
    kind: _mapped(kind, table) for kind, table in TABLES.items()
}
