"""Reads of committed state; each call sees everything committed before it began."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import psycopg

from kezek.domain.account.account import ApiKey
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Row
from kezek.domain.kernel.instant import Instant
from kezek.domain.log.head import SignedHead
from kezek.domain.log.merkle import HASH_BYTES
from kezek.domain.log.tree import Stretch
from kezek.domain.slot.slot import Day, Slot
from kezek.storage.fault import Away
from kezek.storage.postgres.connection.connection import Connection
from kezek.storage.postgres.connection.deadline import QUESTION_SECONDS, Deadlines
from kezek.storage.postgres.fault import Lost, fault_of, parted
from kezek.storage.postgres.mapping import PostgresMapping, mapping, parts, possible
from kezek.storage.sqlite.mapping import mapping as sqlite_mapping
from kezek.storage.table import INDEXED_KINDS, TABLES

R = TypeVar("R", bound=Row)

_DAYS = f'{mapping(Day).select} WHERE line = %s AND "on" BETWEEN %s AND %s ORDER BY "on"'.encode()
_SLOTS = (
    f"{mapping(Slot).select} WHERE line = %s AND start >= %s AND start < %s ORDER BY start".encode()
)
_STRETCHES = (
    f"{mapping(Stretch).select} WHERE tier = %s AND first >= %s AND first < %s ORDER BY first"
).encode()
_HEADS = f"{mapping(SignedHead).select} WHERE number < %s ORDER BY number DESC LIMIT %s".encode()
_EVENTS = f"{mapping(Logged).select} WHERE "


class PostgresRows:
    """Rows by key, and the numbers that rules ask for: what a unit and a reader share."""

    def __init__(self, found: Callable[[bytes, Sequence[Any]], list[Any]]) -> None:
        self._found = found

    def get(self, kind: type[R], key: Hashable) -> R | None:
        if not possible(key):
            return None
        at = mapping(kind)
        found = self._found(at.by_key, parts(key))
        return at.make(found[0]) if found else None

    def rows(self, kind: type[R], prefix: Hashable) -> Sequence[R]:
        at = mapping(kind)
        return [at.make(row) for row in self._found(at.by_first, (prefix,))]

    def _numbers(self, statement: bytes, *values: Any) -> list[int]:
        return [number for (number,) in self._found(statement, values)]

    def present(self, line: str) -> Sequence[int]:
        return self._numbers(
            b"SELECT number FROM booking WHERE line = %s AND arrived_at IS NOT NULL"
            b" AND ended_at IS NULL ORDER BY number",
            line,
        )

    def held_live(self, account: int) -> Sequence[int]:
        # The index leaves out the public, who are account 0.
        return self._numbers(
            b"SELECT number FROM booking WHERE holder = %s AND holder <> 0 AND ended_at IS NULL"
            b" ORDER BY number",
            account,
        )

    def namesakes(self, authority: str, plate: str) -> Sequence[tuple[str, str, str]]:
        if not possible(plate):
            return []
        # A claim's value is the country's two letters, a space and the plate; the index says the same.
        return self._found(
            b"SELECT authority, kind, value FROM claim"
            b" WHERE authority = %s AND substr(value, 4) = %s AND kind = 'plate' ORDER BY value",
            (authority, plate),
        )

    def booked(self, line: str, first: int, past: int) -> Sequence[int]:
        return self._numbers(
            b"SELECT number FROM booking WHERE line = %s AND start >= %s AND start < %s"
            b" AND ended_at IS NULL ORDER BY number",
            line,
            first,
            past,
        )

    def returns(self, line: str, first: int, past: int) -> Sequence[tuple[int, int]]:
        return self._found(
            b'SELECT number, start FROM "return" WHERE line = %s AND start >= %s AND start < %s'
            b" ORDER BY number, start",
            (line, first, past),
        )


class PostgresReader(PostgresRows):
    """Committed state, for every thread: each question borrows a connection."""

    def __init__(
        self,
        lent: Callable[[], AbstractContextManager[Connection]],
        forget: Callable[[], None],
        deadlines: Deadlines,
    ) -> None:
        super().__init__(self._asked)
        self._lent, self._forget = lent, forget
        self._deadlines = deadlines

    def _asked(self, statement: bytes, values: Sequence[Any]) -> list[Any]:
        """All rows.  A question changes nothing, so a broken line is a reason to ask once more."""
        try:
            return self._asked_once(statement, values)
        except Lost:
            self._forget()
        try:
            return self._asked_once(statement, values)
        except Lost:
            raise Away("the connection to the database breaks again and again") from None

    def _asked_once(self, statement: bytes, values: Sequence[Any]) -> list[Any]:
        with self._lent() as connection:
            try:
                with self._deadlines.within(connection, QUESTION_SECONDS):
                    return connection.execute(statement, values, binary=True).fetchall()
            except psycopg.Error as error:
                if parted(error):
                    connection.close()
                raise fault_of(error) from None

    def setting(self, name: str) -> str | None:
        found = self._found(b"SELECT value FROM setting WHERE name = %s", (name,))
        return found[0][0] if found else None

    def erasable(self, before: str, limit: int) -> Iterator[list[int]]:
        """Numbers of particulars whose `erase_on` is before a date and whose booking is not live,
        so many at a time.
        """
        last = -1
        while found := self._numbers(
            b"SELECT number FROM particulars p WHERE number > %s AND erase_on < %s AND NOT EXISTS"
            b" (SELECT 1 FROM booking b WHERE b.number = p.number AND b.ended_at IS NULL)"
            b" ORDER BY number LIMIT %s",
            last,
            before,
            limit,
        ):
            yield found
            last = found[-1]

    def last_position(self) -> int:
        return self._numbers(b"SELECT coalesce(max(position), 0) FROM event")[0]

    def last_event(self) -> Logged | None:
        found = self.events_before(2**62, 1)
        return found[0] if found else None

    def all(self, kind: type[R]) -> Sequence[R]:
        at = mapping(kind)
        return [at.make(row) for row in self._found(at.everything, ())]

    def many(self, kind: type[R], keys: Sequence[Hashable]) -> Mapping[Hashable, R]:
        wanted = [key for key in keys if possible(key)]
        if not wanted:
            return {}
        at: PostgresMapping[R] = mapping(kind)
        rows = self._found(at.by_keys, at.key_arrays(wanted))
        found = {row.key: row for row in map(at.make, rows)}
        return {key: found[key] for key in keys if key in found}

    def rows_of(self, kind: type[R], prefixes: Sequence[Hashable]) -> Sequence[R]:
        if not prefixes:
            return []
        at = mapping(kind)
        return [at.make(row) for row in self._found(at.by_firsts, at.first_array(prefixes))]

    def days(self, line: str, first: str, last: str) -> Sequence[Day]:
        return [mapping(Day).make(row) for row in self._found(_DAYS, (line, first, last))]

    def slots(self, line: str, first: Instant, past: Instant) -> Sequence[Slot]:
        return [mapping(Slot).make(row) for row in self._found(_SLOTS, (line, first, past))]

    def held_by(self, account: int, before: int, limit: int) -> Sequence[int]:
        # The index leaves out the public, who are account 0, and is used where the query says so.
        somebody = b" AND holder <> 0" if account else b""
        return self._numbers(
            b"SELECT number FROM booking WHERE holder = %s"
            + somebody
            + b" AND number < %s ORDER BY number DESC LIMIT %s",
            account,
            before,
            limit,
        )

    def held_since(self, account: int, since: Instant) -> Sequence[int]:
        somebody = b" AND holder <> 0" if account else b""
        own = b"SELECT number FROM booking WHERE holder = %s" + somebody
        return self._numbers(
            own
            + b" AND ended_at IS NULL UNION ALL "
            + own
            + b" AND ended_at >= %s ORDER BY number",
            account,
            account,
            since,
        )

    def ahead(self, line: str, start: Instant, number: int) -> int:
        return self._numbers(
            b"SELECT count(*) FROM booking WHERE line = %s AND ended_at IS NULL"
            b" AND arrived_at IS NULL AND start <= %s AND (start < %s OR number < %s)",
            line,
            start,
            start,
            number,
        )[0]

    def api_key(self, digest: str) -> ApiKey | None:
        at = mapping(ApiKey)
        found = self._found(f"{at.select} WHERE digest = %s".encode(), (digest,))
        return at.make(found[0]) if found else None

    def due(self, kind: type[Row], now: Instant, limit: int) -> Sequence[Any]:
        table, key = TABLES[kind].name, sqlite_mapping(kind).order
        statement = (
            f'SELECT {key} FROM "{table}" WHERE look_at <= %s ORDER BY look_at, {key} LIMIT %s'
        )
        found = self._found(statement.encode(), (now, limit))
        return [key[0] if len(key) == 1 else key for key in found]

    def events(self, after: int, limit: int, line: str = "") -> Sequence[Logged]:
        if line:
            return self._events(
                "position > %s AND line = %s ORDER BY position LIMIT %s", after, line, limit
            )
        return self._events("position > %s ORDER BY position LIMIT %s", after, limit)

    def events_before(self, before: int, limit: int, line: str = "") -> Sequence[Logged]:
        newest = "ORDER BY position DESC LIMIT %s"
        if line:
            return self._events(f"position < %s AND line = %s {newest}", before, line, limit)
        return self._events(f"position < %s {newest}", before, limit)

    def history(self, number: int) -> Sequence[Logged]:
        # The index knows the events of bookings only; number 0 stands for none.
        bound = " AND number <> 0" if number else ""
        return self._events(f"number = %s{bound} ORDER BY position", number)

    def _events(self, condition: str, *values: int | str) -> list[Logged]:
        found = self._found((_EVENTS + condition).encode(), values)
        return [mapping(Logged).make(row) for row in found]

    def counted(self, line: str, kind: str, since: Instant) -> int:
        statement = "SELECT count(*) FROM event WHERE line = %s AND at >= %s AND kind = "
        # Their index is used only where the statement itself says the kind.
        if kind in INDEXED_KINDS:
            return self._numbers(f"{statement}'{kind}'".encode(), line, since)[0]
        return self._numbers(f"{statement}%s".encode(), line, since, kind)[0]

    def of_kind(self, line: str, kind: str, since: Instant) -> Sequence[Logged]:
        assert kind in INDEXED_KINDS, f"no index of {kind}"
        return self._events(
            f"line = %s AND kind = '{kind}' AND at >= %s ORDER BY at DESC, position DESC",
            line,
            since,
        )

    def awaiting(self, line: str) -> Sequence[int]:
        return self._numbers(
            b"SELECT number FROM booking WHERE line = %s AND exception = 'awaiting'"
            b" ORDER BY number",
            line,
        )

    def proposed(self, line: str) -> Sequence[int]:
        return self._numbers(
            b"SELECT number FROM booking WHERE line = %s AND ended_at IS NULL"
            b" AND (exception = 'proposed' OR proposal <> '') ORDER BY number",
            line,
        )

    def plates(self, line: str, part: str, limit: int) -> Sequence[int]:
        return self._numbers(
            b"SELECT b.number FROM booking b JOIN particulars p ON p.number = b.number"
            b" WHERE b.line = %s AND b.ended_at IS NULL AND strpos(p.plate, %s) > 0"
            b" ORDER BY b.number LIMIT %s",
            line,
            part,
            limit,
        )

    def coded(self, code: str, limit: int) -> Sequence[int]:
        return self._numbers(
            b"SELECT number FROM booking WHERE salt >= %s AND salt < %s"
            b" ORDER BY number DESC LIMIT %s",
            code,
            code + "~",
            limit,
        )

    def tree_size(self) -> int:
        found = self._found(
            b"SELECT first, length(hashes) FROM tree WHERE tier = 0 ORDER BY first DESC LIMIT 1", ()
        )
        return int(found[0][0] + found[0][1] // HASH_BYTES) if found else 0

    def stretches(self, tier: int, first: int, past: int) -> Sequence[Stretch]:
        return [mapping(Stretch).make(row) for row in self._found(_STRETCHES, (tier, first, past))]

    def heads_before(self, before: int, limit: int) -> Sequence[SignedHead]:
        return [mapping(SignedHead).make(row) for row in self._found(_HEADS, (before, limit))]
