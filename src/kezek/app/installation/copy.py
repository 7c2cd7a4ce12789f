"""The copy of a whole installation from one store into another, with a proof of equality."""

from __future__ import annotations

from collections.abc import Collection

from kezek.app.installation.fingerprint import (
    Fingerprint,
    Impression,
    differences,
    fingerprint_of,
    kinds_of,
    rows_of,
)
from kezek.app.installation.snapshot import Filling, Progress, Snapshot
from kezek.app.port import Fault


class Differs(Fault):
    """The written content differs from the read one; nothing of it is kept."""

    permanent = True


def copy(source: Snapshot, target: Filling, progress: Progress) -> Fingerprint:
    """Write every row, then read all of them again, each one a step; the fingerprint of both.

    Raises Differs before the commit, so that the target stays empty.
    """
    progress.expect(2 * rows_of(source))
    impression = Impression()
    for kind in kinds_of(source):
        impression.begin(kind)
        for rows in source.blocks(kind):
            impression.see(rows)
            target.add(kind, rows)
            progress.advance(len(rows))
    before, after = impression.fingerprint(), fingerprint_of(target, progress)
    refuse_different(before, after)
    return after


def refuse_different(
    before: Fingerprint, after: Fingerprint, *, passed: Collection[str] = ()
) -> None:
    """Raise Differs with the names of the differences, except those in `passed`."""
    found = [name for name in differences(before, after) if name not in passed]
    if found:
        raise Differs(
            f"the copy is not what was copied ({', '.join(found)} differ): nothing of it was kept; "
            "look at both disks, then try again"
        )
