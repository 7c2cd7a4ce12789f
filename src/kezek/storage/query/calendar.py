"""Queries about days, slots and given-back places."""

from __future__ import annotations

from kezek.domain.slot.slot import Day, Slot
from kezek.storage.mapping import mapping
from kezek.storage.query.query import query

DAYS = query(
    f'{mapping(Day).select} WHERE line = :line AND "on" BETWEEN :first AND :last ORDER BY "on"'
)
SLOTS = query(
    f"{mapping(Slot).select} WHERE line = :line AND start >= :first AND start < :past"
    " ORDER BY start"
)
RETURNS = query(
    'SELECT number, start FROM "return" WHERE line = :line AND start >= :first AND start < :past'
    " ORDER BY number, start"
)
