"""The reads of rules and read models, the same for both databases.

A store adds `_ask`, which runs a query, and the reads by a key or by a list of keys.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from kezek.app.installation.snapshot import Setting
from kezek.app.port import POSITION_MAX
from kezek.domain.account.account import ApiKey
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Row
from kezek.domain.kernel.instant import Instant
from kezek.domain.log.head import SignedHead
from kezek.domain.log.merkle import HASH_BYTES
from kezek.domain.log.tree import Stretch
from kezek.domain.slot.slot import Day, Slot
from kezek.storage.mapping import mapping
from kezek.storage.query import account as account_query
from kezek.storage.query import booking as booking_query
from kezek.storage.query import calendar as calendar_query
from kezek.storage.query import log as log_query
from kezek.storage.query import table as table_query
from kezek.storage.query.query import Query
from kezek.storage.table import INDEXED_KINDS

R = TypeVar("R", bound=Row)
V = TypeVar("V")


class StoredRows:
    """The reads that a unit and a reader share: the numbers that rules ask for."""

    @abstractmethod
    def _ask(self, query: Query, values: Mapping[str, Any]) -> list[Any]:
        """All rows of an answer, each a sequence of its columns."""

    def _numbers(self, query: Query, values: Mapping[str, Any]) -> list[int]:
        return [number for (number,) in self._ask(query, values)]

    def _made(self, kind: type[V], query: Query, values: Mapping[str, Any]) -> list[V]:
        make = mapping(kind).make
        return [make(row) for row in self._ask(query, values)]

    def present(self, line: str) -> Sequence[int]:
        return self._numbers(booking_query.PRESENT, {"line": line})

    def held_live(self, account: int) -> Sequence[int]:
        return self._numbers(booking_query.HELD_LIVE, {"account": account})

    def namesakes(self, authority: str, plate: str) -> Sequence[tuple[str, str, str]]:
        return self._ask(booking_query.NAMESAKES, {"authority": authority, "plate": plate})

    def booked(self, line: str, first: int, past: int) -> Sequence[int]:
        asked = {"line": line, "first": first, "past": past}
        return self._numbers(booking_query.BOOKED, asked)

    def returns(self, line: str, first: int, past: int) -> Sequence[tuple[int, int]]:
        return self._ask(calendar_query.RETURNS, {"line": line, "first": first, "past": past})


class StoredReader(StoredRows):
    """Committed state, see `app.port.Reader`."""

    @abstractmethod
    def get(self, kind: type[R], key: Hashable) -> R | None:
        """One row by its key."""

    def setting(self, name: str) -> str | None:
        found = self.get(Setting, name)
        return found.value if found else None

    def erasable(self, before: str, limit: int) -> Iterator[list[int]]:
        """Numbers of particulars whose `erase_on` is before a date and whose booking is not live, in
        lists of at most `limit`.
        """
        return self._in_steps(booking_query.ERASABLE, before, limit)

    def _in_steps(self, query: Query, before: int | str, limit: int) -> Iterator[list[int]]:
        last = -1
        while found := self._numbers(query, {"last": last, "before": before, "limit": limit}):
            yield found
            last = found[-1]

    def all(self, kind: type[R]) -> Sequence[R]:
        return self._made(kind, table_query.ALL[kind], {})

    def due(self, kind: type[Row], now: Instant, limit: int) -> Sequence[Any]:
        found = self._ask(table_query.DUE[kind], {"now": now, "limit": limit})
        return [key[0] if len(key) == 1 else key for key in found]

    def days(self, line: str, first: str, last: str) -> Sequence[Day]:
        return self._made(Day, calendar_query.DAYS, {"line": line, "first": first, "last": last})

    def slots(self, line: str, first: Instant, past: Instant) -> Sequence[Slot]:
        return self._made(Slot, calendar_query.SLOTS, {"line": line, "first": first, "past": past})

    def held_by(self, account: int, before: int, limit: int) -> Sequence[int]:
        query = booking_query.HELD_BY if account else booking_query.HELD_BY_PUBLIC
        return self._numbers(query, {"account": account, "before": before, "limit": limit})

    def held_since(self, account: int, since: Instant) -> Sequence[int]:
        query = booking_query.HELD_SINCE if account else booking_query.HELD_SINCE_BY_PUBLIC
        return self._numbers(query, {"account": account, "since": since})

    def ahead(self, line: str, start: Instant, number: int) -> int:
        asked = {"line": line, "start": start, "number": number}
        return self._numbers(booking_query.AHEAD, asked)[0]

    def awaiting(self, line: str) -> Sequence[int]:
        return self._numbers(booking_query.AWAITING, {"line": line})

    def proposed(self, line: str) -> Sequence[int]:
        return self._numbers(booking_query.PROPOSED, {"line": line})

    def plates(self, line: str, part: str, limit: int) -> Sequence[int]:
        return self._numbers(booking_query.PLATES, {"line": line, "part": part, "limit": limit})

    def coded(self, code: str, limit: int) -> Sequence[int]:
        asked = {"code": code, "past": code + "~", "limit": limit}
        return self._numbers(booking_query.CODED, asked)

    def api_key(self, digest: str) -> ApiKey | None:
        found = self._made(ApiKey, account_query.API_KEY, {"digest": digest})
        return found[0] if found else None

    def last_position(self) -> int:
        return self._numbers(log_query.LAST_POSITION, {})[0] or 0

    def last_event(self) -> Logged | None:
        found = self.events_before(POSITION_MAX, 1)
        return found[0] if found else None

    def events(self, after: int, limit: int, line: str = "") -> Sequence[Logged]:
        query = log_query.AFTER_OF_LINE if line else log_query.AFTER
        return self._made(Logged, query, {"after": after, "line": line, "limit": limit})

    def events_before(self, before: int, limit: int, line: str = "") -> Sequence[Logged]:
        query = log_query.BEFORE_OF_LINE if line else log_query.BEFORE
        return self._made(Logged, query, {"before": before, "line": line, "limit": limit})

    def history(self, number: int) -> Sequence[Logged]:
        query = log_query.HISTORY if number else log_query.HISTORY_OF_NONE
        return self._made(Logged, query, {"number": number})

    def counted(self, line: str, kind: str, since: Instant) -> int:
        query = log_query.COUNT_OF_KIND.get(kind, log_query.COUNT)
        return self._numbers(query, {"line": line, "kind": kind, "since": since})[0]

    def of_kind(self, line: str, kind: str, since: Instant) -> Sequence[Logged]:
        assert kind in INDEXED_KINDS, f"no index of {kind}"
        return self._made(Logged, log_query.OF_KIND[kind], {"line": line, "since": since})

    def tree_size(self) -> int:
        found = self._ask(log_query.TREE_END, {})
        return int(found[0][0] + found[0][1] // HASH_BYTES) if found else 0

    def stretches(self, tier: int, first: int, past: int) -> Sequence[Stretch]:
        asked = {"tier": tier, "first": first, "past": past}
        return self._made(Stretch, log_query.STRETCHES, asked)

    def heads_before(self, before: int, limit: int) -> Sequence[SignedHead]:
        return self._made(SignedHead, log_query.HEADS_BEFORE, {"before": before, "limit": limit})
