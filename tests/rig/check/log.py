"""The log itself: dense, in order of time, begun as it was before; and what time asks of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tests.rig.check.run import MINUTE, Run

# A running server follows corrections of its machine's clock up to this.
BELIEVED_MAX = 2 * MINUTE


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


def of_its_time(run: Run) -> Iterator[str]:
    """However a clock jumps, nothing is decided in a time that has not come."""
    for event in run.events:
        ahead = event.at - run.story.over_at
        if ahead > BELIEVED_MAX:
            yield f"{event.kind} at {event.position} is {ahead // 1000} s ahead of its time"


def nothing_due(run: Run) -> Iterator[str]:
    """What time alone had made due when the faults were over was done before the end."""
    due = run.story.quiet_at
    for row in run.after["return"]:
        if row["look_at"] <= due:
            yield f"the place of booking {row['number']} at {row['start']} was never given back"
    for row in run.after["booking"]:
        if row["look_at"] is not None and row["look_at"] <= due:
            yield f"booking {row['number']} was never looked at when its time had come"
