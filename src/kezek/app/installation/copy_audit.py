"""The audit of a database file against signed heads: every event, every hash of the tree, every head.

The tree's leaves are compared with the heads, and the events with the leaves.  Where events and leaves
disagree, the side that leads to the signed root is true, so the audit names the changed one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from kezek.app.log.audit import AuditReport, Reads, SourcedNote, judge, read_heads
from kezek.app.log.end import stray
from kezek.domain.log.head import Head
from kezek.domain.log.leaf import SECRET_BYTES, canonical, leaf_of, salt_of
from kezek.domain.log.merkle import HASH_BYTES
from kezek.domain.log.recount import Recount
from kezek.domain.log.tree import WIDTH, split

BLOCK = 16 * WIDTH
_NO_HASH = bytes(HASH_BYTES)


class Copy(Protocol):
    """A file that somebody may have changed: any value may be anything."""

    def ends(self) -> tuple[Any, Any]:
        """The lowest and the highest position."""

    def events(self, after: int, last: int) -> list[Any]:
        """Columns of the events in (after, last] and their bookings' secrets, in order."""

    def stretches(self, first: int, past: int) -> list[Any]:
        """Stretches of leaves that begin in [first, past): first and hashes, in order."""

    def last_stretch(self) -> tuple[Any, Any] | None:
        """The last stretch of leaves."""

    def upper(self) -> list[Any]:
        """Tier, first and hashes of all other stretches, in order."""

    def heads(self) -> list[Any]:
        """Number, size and note of all heads, in order."""

    def settings(self) -> list[Any]:
        """Name and value of all that the store keeps of itself."""

    def cosigned(self) -> list[Any]:
        """Head and witness of every line of a witness."""


def audit_copy(copy: Copy, kept: Sequence[SourcedNote], reads: Reads, report: AuditReport) -> None:
    """Audit all content of a file; `kept` are heads that somebody has kept elsewhere."""
    heads = _heads(copy, kept, reads, report)
    _Audit(copy, heads, reads, report).run()
    last, signed = copy.ends()[1], heads[-1].size if heads else 0
    own = {str(name): str(value) for name, value in copy.settings()}
    told = stray(own, last if isinstance(last, int) else 0, signed)
    if told:
        report.find("event", signed + 1, f"events {told} were added while no server ran")


def _heads(
    copy: Copy, kept: Sequence[SourcedNote], reads: Reads, report: AuditReport
) -> list[Head]:
    stored: dict[Any, SourcedNote] = {}
    expected = 1
    for number, size, note in copy.heads():
        if number != expected:
            report.find("head", expected, f"head {number} stands where head {expected} must")
        expected = number + 1 if isinstance(number, int) else expected + 1
        stored[number] = SourcedNote(f"head {number}", str(note))
        try:
            head = reads.head(str(note))[1]
        except Exception:  # noqa: BLE001, S112 - told below, with all the others
            continue
        if (head.number, head.size) != (number, size):
            report.find("head", expected - 1, "the row contradicts the note that was signed")
    heads = read_heads([*stored.values(), *kept], reads, report)
    report.heads = len(stored)
    for head in heads:
        if head.number not in stored:
            report.find("head", head.number, "the head was published and is not in the database")
    for number, witness in copy.cosigned():
        if number not in stored:
            report.find("head", number, f"{witness} has signed a head that is not there")
    return heads


