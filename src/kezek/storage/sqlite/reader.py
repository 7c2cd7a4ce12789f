"""Reads over one connection; each call sees everything committed before it began."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import apsw

from kezek.domain.account.account import ApiKey
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Row
from kezek.domain.kernel.instant import Instant
from kezek.domain.log.head import SignedHead
from kezek.domain.log.merkle import HASH_BYTES
from kezek.domain.log.tree import Stretch
from kezek.domain.slot.slot import Day, Slot
from kezek.storage.sqlite.fault import fault_of
from kezek.storage.sqlite.mapping import Bindings, mapping
from kezek.storage.table import INDEXED_KINDS, TABLES

R = TypeVar("R", bound=Row)

_DAYS = f'{mapping(Day).select} WHERE line = ? AND "on" BETWEEN ? AND ? ORDER BY "on"'
_SLOTS = f"{mapping(Slot).select} WHERE line = ? AND start >= ? AND start < ? ORDER BY start"
_EVENTS = f"{mapping(Logged).select} WHERE "
_STRETCHES = f"{mapping(Stretch).select} WHERE tier = ? AND first >= ? AND first < ? ORDER BY first"
_HEADS = f"{mapping(SignedHead).select} WHERE number < ? ORDER BY number DESC LIMIT ?"


class SqliteRows:
    """Rows by key, and the numbers that rules ask for: what a unit and a reader share."""

    def __init__(self, connection: apsw.Connection) -> None:
        # One cursor for everything: each read is fetched whole before the next begins.
        self._cursor = connection.cursor()

    def _found(self, statement: str, values: Bindings) -> list[Any]:
        """All rows: a statement left half read would hold its snapshot, and with it the WAL."""
        try:
            return self._cursor.execute(statement, values).fetchall()
        except apsw.Error as error:
            raise fault_of(error) from None

    def get(self, kind: type[R], key: Hashable) -> R | None:
        at = mapping(kind)
        found = self._found(at.by_key, at.binding(key))
        return at.make(found[0]) if found else None

    def rows(self, kind: type[R], prefix: Hashable) -> Sequence[R]:
        at = mapping(kind)
        return [at.make(row) for row in self._found(at.by_first, (prefix,))]

    def _numbers(self, statement: str, values: Bindings) -> list[int]:
        return [number for (number,) in self._found(statement, values)]

    def present(self, line: str) -> Sequence[int]:
        return self._numbers(
            "SELECT number FROM booking WHERE line = ? AND arrived_at IS NOT NULL"
            " AND ended_at IS NULL ORDER BY number",
            (line,),
        )

    def held_live(self, account: int) -> Sequence[int]:
        # The index leaves out the public, who are account 0.
        return self._numbers(
            "SELECT number FROM booking WHERE holder = ? AND holder <> 0 AND ended_at IS NULL"
            " ORDER BY number",
            (account,),
        )

    def namesakes(self, authority: str, plate: str) -> Sequence[tuple[str, str, str]]:
        # A claim's value is the country's two letters, a space and the plate; the index says the same.
        return self._found(
            "SELECT authority, kind, value FROM claim"
            " WHERE authority = ? AND substr(value, 4) = ? AND kind = 'plate' ORDER BY value",
            (authority, plate),
        )

    def booked(self, line: str, first: int, past: int) -> Sequence[int]:
        return self._numbers(
            "SELECT number FROM booking WHERE line = ? AND start >= ? AND start < ?"
            " AND ended_at IS NULL ORDER BY number",
            (line, first, past),
        )

    def returns(self, line: str, first: int, past: int) -> Sequence[tuple[int, int]]:
        return self._found(
            'SELECT number, start FROM "return" WHERE line = ? AND start >= ? AND start < ?'
            " ORDER BY number, start",
            (line, first, past),
        )


class SqliteReader(SqliteRows):
    """Committed state, for the thread that opened it."""

    def setting(self, name: str) -> str | None:
        found = self._found("SELECT value FROM setting WHERE name = ?", (name,))
        return found[0][0] if found else None

    def erasable(self, before: str, limit: int) -> Iterator[list[int]]:
        """Numbers of particulars whose `erase_on` is before a date and whose booking is not live,
        so many at a time.
        """
        return self._in_steps(
            "SELECT number FROM particulars p WHERE number > ? AND erase_on < ? AND NOT EXISTS"
            " (SELECT 1 FROM booking b WHERE b.number = p.number AND b.ended_at IS NULL)"
            " ORDER BY number LIMIT ?",
            before,
            limit,
        )

    def old_answers(self, before: Instant, limit: int) -> Iterator[list[int]]:
        """Row numbers of answers told before an instant, so many at a time."""
        return self._in_steps(
            "SELECT rowid FROM answer WHERE rowid > ? AND real < ? ORDER BY rowid LIMIT ?",
            before,
            limit,
        )

    def _in_steps(self, statement: str, before: int | str, limit: int) -> Iterator[list[int]]:
        last = -1
        while found := self._numbers(statement, (last, before, limit)):
            yield found
            last = found[-1]

    def last_position(self) -> int:
        found = self._found("SELECT max(position) FROM event", ())
        return found[0][0] or 0

    def last_event(self) -> Logged | None:
        found = self.events_before(2**62, 1)
        return found[0] if found else None

    def all(self, kind: type[R]) -> Sequence[R]:
        at = mapping(kind)
        return [at.make(row) for row in self._found(f"{at.select} ORDER BY {at.order}", ())]

    def many(self, kind: type[R], keys: Sequence[Hashable]) -> Mapping[Hashable, R]:
        at = mapping(kind)
        if keys and isinstance(keys[0], int | str):
            # One look-up per key inside one statement; `(a, b) IN (VALUES ...)` would scan.
            rows = self._found(at.by_list, (json.dumps(list(keys)),))
            found = {row.key: row for row in map(at.make, rows)}
            return {key: found[key] for key in keys if key in found}
        single = ((key, self.get(kind, key)) for key in keys)
        return {key: row for key, row in single if row is not None}

    def rows_of(self, kind: type[R], prefixes: Sequence[Hashable]) -> Sequence[R]:
        at = mapping(kind)
        statement = f"{at.by_list} ORDER BY {at.order}"
        return [at.make(row) for row in self._found(statement, (json.dumps(list(prefixes)),))]

    def days(self, line: str, first: str, last: str) -> Sequence[Day]:
        return [mapping(Day).make(row) for row in self._found(_DAYS, (line, first, last))]

    def slots(self, line: str, first: Instant, past: Instant) -> Sequence[Slot]:
        return [mapping(Slot).make(row) for row in self._found(_SLOTS, (line, first, past))]

    def held_by(self, account: int, before: int, limit: int) -> Sequence[int]:
        # The index leaves out the public, who are account 0, and is used where the query says so.
        somebody = " AND holder <> 0" if account else ""
        return self._numbers(
            f"SELECT number FROM booking WHERE holder = ?{somebody} AND number < ?"
            " ORDER BY number DESC LIMIT ?",
            (account, before, limit),
        )

    def held_since(self, account: int, since: Instant) -> Sequence[int]:
        somebody = " AND holder <> 0" if account else ""
        own = f"SELECT number FROM booking WHERE holder = ?1{somebody}"
        return self._numbers(
            f"{own} AND ended_at IS NULL UNION ALL {own} AND ended_at >= ?2 ORDER BY number",
            (account, since),
        )

    def ahead(self, line: str, start: Instant, number: int) -> int:
        return self._numbers(
            "SELECT count(*) FROM booking WHERE line = ?1 AND ended_at IS NULL"
            " AND arrived_at IS NULL AND start <= ?2 AND (start < ?2 OR number < ?3)",
            (line, start, number),
        )[0]

    def api_key(self, digest: str) -> ApiKey | None:
        at = mapping(ApiKey)
        found = self._found(f"{at.select} WHERE digest = ?", (digest,))
        return at.make(found[0]) if found else None

    def due(self, kind: type[Row], now: Instant, limit: int) -> Sequence[Any]:
        table, key = TABLES[kind].name, mapping(kind).order
        found = self._found(
            f'SELECT {key} FROM "{table}" WHERE look_at <= ? ORDER BY look_at, {key} LIMIT ?',
            (now, limit),
        )
        return [key[0] if len(key) == 1 else key for key in found]

    def events(self, after: int, limit: int, line: str = "") -> Sequence[Logged]:
        if line:
            return self._events(
                "position > ? AND line = ? ORDER BY position LIMIT ?", after, line, limit
            )
        return self._events("position > ? ORDER BY position LIMIT ?", after, limit)

    def events_before(self, before: int, limit: int, line: str = "") -> Sequence[Logged]:
        newest = "ORDER BY position DESC LIMIT ?"
        if line:
            return self._events(f"position < ? AND line = ? {newest}", before, line, limit)
        return self._events(f"position < ? {newest}", before, limit)

    def history(self, number: int) -> Sequence[Logged]:
        # The index knows the events of bookings only; number 0 stands for none.
        bound = " AND number <> 0" if number else ""
        return self._events(f"number = ?{bound} ORDER BY position", number)

    def _events(self, condition: str, *values: int | str) -> list[Logged]:
        return [mapping(Logged).make(row) for row in self._found(_EVENTS + condition, values)]

    def counted(self, line: str, kind: str, since: Instant) -> int:
        statement = "SELECT count(*) FROM event WHERE line = ? AND kind = ? AND at >= ?"
        if kind in INDEXED_KINDS:
            # A constant, not a parameter: only then does SQLite see that its index of this kind fits.
            return self._numbers(statement.replace("kind = ?", f"kind = '{kind}'"), (line, since))[
                0
            ]
        return self._numbers(statement, (line, kind, since))[0]

    def of_kind(self, line: str, kind: str, since: Instant) -> Sequence[Logged]:
        assert kind in INDEXED_KINDS, f"no index of {kind}"
        return self._events(
            f"line = ? AND kind = '{kind}' AND at >= ? ORDER BY at DESC, position DESC", line, since
        )

    def awaiting(self, line: str) -> Sequence[int]:
        return self._numbers(
            "SELECT number FROM booking WHERE line = ? AND exception = 'awaiting' ORDER BY number",
            (line,),
        )

    def proposed(self, line: str) -> Sequence[int]:
        return self._numbers(
            "SELECT number FROM booking WHERE line = ? AND ended_at IS NULL"
            " AND (exception = 'proposed' OR proposal <> '') ORDER BY number",
            (line,),
        )

    def plates(self, line: str, part: str, limit: int) -> Sequence[int]:
        return self._numbers(
            "SELECT b.number FROM booking b JOIN particulars p ON p.number = b.number"
            " WHERE b.line = ? AND b.ended_at IS NULL AND instr(p.plate, ?) > 0"
            " ORDER BY b.number LIMIT ?",
            (line, part, limit),
        )

    def coded(self, code: str, limit: int) -> Sequence[int]:
        return self._numbers(
            "SELECT number FROM booking WHERE salt >= ? AND salt < ? ORDER BY number DESC LIMIT ?",
            (code, code + "~", limit),
        )

    def tree_size(self) -> int:
        found = self._found(
            "SELECT first, length(hashes) FROM tree WHERE tier = 0 ORDER BY first DESC LIMIT 1", ()
        )
        return found[0][0] + found[0][1] // HASH_BYTES if found else 0

    def stretches(self, tier: int, first: int, past: int) -> Sequence[Stretch]:
        return [mapping(Stretch).make(row) for row in self._found(_STRETCHES, (tier, first, past))]

    def heads_before(self, before: int, limit: int) -> Sequence[SignedHead]:
        return [mapping(SignedHead).make(row) for row in self._found(_HEADS, (before, limit))]
