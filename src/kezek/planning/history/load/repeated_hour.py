"""An hour that comes twice: the instant that each of its local stamps means.

When summer time ends, clocks show one hour twice and a stamp without an offset is ambiguous.  The order
of the rows decides: time runs one way through a file, forwards or backwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime


def folds(stamps: Sequence[datetime], *, backwards: bool) -> list[int]:
    """0 for the first pass of the hour and 1 for the second, for each stamp of one such hour.

    `stamps` are local, in the order of the file's rows.  Where the rows go neither way, the first row
    of a stamp is the first pass and the next row the second, so that no value is lost.
    """
    forwards = list(reversed(stamps)) if backwards else list(stamps)
    found = _by_steps(forwards)
    if len(set(zip(forwards, found, strict=True))) < min(len(found), _distinct(forwards)):
        found = _by_count(forwards)
    return list(reversed(found)) if backwards else found


def _by_steps(stamps: Sequence[datetime]) -> list[int]:
    """The second pass begins where the clock does not go on."""
    found: list[int] = []
    for place, stamp in enumerate(stamps):
        went_back = place > 0 and stamp <= stamps[place - 1]
        found.append(1 if went_back or (found and found[-1]) else 0)
    return found


def _by_count(stamps: Sequence[datetime]) -> list[int]:
    seen: Counter[datetime] = Counter()
    found = []
    for stamp in stamps:
        found.append(min(seen[stamp], 1))
        seen[stamp] += 1
    return found


def _distinct(stamps: Sequence[datetime]) -> int:
    """How many different instants the stamps can stand for: each twice at the most."""
    return sum(min(count, 2) for count in Counter(stamps).values())
