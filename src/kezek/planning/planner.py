"""The planner: answers a server's questions one after another until its input ends.

It is a process of its own, so that a web server loads no numerics.  It has the lowest priority on the
machine: a forecast may be late, a booking may not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO, NamedTuple, TypeAlias

from kezek.domain.kernel.instant import DAY, HOUR, MINUTE
from kezek.planning.protocol import (
    LENGTH,
    Answer,
    Learn,
    Learned,
    Predicted,
    Question,
    Ready,
    Unable,
    framed,
    length_of,
    question_of,
)
from kezek.planning.question import (
    UNCORRECTED,
    Corrections,
    ErrorExample,
    Expected,
    HourCapacity,
    LineForecast,
    LineState,
    MeasuredPast,
    TrainingResult,
    TwinCalled,
    TwinWaiting,
)

Forecast: TypeAlias = Callable[[LineState, Corrections], LineForecast]


class Able(NamedTuple):
    """The two functions of a planner."""

    forecast: Forecast
    learn: Callable[[Sequence[ErrorExample]], TrainingResult]


def serve(asked: BinaryIO, told: BinaryIO, able: Able) -> None:
    """Send `Ready`, then answer questions until the input ends."""
    _say(told, framed(Ready()))
    while head := asked.read(LENGTH):
        body = asked.read(length_of(head))
        _say(told, _answered(body, able))


def _answered(body: bytes, able: Able) -> bytes:
    try:
        return framed(_answer(question_of(body), able))
    except Exception as mistake:  # noqa: BLE001 - the process's outermost edge: other lines go on
        return framed(Unable(type(mistake).__name__))


def _answer(question: Question, able: Able) -> Answer:
    if isinstance(question, Learn):
        return Learned(able.learn(question.examples))
    return Predicted(able.forecast(question.state, question.corrections))


def _say(told: BinaryIO, frame: bytes) -> None:
    told.write(frame)
    told.flush()


def warm(forecast: Forecast) -> None:
    """Forecast an invented line once, so that kernels are compiled before the first question."""
    forecast(_invented(), UNCORRECTED)


def _invented() -> LineState:
    now = 400 * DAY
    past = tuple(now - n * 10 * MINUTE for n in range(60, 0, -1))
    return LineState(
        line="invented",
        now=now,
        interleave=("ordinary", "unbooked"),
        cursor=0,
        window=HOUR,
        keeps_place_for=HOUR,
        no_show_after=HOUR,
        waiting=tuple(
            TwinWaiting(n, "ordinary", (now - HOUR, 0, now - n * MINUTE, n))
            for n in range(4, 0, -1)
        ),
        expected=(Expected(5, "ordinary", now), Expected(6, "unbooked", now + HOUR)),
        at_gate=(TwinCalled(7, "ordinary", False, now), TwinCalled(8, "ordinary", True, now)),
        hours=tuple(HourCapacity(now + n * HOUR, 6 * (n != 3)) for n in range(12)),
        measured=MeasuredPast(
            since=now - 10 * HOUR,
            called=past,
            crossed=past,
            approach=(5 * MINUTE,) * 20,
            gate=(20 * MINUTE,) * 20,
            early=(-30 * MINUTE,) * 20,
            shown=20,
            not_shown=2,
            walked_in=3,
        ),
        seed=1,
        asked=(now, now + HOUR),
        ordinary="ordinary",
        walk_in="unbooked",
    )
