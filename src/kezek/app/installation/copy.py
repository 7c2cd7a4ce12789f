"""A whole installation put from one store into another, and proved to be the same there."""

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
    """What was written is not what was read; nothing of it is kept."""

    permanent = True


def copy(source: Snapshot, target: Filling, progress: Progress) -> Fingerprint:
    """Write every row, then read all of them again, each a step; the fingerprint of both.

    Raises Differs, which leaves the target empty, since it is committed only after that.
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
    """Differs, with the names of what does and was not passed over."""
    found = [name for name in differences(before, after) if name not in passed]
    if found:
        raise Differs(
            f"the copy is not what was copied ({', '.join(found)} differ): nothing of it was kept; "
            "look at both disks, then try again"
        )
