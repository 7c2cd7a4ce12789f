"""The log itself: dense, in order of time, begun as it was before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tests.rig.check.run import Run


def dense(run: Run) -> Iterator[str]:
    """No position is missing or there twice, time never runs backwards, nothing old has changed."""
    rows = run.after["event"]
    for place, row in enumerate(rows, 1):
        if row["position"] != place:
            yield f"position {place} of the log is missing: {row['position']} stands there"
            return
    for before, row in pairwise(rows):
        if row["at"] < before["at"]:
            yield f"the log's time runs backwards at position {row['position']}"
    old = run.before["event"]
    if rows[: len(old)] != old:
        yield "what the log held before the run is not what it holds now"
