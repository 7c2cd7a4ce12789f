"""A range drawn as dots that can be counted, each as likely as any other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from kezek.domain.kernel.instant import MINUTE, Instant
from kezek.i18n.times import hour as hour_text
from kezek.planning.question import QUANTILES, Range
from kezek.web.frame.format import local
from kezek.web.frame.page_context import PageContext

DOTS = 20
COLUMNS_MAX = 12
WIDTH, HEIGHT = 240, 64  # of the picture, in its own units
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440)  # minutes of a column


@dataclass(frozen=True, slots=True)
class Dots:
    """Equally likely instants as dots over a clock: columns of (x, y, radius), ticks of (x, instant)."""

    dots: list[tuple[float, float, float]]
    ticks: list[tuple[float, datetime]]
    label: str


def dots_of(here: PageContext, at: Range, zone: str, label: str) -> Dots:
    """The distribution as dots that can be counted, each as likely as any other."""
    instants = [_quantile(at, (n + 0.5) / DOTS) for n in range(DOTS)]
    first, last = instants[0], instants[-1]
    step = next(
        (s * MINUTE for s in _STEPS if (last - first) / (s * MINUTE) < COLUMNS_MAX - 1),
        _STEPS[-1] * MINUTE,
    )
    begin = local(first, zone)
    # Columns begin on the clock's own marks, also where a zone is off by half an hour.
    start = first - ((begin.hour * 60 + begin.minute) * MINUTE + first % MINUTE) % step
    stacks = Counter((instant - start) // step for instant in instants)
    columns = max(stacks) + 1
    width = WIDTH / columns
    radius = min(width / 2 - 1, HEIGHT / max(stacks.values()) / 2 - 0.5, 7)
    placed = [
        (
            round((x + 0.5) * width, 1),
            round(HEIGHT - radius - n * (2 * radius + 1), 1),
            round(radius, 1),
        )
        for x, stack in sorted(stacks.items())
        for n in range(stack)
    ]
    every = -(-columns // 4)
    ticks = [(round(x * width, 1), local(start + x * step, zone)) for x in range(0, columns, every)]
    ends = {"low": hour_text(local(first, zone)), "high": hour_text(local(last, zone))}
    return Dots(placed, ticks, here.words.say(label, dots=DOTS, **ends))


def _quantile(at: Range, share: float) -> Instant:
    """Between the told quantiles a straight line, and on beyond the outermost."""
    upper = next((n for n, q in enumerate(QUANTILES) if q >= share), len(QUANTILES) - 1)
    upper = max(1, upper)
    low, high = QUANTILES[upper - 1], QUANTILES[upper]
    rise = (share - low) / (high - low)
    return round(at.at[upper - 1] + rise * (at.at[upper] - at.at[upper - 1]))
