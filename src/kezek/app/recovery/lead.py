"""Leads numbers on: a restored database must not give out a number twice.

Numbers given out after the backup are known only to the people who hold them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, cast

from kezek.app.installation.snapshot import Snapshot
from kezek.domain.booking.booking import CODE_SHIFT
from kezek.domain.kernel.facts import Counter, Row
from kezek.domain.recovery.resume import led_on

R = TypeVar("R", bound=Row)


class Led:
    """A snapshot whose numbers go on behind a log of `size` events, unless that is 0.

    Its codes get another shift, so that a lost number that is given out again has another code.
    """

    def __init__(self, snapshot: Snapshot, size: int) -> None:
        self._snapshot, self._size = snapshot, size

    @property
    def kinds(self) -> Sequence[type[Any]]:
        return self._snapshot.kinds

    def count(self, kind: type[Any]) -> int:
        return len(self._counters()) if kind is Counter else self._snapshot.count(kind)

    def blocks(self, kind: type[R]) -> Iterator[Sequence[R]]:
        if kind is Counter:
            yield cast("list[R]", self._counters())
        else:
            yield from self._snapshot.blocks(kind)

    def _counters(self) -> list[Counter]:
        rows = {row.name: row for rows in self._snapshot.blocks(Counter) for row in rows}
        rows.pop(CODE_SHIFT, None)
        if self._size:
            led = led_on({name: row.last for name, row in rows.items()}, self._size)
            rows |= {name: Counter(name, last) for name, last in led.items()}
        return [rows[name] for name in sorted(rows)]
