"""The officers: each post calls at its own pace, admits, lets cross, and turns some back.

Where a person works at the console they do nothing, and go on with what that person leaves behind.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from kezek.demo.client import GATES, SHIFTS
from kezek.demo.life import (
    MISS_PERCENT,
    THROUGH,
    TO_GATE,
    TURN_BACK_PERCENT,
    span,
)
from kezek.demo.scene import KnownTruck, Staffing, Yard
from kezek.demo.stage import TrafficRun
from kezek.domain.kernel.instant import DAY, HOUR, MINUTE, SECOND, Instant, from_datetime

NOBODY_PAUSE = 6 * MINUTE
EXCEPTION_EVERY = 3 * HOUR
CAUSES = ("perishable", "live_animals", "medical", "humanitarian")
TURN_BACK_CAUSES = ("papers", "goods", "vehicle", "other_side", "own_wish")


class Gates:
    """All posts at once."""

    def __init__(self, stage: TrafficRun) -> None:
        self._stage = stage

    def begin(self) -> None:
        """Officers start their shifts; whoever was called or admitted before is seen to first."""
        stage = self._stage
        for known in stage.scene.known:
            self._see_to(known)
        for yard in stage.yards.values():
            stage.agenda.after(
                stage.chance.between(0, self._pace(yard)), partial(self._call_next, yard)
            )
        stage.agenda.after(HOUR // 2, self._exception)

    def change(self, shift: Staffing) -> None:
        """People come to some posts, and have left others."""
        stage = self._stage
        stage.manned = frozenset(shift.manned)
        for checkpoint, left in shift.left.items():
            stage.waiting[checkpoint] = {}
            for known in left:
                if known.status == "arrived":
                    stage.joined(known.number, checkpoint)
                self._see_to(known)

    def _see_to(self, known: KnownTruck) -> None:
        stage = self._stage
        if known.status == "called":
            stage.counted.called += 1
            step, limits = self._admit, TO_GATE
        elif known.status == "admitted":
            stage.counted.called += 1
            step, limits = self._cross, THROUGH
        else:
            return
        stage.agenda.after(
            span(limits, stage.chance), partial(step, known.number, known.checkpoint)
        )

    def _handed_over(self, checkpoint: str) -> bool:
        """Whether a truck on its way through the gate is a person's to see to."""
        stage = self._stage
        if checkpoint in stage.manned:
            stage.counted.called = max(0, stage.counted.called - 1)
            return True
        return False

    def _pace(self, yard: Yard) -> Instant:
        """Between two calls: what the capacity of the day asks for, now quicker, now slower."""
        mean = DAY // max(1, yard.capacity)
        return self._stage.chance.between(mean // 2, mean * 3 // 2)

    async def _call_next(self, yard: Yard) -> None:
        stage = self._stage
        if yard.checkpoint in stage.manned:
            stage.agenda.after(self._pace(yard), partial(self._call_next, yard))
            return
        told = await stage.api.tell(GATES, "/calls", {"checkpoint": yard.checkpoint})
        if not told.done:
            if told.code not in ("nobody_to_call", "window_not_open", "closed_today"):
                stage.note(status=told.status)
            stage.agenda.after(max(NOBODY_PAUSE, self._pace(yard)), partial(self._call_next, yard))
            return
        self._called(int(told.body["number"]), yard.checkpoint)
        stage.agenda.after(self._pace(yard), partial(self._call_next, yard))

    def _called(self, number: int, checkpoint: str) -> None:
        stage = self._stage
        stage.left(number, checkpoint)
        stage.counted.called += 1
        if stage.chance.percent(MISS_PERCENT):
            stage.agenda.after(span(TO_GATE, stage.chance), partial(self._miss, number, checkpoint))
        else:
            stage.agenda.after(
                span(TO_GATE, stage.chance), partial(self._admit, number, checkpoint)
            )

    async def _miss(self, number: int, checkpoint: str) -> None:
        """Nobody came; the truck goes back into the line by the published rule."""
        stage = self._stage
        if self._handed_over(checkpoint):
            return
        told = await stage.api.tell(GATES, "/missed-calls", {"booking": number})
        if told.code == "call_running":
            # The driver has the whole time of the call.
            until = from_datetime(datetime.fromisoformat(str(told.body["facts"]["until"])))
            stage.agenda.at(until + SECOND, partial(self._miss, number, checkpoint))
            return
        stage.counted.called = max(0, stage.counted.called - 1)
        if told.done:
            stage.counted.missed += 1
            if told.body["status"] == "arrived":
                stage.joined(number, checkpoint)
        else:
            stage.note(status=told.status)

    async def _admit(self, number: int, checkpoint: str) -> None:
        stage = self._stage
        if self._handed_over(checkpoint):
            return
        sent_back = stage.chance.percent(TURN_BACK_PERCENT)
        told = await stage.api.tell(GATES, "/admissions", {"booking": number})
        if told.done:
            end = self._turn_back if sent_back else self._cross
            stage.agenda.after(span(THROUGH, stage.chance), partial(end, number, checkpoint))
        else:
            stage.counted.called = max(0, stage.counted.called - 1)
            stage.note(status=told.status)

    async def _cross(self, number: int, checkpoint: str) -> None:
        stage = self._stage
        if self._handed_over(checkpoint):
            return
        told = await stage.api.tell(GATES, "/crossings", {"booking": number})
        stage.counted.called = max(0, stage.counted.called - 1)
        if told.done:
            stage.counted.crossed += 1
        else:
            stage.note(status=told.status)

    async def _turn_back(self, number: int, checkpoint: str) -> None:
        stage = self._stage
        if self._handed_over(checkpoint):
            return
        body = {"booking": number, "cause": stage.chance.one_of(TURN_BACK_CAUSES)}
        told = await stage.api.tell(GATES, "/turn-backs", body)
        stage.counted.called = max(0, stage.counted.called - 1)
        if told.done:
            stage.counted.turned_back += 1
        else:
            stage.note(status=told.status)

    async def _exception(self) -> None:
        """Somebody goes out of turn, for a cause; mostly a supervisor agrees soon after."""
        stage = self._stage
        stage.agenda.after(stage.chance.waiting_time(EXCEPTION_EVERY), self._exception)
        places = sorted(
            place
            for place, numbers in stage.waiting.items()
            if numbers and place not in stage.manned
        )
        if not places:
            return
        place = stage.chance.one_of(places)
        numbers = stage.waiting[place]
        number = stage.chance.one_of(list(numbers))
        body = {"checkpoint": place, "booking": number, "cause": stage.chance.one_of(CAUSES)}
        told = await stage.api.tell(GATES, "/calls", body)
        if not told.done:
            return
        stage.counted.exceptions += 1
        self._called(number, place)
        if stage.chance.percent(80):
            stage.agenda.after(
                stage.chance.between(MINUTE, 30 * MINUTE), partial(self._approve, number, place)
            )

    async def _approve(self, number: int, checkpoint: str) -> None:
        if checkpoint in self._stage.manned:
            return
        told = await self._stage.api.tell(SHIFTS, f"/bookings/{number}/approval", {})
        if not told.done:
            self._stage.note(status=told.status)
