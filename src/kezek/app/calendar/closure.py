"""Whether a post is closed now, and why: what every channel says before it takes a step."""

from __future__ import annotations

from kezek.app.checkpoint.checkpoint import Post
from kezek.app.port import Reader
from kezek.domain.kernel.instant import Instant
from kezek.domain.slot.place import closed_day
from kezek.domain.slot.slot import Day


def closed_today(reader: Reader, post: Post, now: Instant) -> Day | None:
    """The day that is closed now at a post; None where it is open, or no line runs."""
    return closed_day(reader, post.line, now) if post.line else None
