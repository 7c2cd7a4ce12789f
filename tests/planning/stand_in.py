"""A planner for tests: the protocol is the product's, the future is trucks ahead by the last pace.

Run with a word it misbehaves: `dies`, `hangs`, `babbles`, `stumbles`, `forgets`, `never_ready`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from kezek.domain.kernel.instant import DAY, HOUR, MINUTE
from kezek.planning.planner import Able, serve
from kezek.planning.question import (
    Corrections,
    ErrorExample,
    JoinForecast,
    LengthForecast,
    LineForecast,
    LineState,
    Range,
    TrainingResult,
    TruckForecast,
    WindowForecast,
)

SPREAD = (0.5, 0.6, 0.8, 1.0, 1.2, 1.4, 1.5)
GATE = 20 * MINUTE


def forecast(state: LineState) -> LineForecast:
    """Every wait is ahead / pace, give or take half of it; without a crossing there is no basis."""
    crossed = state.measured.crossed
    told = {
        "line": state.line,
        "as_of": state.now,
        "horizon": state.now + 2 * DAY,
        "seed": state.seed,
        "replications": state.replications,
    }
    if not crossed:
        return LineForecast(**told, no_basis="nobody_crossed", trucks=(), joins=(), lengths=())
    each = max(MINUTE, (state.now - state.measured.since) // len(crossed))

    def waits(ahead: int, more: int = 0) -> Range:
        return Range(tuple(round((ahead + 1) * each * share) + more for share in SPREAD))

    def instants(ahead: int, more: int = 0) -> Range:
        return Range(tuple(state.now + wait for wait in waits(ahead, more).at))

    return LineForecast(
        **told,
        no_basis="",
        trucks=tuple(
            TruckForecast(one.number, instants(place), instants(place, GATE))
            for place, one in enumerate(state.waiting)
        )
        + tuple(TruckForecast(one.number, None, instants(0, GATE)) for one in state.at_gate),
        joins=tuple(
            JoinForecast(name, waits(len(state.waiting)), waits(len(state.waiting), GATE))
            for name in dict.fromkeys(state.interleave)
        ),
        lengths=tuple(
            LengthForecast(state.now + n * HOUR, tuple(range(n, n + 7))) for n in range(1, 13)
        ),
        windows=tuple(WindowForecast(start, waits(len(state.waiting))) for start in state.asked),
    )


def learn(examples: Sequence[ErrorExample]) -> TrainingResult:
    """Nothing, as where the library that learns is not installed."""
    return TrainingResult((0.0,) * len(examples), None)


def forget(examples: Sequence[ErrorExample]) -> TrainingResult:
    """Half of what it should learn from."""
    return TrainingResult((0.0,) * (len(examples) // 2), None)


def misbehave(how: str):
    def answer(state: LineState, corrections: Corrections) -> LineForecast:
        if how == "dies":
            sys.exit(1)
        if how == "hangs":
            time.sleep(3_600)
        if how == "babbles":
            sys.stdout.buffer.write(b"\xff" * 64)
            sys.stdout.flush()
            time.sleep(3_600)
        if how == "stumbles":
            raise ZeroDivisionError
        return forecast(state)

    return answer


if __name__ == "__main__":
    how = sys.argv[1] if len(sys.argv) > 1 else ""
    if how == "never_ready":
        time.sleep(3_600)
    serve(
        sys.stdin.buffer,
        sys.stdout.buffer,
        Able(misbehave(how), forget if how == "forgets" else learn),
    )
