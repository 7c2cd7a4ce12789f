"""Erasures made after a backup, repeated when the backup is restored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from kezek.app.installation.snapshot import Snapshot
from kezek.domain.kernel.facts import Row
from kezek.domain.log.leaf import Salt

R = TypeVar("R", bound=Row)


class Cleansed:
    """A snapshot in which the salts of some bookings are erased, each by the log's own signature.

    `erased` counts those that the snapshot still had.
    """

    def __init__(self, snapshot: Snapshot, signatures: Mapping[int, bytes]) -> None:
        self._snapshot, self._signatures = snapshot, signatures
        self.erased = 0

    @property
    def kinds(self) -> Sequence[type[Any]]:
        return self._snapshot.kinds

    def count(self, kind: type[Any]) -> int:
        return self._snapshot.count(kind)

    def blocks(self, kind: type[R]) -> Iterator[Sequence[R]]:
        for rows in self._snapshot.blocks(kind):
            if kind is Salt:
                yield cast("list[R]", [self._cleansed(cast("Salt", row)) for row in rows])
            else:
                yield rows

    def _cleansed(self, salt: Salt) -> Salt:
        signature = self._signatures.get(salt.number)
        if signature is None or salt.erased:
            return salt
        self.erased += 1
        return Salt(salt.number, signature)
