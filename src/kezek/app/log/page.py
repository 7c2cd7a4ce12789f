"""The log in pages, newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kezek.app.port import Reader
from kezek.domain.kernel.event import Logged

PAGE_ROWS = 50
# The most events read for one page, so that a rare kind does not read the whole log.
SCANNED_MAX = 5_000
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events, newest first; `older` and `newer` are positions to read on from, 0 for the end."""

    events: tuple[Logged, ...]
    older: int
    newer: int


def newest_first(
    reader: Reader, before: int, line: str = "", chunk: int = _CHUNK
) -> Iterable[Logged]:
    """Events below a position, newest first, at most SCANNED_MAX of them, read by so many at once."""
    seen = 0
    while seen < SCANNED_MAX:
        events = reader.events_before(before, chunk, line)
        yield from events
        if len(events) < chunk:
            return
        seen += len(events)
        before = events[-1].position


def log_page(
    reader: Reader, lines: frozenset[str] | None, kind: str, *, before: int = 0, after: int = 0
) -> LogPage:
    """A page of the log: of these lines (None is everything), of one kind when named."""
    one = next(iter(lines)) if lines is not None and len(lines) == 1 else ""

    def fits(event: Logged) -> bool:
        return (lines is None or event.line in lines) and kind in ("", event.kind)

    if after:
        return _newer(reader, one, after, fits)
    start = before or reader.last_position() + 1
    found: list[Logged] = []
    read, last = 0, start
    for event in newest_first(reader, start, one):
        read, last = read + 1, event.position
        if fits(event):
            found.append(event)
            if len(found) == PAGE_ROWS:
                break
    more = last if len(found) == PAGE_ROWS or read >= SCANNED_MAX else 0
    newer = found[0].position if before and found else before
    return LogPage(tuple(found), more if more > 1 else 0, newer)


def _newer(reader: Reader, line: str, after: int, fits: Callable[[Logged], bool]) -> LogPage:
    found: list[Logged] = []
    position, read = after, 0
    ended = False
    while len(found) < PAGE_ROWS and read < SCANNED_MAX and not ended:
        events = reader.events(position, _CHUNK, line)
        ended = len(events) < _CHUNK
        for event in events:
            position, read = event.position, read + 1
            if fits(event):
                found.append(event)
                if len(found) == PAGE_ROWS:
                    ended = False
                    break
    found.reverse()
    older = found[-1].position if found else after + 1
    return LogPage(tuple(found), older, 0 if ended else position)
