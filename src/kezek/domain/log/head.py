"""Heads of the log's tree, signed once a minute, and their cosignatures."""

from __future__ import annotations

from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.value import value


@value(frozen=True, slots=True)
class Head:
    """The tree at a size.  `number` counts the heads of a log from 1, so that a missing one shows; `at`
    is real time in whole seconds.
    """

    number: int
    size: int
    root: bytes
    at: Instant


@value(frozen=True, slots=True)
class SignedHead:
    """A published head: `note` is a C2SP checkpoint with the log's own signature."""

    number: int
    size: int
    note: str

    @property
    def key(self) -> int:
        return self.number


@value(frozen=True, slots=True)
class Cosignature:
    """A witness's line under a head: it saw this head, and all that it saw before lead to it."""

    head: int
    witness: str
    line: str

    @property
    def key(self) -> tuple[int, str]:
        return self.head, self.witness