class _Audit:
    def __init__(
        self, copy: Copy, heads: Sequence[Head], reads: Reads, report: AuditReport
    ) -> None:
        self._copy, self._heads, self._reads, self._report = copy, heads, reads, report
        self._disputed: dict[int, bytes] = {}
        self._erased: dict[int, bool] = {}
        self._gap = -1

    def run(self) -> None:
        report = self._report
        lowest, highest = self._copy.ends()
        sealed, events = _past(self._copy.last_stretch()), highest or 0
        if lowest is not None and lowest < 1:
            report.find("event", int(lowest), "an event was put in before the first one")
        report.unsealed = max(0, events - sealed)
        recount = Recount(self._heads)
        for first in range(0, sealed, BLOCK):
            recount.add(self._block(first, min(first + BLOCK, sealed)))
        recount.add([])
        if self._disputed:
            recount = self._settle(recount, sealed)
        last = self._copy.events(sealed - 1, sealed)
        judge(recount, report, last[0][2] if last and isinstance(last[0][2], int) else None)
        self._upper(recount)

    def _block(self, first: int, past: int) -> list[bytes]:
        """The leaves of a range from the tree, or made from the events where the tree has none."""
        rows, kept = self._copy.events(first, past), self._kept(first, past)
        if [row[0] for row in rows] == list(range(first + 1, past + 1)):
            made = [_leaf(row) for row in rows]
            if made == kept and None not in kept:
                return made  # type: ignore[return-value]  # equal to hashes, so all are hashes
        return [
            self._compared(position, found, leaf)
            for position, found, leaf in zip(
                range(first + 1, past + 1), _by_position(rows, first, past), kept, strict=True
            )
        ]

    def _kept(self, first: int, past: int) -> list[bytes | None]:
        kept: list[bytes | None] = [None] * (past - first)
        at = first
        for begins, hashes in self._copy.stretches(first, past):
            row = split(hashes) if isinstance(hashes, bytes) else []
            if begins != at or not row or len(row[-1]) != HASH_BYTES:
                if not isinstance(begins, int):
                    self._report.find("tree", at + 1, f"a row begins at {begins!r}")
                    continue
                sentence = (
                    f"a row begins at {begins + 1} that is not whole or not where {at + 1} is"
                )
                self._report.find("tree", min(begins, at) + 1, sentence)
            for place, leaf in enumerate(row, begins - first):
                if 0 <= place < len(kept) and len(leaf) == HASH_BYTES:
                    kept[place] = leaf
            at = begins + len(row)
        if at < past:
            self._report.find("tree", at + 1, f"the hashes of {at + 1} to {past} are missing")
        return kept

    def _compared(self, position: int, found: Sequence[Any], kept: bytes | None) -> bytes:
        """Compare one event with its leaf and report a difference; the leaf of the tree."""
        if not found:
            if self._gap != position - 1:
                self._report.find("event", position, "the event is missing")
            self._gap = position
            return kept or _NO_HASH
        if len(found) > 1:
            self._report.find("event", position, "several events have this position")
        row = found[0]
        secret, number = row[8], row[6]
        if secret is None:
            self._report.find("salt", position, f"the salt of number {number} is missing")
            return kept or _NO_HASH
        if not isinstance(secret, bytes) or len(secret) != SECRET_BYTES:
            self._hidden(position, number, secret)
            return kept or _NO_HASH
        made = _leaf(row)
        if made != kept and kept is not None:
            self._disputed[position] = made or _NO_HASH
        return kept or made or _NO_HASH

    def _hidden(self, position: int, number: Any, secret: Any) -> None:
        self._report.hidden += 1
        good = self._erased.get(number)
        if good is None:
            right = isinstance(secret, bytes) and isinstance(number, int)
            good = self._erased[number] = right and self._reads.erased(number, secret)
        if not good:
            self._report.find(
                "salt", position, f"the salt of number {number} was taken away, and not by the log"
            )

    def _settle(self, recount: Recount, sealed: int) -> Recount:
        """Decide by the signed roots whether events or leaves were changed."""
        if recount.differing:
            other = Recount(self._heads)
            for first in range(0, sealed, BLOCK):
                past = min(first + BLOCK, sealed)
                kept = _in_range(self._copy, first, past)
                places = range(first + 1, past + 1)
                other.add([self._disputed.get(p, k) for p, k in zip(places, kept, strict=True)])
            other.add([])
            if not other.differing:
                for position in self._disputed:
                    self._report.find(
                        "tree", position, "the hash was changed; the event is as it was signed"
                    )
                return other
        signed = recount.agreeing.size if recount.agreeing else 0
        for position in self._disputed:
            sentence = (
                "the event or its salt was changed after it was signed"
                if position <= signed
                else "the event and its hash in the tree contradict each other"
            )
            self._report.find("event", position, sentence)
        return recount

    def _upper(self, recount: Recount) -> None:
        wanted = {
            (tier, at): hash_ for tier, row in recount.tiers.items() for at, hash_ in enumerate(row)
        }
        for tier, first, hashes in self._copy.upper():
            row = split(hashes) if isinstance(hashes, bytes) else [_NO_HASH]
            for at, hash_ in enumerate(row, first if isinstance(first, int) else 0):
                if wanted.pop((tier, at), None) != hash_:
                    self._find_upper(tier, at, "is not the one of its tile")
        for tier, at in sorted(wanted):
            self._find_upper(tier, at, "is missing")

    def _find_upper(self, tier: Any, at: int, wrong: str) -> None:
        """Report a wrong hash by the first position that it covers."""
        over = at * WIDTH**tier + 1 if tier in range(1, 8) else 0
        self._report.find("tree", over, f"hash {at} of tier {tier} {wrong}")


def _leaf(row: Sequence[Any]) -> bytes | None:
    """The leaf of an event's columns; None when they are not those of an event."""
    if type(row[6]) is not int or type(row[1]) is not int or type(row[2]) is not int:
        return None
    secret = row[8]
    if type(secret) is not bytes or len(secret) != SECRET_BYTES or type(row[7]) is not str:
        return None
    try:
        return leaf_of(salt_of(secret, row[0]), canonical(row[:8]))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def _past(stretch: tuple[Any, Any] | None) -> int:
    if stretch is None or not isinstance(stretch[0], int) or not isinstance(stretch[1], bytes):
        return 0
    return stretch[0] + len(stretch[1]) // HASH_BYTES


def _by_position(rows: Sequence[Any], first: int, past: int) -> Iterator[list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    for position in range(first + 1, past + 1):
        yield found.get(position, [])


def _in_range(copy: Copy, first: int, past: int) -> list[bytes]:
    kept = [_NO_HASH] * (past - first)
    for begins, hashes in copy.stretches(first, past):
        for place, leaf in enumerate(split(hashes), begins - first):
            if 0 <= place < len(kept):
                kept[place] = leaf
    return kept
