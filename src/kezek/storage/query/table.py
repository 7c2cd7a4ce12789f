"""Queries about any table, by its kind of row."""

from __future__ import annotations

from dataclasses import fields

from kezek.storage.mapping import mapping
from kezek.storage.query.query import query
from kezek.storage.table import TABLES

ALL = {kind: query(f"{mapping(kind).select} ORDER BY {mapping(kind).order}") for kind in TABLES}
COUNT = {kind: query(f'SELECT count(*) FROM "{table.name}"') for kind, table in TABLES.items()}
ANY = {kind: query(f'SELECT 1 FROM "{table.name}" LIMIT 1') for kind, table in TABLES.items()}
# Keys of rows that time alone may change.
DUE = {
    kind: query(
        f'SELECT {mapping(kind).order} FROM "{table.name}" WHERE look_at <= :now'
        f" ORDER BY look_at, {mapping(kind).order} LIMIT :limit"
    )
    for kind, table in TABLES.items()
    if any(field.name == "look_at" for field in fields(kind))
}
