"""The audit by an outside verifier: the log is counted again and compared with its signed heads.

The audit trusts only the log's public key and the heads that somebody has kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from kezek.app.log.export import Hidden, pieces, read_leaf
from kezek.domain.kernel.instant import MINUTE, Instant
from kezek.domain.log.head import Head
from kezek.domain.log.leaf import leaf_of
from kezek.domain.log.merkle import consistent
from kezek.domain.log.recount import Recount

FINDINGS_MAX = 20
# The longest time without a head while the log grows: one comes every minute, on a busy machine later.
UNSIGNED_MAX = 5 * MINUTE


class Reads(Protocol):
    """Knows the log's public key."""

    def head(self, note: str) -> tuple[str, Head]:
        """Origin and head of a signed note; an exception says why it is none."""

    def erased(self, number: int, signature: bytes) -> bool:
        """Whether the log itself has erased a booking's salt."""


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """A fault: the kind of row, its position or number, and a sentence."""

    row: str
    at: int
    sentence: str


@dataclass(slots=True)
class AuditReport:
    """The counts and the findings of an audit."""

    events: int = 0
    heads: int = 0
    hidden: int = 0
    unsealed: int = 0
    signed: int = 0
    findings: list[AuditFinding] = field(default_factory=list)
    more: int = 0

    def find(self, row: str, at: int, sentence: str) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(AuditFinding(row, at, sentence))
        else:
            self.more += 1


@dataclass(frozen=True, slots=True)
class SourcedNote:
    """A note and where it comes from, such as a file's name."""

    source: str
    note: str


def read_heads(
    claimed: Iterable[SourcedNote], reads: Reads, report: AuditReport, *, whole: str = ""
) -> list[Head]:
    """The signed heads, each once; a note that is no head of this log is a finding.

    `whole` is a source that lists all heads of its log, so numbers have no gaps there.
    """
    heads: dict[tuple[int, int, bytes], Head] = {}
    listed: set[int] = set()
    by_number: dict[int, Head] = {}
    origins: set[str] = set()
    for one in claimed:
        try:
            origin, head = reads.head(one.note)
        except Exception as doubt:  # noqa: BLE001 - whatever a stranger's file holds is a finding
            report.find("head", 0, f"{one.source}: {doubt}")
            continue
        origins.add(origin)
        if one.source == whole:
            listed.add(head.number)
        other = by_number.setdefault(head.number, head)
        if other != head:
            report.find(
                "head",
                head.number,
                f"{one.source}: two signed heads are number {head.number}: there are two histories",
            )
        heads[head.number, head.size, head.root] = head
    if len(origins) > 1:
        report.find("head", 0, f"the heads are of several logs: {', '.join(sorted(origins))}")
    in_order = sorted(heads.values(), key=lambda head: (head.number, head.size))
    for before, after in pairwise(in_order):
        if before.number < after.number and (before.size >= after.size or before.at > after.at):
            report.find("head", after.number, "a later head is smaller or older than one before it")
    report.heads = len(in_order)
    _find_gaps(whole, listed, report)
    return in_order


def _find_gaps(source: str, listed: Iterable[int], report: AuditReport) -> None:
    """Report missing numbers between 1 and the newest: a left-out head may be of another history."""
    for before, after in pairwise([0, *sorted(listed)]):
        if after > before + 1:
            left_out = f"{before + 1}" if after == before + 2 else f"{before + 1} to {after - 1}"
            report.find("head", before + 1, f"{source}: left out of the list of heads: {left_out}")


def judge(recount: Recount, report: AuditReport, last: Instant | None = None) -> None:
    """Judge the counted leaves by the heads."""
    report.events = recount.size
    agreeing = recount.agreeing
    report.signed = agreeing.size if agreeing else 0
    if recount.differing:
        first = recount.differing[0]
        after = agreeing.size + 1 if agreeing else 1
        report.find(
            "log",
            after,
            f"head {first.number} is of another history: something between the positions {after} and "
            f"{first.size} was changed, left out, put in or moved",
        )
    if recount.beyond:
        head = recount.beyond[0]
        report.find(
            "log",
            recount.size + 1,
            f"the log was cut off: head {head.number} was signed over {head.size} events, "
            f"and there are {recount.size}",
        )
    if not (agreeing or recount.differing or recount.beyond):
        report.find("head", 0, "there is no signed head, so nothing is proved")
    elif (
        last is not None
        and not recount.differing
        and agreeing
        and last - agreeing.at > UNSIGNED_MAX
    ):
        report.find(
            "head", agreeing.number + 1, f"no head was signed over the events after {agreeing.size}"
        )


def audit_export(
    lines: Iterable[bytes], heads: Sequence[Head], reads: Reads, report: AuditReport
) -> None:
    """Compare an export's events with heads."""
    recount, expected = Recount(heads), 1
    for piece in pieces(lines):
        leaves: list[bytes] = []
        for line in piece:
            found = read_leaf(line)
            position, leaf = (
                _hidden(found, reads, report)
                if isinstance(found, Hidden)
                else (found[0], leaf_of(found[1], found[2]))
            )
            if position != expected:
                report.find("event", expected, f"position {position} stands where {expected} must")
                expected = position
            expected += 1
            leaves.append(leaf)
        recount.add(leaves)
    recount.add([])
    judge(recount, report)


def _hidden(hidden: Hidden, reads: Reads, report: AuditReport) -> tuple[int, bytes]:
    report.hidden += 1
    if not reads.erased(hidden.number, hidden.erasure):
        report.find(
            "salt", hidden.position, "the event is hidden, and the log has not signed that it is"
        )
    return hidden.position, hidden.leaf


Ask = Callable[[int, int], Sequence[bytes]]


def audit_growth(
    heads: Sequence[Head],
    ask: Ask,
    report: AuditReport,
) -> None:
    """Compare heads with each other by proofs of consistency, without reading events."""
    if not heads:
        report.find("head", 0, "there is no signed head, so nothing is proved")
        return
    by_size = sorted(heads, key=lambda head: head.size)
    newest = by_size[-1]
    report.events = report.signed = newest.size
    for head in by_size[:-1]:
        path = ask(head.size, newest.size)
        if not consistent(head.size, newest.size, path, old_root=head.root, new_root=newest.root):
            report.find(
                "log",
                head.size,
                f"head {newest.number} does not begin with head {head.number}: the log was rewritten at "
                f"or before position {head.size}",
            )
