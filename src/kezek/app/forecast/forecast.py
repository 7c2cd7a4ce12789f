"""Forecasts of the live lines, kept fresh by the planner and calibrated by their own past.

The planner is asked about one line after another, watched lines first.  The server spends only a small
share of its time on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from datetime import date

from kezek.app.checkpoint.checkpoint import Network, ServedLine
from kezek.app.feed.change_feed import EVERY_LINE, ChangeFeed
from kezek.app.forecast.calibrated_forecast import CalibratedForecast, calibrated, said, standing_of
from kezek.app.forecast.replay import (
    Pasts,
    Scores,
    TrainingResults,
    pasts_of,
    scored,
    training_results_of,
)
from kezek.app.forecast.rota import Rota
from kezek.app.forecast.usual_wait import HourOfWeek, UsualWait, hour_of_week, usual_waits
from kezek.app.port import Clock, Fault, Planner, PlannerFault, Store
from kezek.app.turn.line_log import LineLog
from kezek.app.turn.line_state import state_of
from kezek.app.turn.queue import Queues
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.instant import HOUR, MINUTE, SECOND, Instant, local_day
from kezek.planning.forecast.features import regime_of
from kezek.planning.question import UNCORRECTED, LineForecast, LineState

log = logging.getLogger("kezek.forecast")

# Real time.
EACH = 5 * SECOND  # between two forecasts of one line
WATCHED_FOR = 60 * SECOND
IDLE_SECONDS = 0.5
# After reading a line's state, which takes milliseconds, rest for this many times as long.
REST = 40
# After an answer, leave the planner idle for this many times as long as the answer took: it has the
# lowest priority, but a core that computes slows its neighbour.
PLANNER_REST = 6
# The longest rest.  On a busy machine an answer mostly waits, so its time must not stretch the rest.
REST_SECONDS_MAX = 1.0
# The rest between two steps of scoring the past, so that bookings do not notice it.
NIGHT_REST_SECONDS = 0.2
# Domain time.
AGE = 5 * MINUTE  # after which a line is asked about again though nothing has happened
SHOWN_FOR = HOUR
TRIED_AGAIN = HOUR  # between two attempts at a line's score


class LiveForecasts:
    """The last forecast of every line; `edition` rises with each one that differs visibly."""

    def __init__(
        self,
        store: Store,
        network: Network,
        queues: Queues,
        clock: Clock,
        watch: ChangeFeed,
        planner: Planner | None,
    ) -> None:
        self._store, self._queues = store, queues
        self._clock, self._watch, self.planner = clock, watch, planner
        self._forecasts: dict[str, CalibratedForecast] = {}
        self._editions: dict[str, int] = {}
        self._logs: dict[str, LineLog] = {}
        self._scores: dict[str, Scores] = {}
        self._usual: dict[str, Mapping[HourOfWeek, UsualWait]] = {}
        self._pasts: dict[str, Pasts] = {}
        self._tried: dict[str, Instant] = {}
        self._usual_tried: dict[str, Instant] = {}
        self._usual_on: dict[str, date] = {}
        self._looked: dict[str, Instant] = {}
        self._asked: dict[str, Instant] = {}
        self._faults: dict[str, str] = {}
        self._asking, self._scoring, self._reading = (Rota(network) for _ in range(3))

    def of(self, line: str, now: Instant, *, looked: bool = True) -> CalibratedForecast | None:
        """The forecast of a line, if there is one that is not too old."""
        if looked:
            self._looked[line] = self._clock.now().real
        found = self._forecasts.get(line)
        return found if found is not None and 0 <= now - found.as_of < SHOWN_FOR else None

    def no_basis(self, line: str, now: Instant) -> str:
        """The code of why there is no forecast; empty where there is one."""
        found = self.of(line, now, looked=False)
        if found is not None:
            return found.forecast.no_basis
        state = self.planner.state if self.planner is not None else "off"
        return self._faults.get(line, f"planner_{state}")

    def scores(self, line: str) -> Scores | None:
        """The scores of the line's forecasts of the last 30 days; None before the first night."""
        return self._scores.get(line)

    def usual(self, line: Line, start: Instant) -> UsualWait | None:
        """The usual wait at the hour of the week of a window; None where it is not known."""
        return self._usual.get(line.id, {}).get(hour_of_week(start, line.zone))

    def usual_read(self, line: str) -> bool:
        """Whether the line's past has been read, so that a missing usual wait means too few trucks."""
        return line in self._usual

    def edition(self, line: str = EVERY_LINE) -> int:
        """A number that rises when the visible forecast of the line (or of any) changes."""
        return self._editions.get(line, 0)

    async def keep(self) -> None:
        """Renew forecasts until cancelled."""
        if self.planner is None:
            return
        while True:
            rest = await self._turn(self.planner)
            await asyncio.sleep(rest)

    async def _turn(self, planner: Planner) -> float:
        """One line's forecast; the seconds to rest afterwards."""
        if planner.state != "ready":
            return IDLE_SECONDS
        served = self._stalest()
        if served is None:
            return IDLE_SECONDS
        began = self._clock.now().real
        self._asked[served.line.id] = began
        try:
            version = self._watch.version(served.line.id)
            state = await asyncio.to_thread(self.state, served)
            spent = self._clock.now().real - began
            scores = self._scores.get(state.line)
            told = await planner.forecast(state, scores.corrections if scores else UNCORRECTED)
            answered = self._clock.now().real - began - spent
            # A line that was scored meanwhile is asked about again, because its calibration belongs to
            # ranges with the same corrections.
            if scores is self._scores.get(state.line):
                # On a thread, because a long line takes longer than a page may wait.
                forecast, new = await asyncio.to_thread(self._shown, state, told, version)
                self._keep(forecast, new=new)
            self._faults.pop(served.line.id, None)
        except PlannerFault as fault:
            self._faults[served.line.id] = f"planner_{fault.code}"
            return IDLE_SECONDS
        except Fault as fault:
            log.warning("the line %s has no forecast: %s", served.line.id, fault)
            return IDLE_SECONDS
        rest = max(max(spent, 1) * REST, answered * PLANNER_REST)
        return min(rest / SECOND, REST_SECONDS_MAX)

    def _stalest(self) -> ServedLine | None:
        """A line that needs to be asked about: a watched one, the oldest first, then the next."""
        at = self._clock.now()

        def wants(served: ServedLine) -> bool:
            line = served.line.id
            if at.real - self._asked.get(line, 0) < EACH:
                return False
            found = self._forecasts.get(line)
            fresh = found is not None and 0 <= at.at - found.as_of < AGE
            return not (found and fresh and found.version == self._watch.version(line))

        return self._asking.next(self._watched(self._asked), wants)

    def _watched(self, last: Mapping[str, Instant]) -> list[str]:
        """Lines that somebody has looked at lately, the one whose `last` time is the oldest first."""
        now = self._clock.now().real
        # A copy: pages look at lines from threads of their own.
        lately = [n for n, at in dict(self._looked).items() if now - at < WATCHED_FOR]
        return sorted(lately, key=lambda line: (last.get(line, 0), line))

    def state(self, served: ServedLine) -> LineState:
        """The line now, as the twin is asked about it."""
        position, reader = self._watch.position, self._store.reader
        queue = self._queues.of(served, self._clock.now().at)
        read = self._logs.setdefault(queue.line, LineLog(queue.line))
        read.read_on(reader)
        return state_of(reader, served, queue, read.measured(queue.as_of), position)

    def take(self, state: LineState, told: LineForecast, version: int) -> None:
        """Keep an answer, and wake the line's followers if it differs visibly."""
        forecast, new = self._shown(state, told, version)
        self._keep(forecast, new=new)

    def _shown(
        self, state: LineState, told: LineForecast, version: int
    ) -> tuple[CalibratedForecast, bool]:
        """The forecast made from an answer, and whether it differs visibly from the last."""
        scores, regime = self._scores.get(state.line), regime_of(state)
        classes = {one.number: one.vehicle_class for one in state.waiting}
        shown = calibrated(told, scores, regime, classes) if scores else told
        before = self._forecasts.get(state.line)
        new = before is None or said(before.forecast) != said(shown)
        return CalibratedForecast(shown, scores, regime, version, standing_of(state)), new

    def _keep(self, forecast: CalibratedForecast, *, new: bool) -> None:
        line = forecast.forecast.line
        self._forecasts[line] = forecast
        if new:
            self._rise(line)
            self._watch.wake(line)

    def _rise(self, line: str) -> None:
        for one in (line, EVERY_LINE):
            self._editions[one] = self._editions.get(one, 0) + 1

    async def score(self) -> None:
        """Compare past forecasts with the true waits, a line's at its midnight, until cancelled."""
        if self.planner is None:
            return
        while True:
            await asyncio.sleep(IDLE_SECONDS)
            if self.planner.state == "ready":
                await self._score_next(self.planner)

    async def _score_next(self, planner: Planner) -> None:
        """Score one line whose midnight has passed: a watched one first."""
        now = self._clock.now().at
        served = self._scoring.next(
            self._watched(self._tried),
            lambda one: one.line.id in self._forecasts and self._night(one, now),
        )
        if served is None:
            return
        line = served.line.id
        # Noted first: a line that cannot be scored must not keep the others from it.
        self._tried[line] = now
        try:
            self._pasts[line] = await pasts_of(
                self._store, planner, served, now, rest_seconds=NIGHT_REST_SECONDS
            )
        except PlannerFault:
            return
        except Fault as fault:
            log.warning("forecasts of %s are not scored: %s", line, fault)
            return
        await self._learn(planner, line, now)

    async def read_usual(self) -> None:
        """Read each line's past at the start and at its own midnight, until cancelled.

        No planner is needed.
        """
        while True:
            await self._read_next()
            await asyncio.sleep(IDLE_SECONDS)

    async def _read_next(self) -> None:
        """Read the past of one line that was not read on its present day: a watched one first."""
        now = self._clock.now().at
        served = self._reading.next(
            self._watched(self._usual_tried), lambda one: self._unread(one.line, now)
        )
        if served is None:
            return
        line = served.line
        # Noted first: a line whose past cannot be read must not keep the others from it.
        self._usual_tried[line.id] = now
        try:
            found = await asyncio.to_thread(self.usual_of, served, now)
        except Fault as fault:
            log.warning("what is usual at %s is not read: %s", line.id, fault)
            return
        self._usual_on[line.id] = local_day(now, line.zone)
        self.take_usual(line.id, found)

    def _unread(self, line: Line, now: Instant) -> bool:
        """Whether the line's past was not read on its present day, nor tried within the hour."""
        if now - self._usual_tried.get(line.id, -TRIED_AGAIN) < TRIED_AGAIN:
            return False
        return self._usual_on.get(line.id) != local_day(now, line.zone)

    def usual_of(self, served: ServedLine, now: Instant) -> Mapping[HourOfWeek, UsualWait]:
        """The usual waits of a line, from its log up to now."""
        return usual_waits(self._store.reader, served.line, served.at(now), now)

    def take_usual(self, line: str, found: Mapping[HourOfWeek, UsualWait]) -> None:
        """Keep the usual waits of a line, and wake its followers if they have changed."""
        new = found != self._usual.get(line)
        self._usual[line] = found
        if new:
            self._rise(line)
            self._watch.wake(line)

    async def _learn(self, planner: Planner, line: str, now: Instant) -> None:
        """Score a line with the correction learned from all lines, or without one."""
        results = dict[str, TrainingResults]()
        with contextlib.suppress(PlannerFault):
            results = await training_results_of(planner, self._pasts)
        wanting = [(line, now)]
        if line in results and results[line].called.correction is not None:
            wanting += self._untrained(line)
        for one, at in wanting:
            # Beside the loop, so that requests get in between.
            self._scores[one] = await asyncio.to_thread(
                scored, self._pasts[one], at, results.get(one)
            )

    def _untrained(self, line: str) -> list[tuple[str, Instant]]:
        """Other lines that were scored before all lines together had enough examples."""
        return [
            (one, scores.at)
            for one, scores in self._scores.items()
            if one != line and scores.called is not None and scores.called.loss_corrected is None
        ]

    def _night(self, served: ServedLine, now: Instant) -> bool:
        """Whether a local midnight has passed since the last score, and an hour since the last try."""
        scores, zone = self._scores.get(served.line.id), served.line.zone
        if now - self._tried.get(served.line.id, -TRIED_AGAIN) < TRIED_AGAIN:
            return False
        scored = scores is not None and scores.crossed is not None
        return not (scored and scores and local_day(scores.at, zone) == local_day(now, zone))
