"""The fingerprint of an installation: equal for equal content, on any store.

It has count and hash of every table, size and root of the log's tree, and the verdict on every promise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from kezek.app.installation.promise import (
    AccessPromise,
    ActivePromise,
    AnswerPromise,
    CapacityPromise,
    Checker,
    CheckResult,
    ErasedPromise,
    Look,
    OrderPromise,
    PlacePromise,
)
from kezek.app.installation.replayed import Replayed
from kezek.app.installation.sealed import Sealed
from kezek.app.installation.snapshot import Progress, Snapshot
from kezek.app.port import Session
from kezek.app.regulation.version_file import shipped_regulations
from kezek.domain.kernel.event import Logged
from kezek.domain.log.head import SignedHead
from kezek.domain.log.tree import Stretch
from kezek.domain.slot.slot import Day, Slot

# Sessions and one-time links are left out, because ended or used ones must not become valid again.
LEFT_OUT = frozenset({Session})
# Checkers need the early kinds before, and the late ones after, all others: a tree is compared with its
# head, a booking with the log, a slot with its bookings.
_EARLY, _LATE = (SignedHead, Logged), (Stretch, Day, Slot)


@dataclass(frozen=True, slots=True)
class TableDigest:
    """One kind of row: how many there are, and SHA-256 over them in the order of their keys."""

    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`position` is that of the last event; `size` and `root` are those of the log's tree."""

    tables: Mapping[str, TableDigest]
    position: int
    size: int
    root: str
    promises: tuple[CheckResult, ...]

    @property
    def rows(self) -> int:
        return sum(table.count for table in self.tables.values())

    @property
    def broken(self) -> list[CheckResult]:
        """The promises that do not hold."""
        return [verdict for verdict in self.promises if not verdict.holds]


def kinds_of(snapshot: Snapshot) -> list[type[Any]]:
    """The kinds of rows of an installation, in the order that checkers need."""

    def rank(kind: type[Any]) -> int:
        return (kind in _LATE) - (kind in _EARLY)

    return sorted((kind for kind in snapshot.kinds if kind not in LEFT_OUT), key=rank)


def rows_of(snapshot: Snapshot) -> int:
    """How many rows belong to an installation."""
    return sum(snapshot.count(kind) for kind in kinds_of(snapshot))


def fingerprint_of(snapshot: Snapshot, progress: Progress) -> Fingerprint:
    """Reads every row once; each is a step."""
    impression = Impression()
    for kind in kinds_of(snapshot):
        impression.begin(kind)
        for rows in snapshot.blocks(kind):
            impression.see(rows)
            progress.advance(len(rows))
    return impression.fingerprint()


class Impression:
    """A fingerprint while it is taken: the kinds of `kinds_of`, one after the other."""

    def __init__(self) -> None:
        self._encode = msgspec.json.Encoder(order="deterministic").encode_lines
        self._sealed = Sealed()
        self._checkers: list[Checker] = [
            CapacityPromise(shipped_regulations()),
            ActivePromise(),
            OrderPromise(),
            AnswerPromise(),
            self._sealed,
            PlacePromise(),
            ErasedPromise(),
            AccessPromise(),
            Replayed(),
        ]
        self._tables: dict[str, TableDigest] = {}
        self._looks: list[tuple[Checker, Look]] = []
        self._count, self._name = 0, ""
        self._hash = sha256()

    def begin(self, kind: type[Any]) -> None:
        """The rows that follow are of this kind."""
        self._end()
        self._name, self._count, self._hash = kind.__name__.lower(), 0, sha256()
        self._looks = [
            (checker, look)
            for checker in self._checkers
            if (look := checker.looks().get(kind)) is not None
        ]

    def see(self, rows: Sequence[Any]) -> None:
        """Some rows, in the order of their keys."""
        self._count += len(rows)
        self._hash.update(self._encode(rows))
        for checker, look in self._looks:
            checker.see(look, rows)

    def _end(self) -> None:
        if self._name:
            self._tables[self._name] = TableDigest(self._count, self._hash.hexdigest())

    def fingerprint(self) -> Fingerprint:
        """After the last row."""
        self._end()
        return Fingerprint(
            tables=dict(sorted(self._tables.items())),
            position=self._sealed.position,
            size=self._sealed.size,
            root=self._sealed.root.hex(),
            promises=tuple(checker.verdict() for checker in self._checkers),
        )


def differences(one: Fingerprint, other: Fingerprint) -> list[str]:
    """In words, where two fingerprints differ; empty where they are equal."""
    names = sorted({*one.tables, *other.tables})
    found = [name for name in names if one.tables.get(name) != other.tables.get(name)]
    if (one.position, one.size, one.root) != (other.position, other.size, other.root):
        found.append("the log's root")
    # Another version may know more promises; each verdict is compared with its own.
    verdicts = {verdict.promise: verdict for verdict in other.promises}
    return found + [v.promise for v in one.promises if verdicts.get(v.promise, v) != v]
