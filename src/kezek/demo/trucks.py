"""The trucks: they take the places known to be taken, book free ones, come, cancel and move."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

from kezek.demo.client import GATES, TRUCKS, ApiAnswer, instant, moment
from kezek.demo.life import life_of
from kezek.demo.scene import DemoDay, KnownTruck, Yard
from kezek.demo.stage import TrafficRun
from kezek.demo.truck import truck
from kezek.domain.kernel.instant import DAY, HOUR, MINUTE, Instant

BULK_ROWS = 500
DAYS_AT_ONCE = 2
# New bookings at a post, as a share of what it can take: the rest comes with the board.
BOOKINGS_PERCENT = 60
FREE_PERCENT = 70
RESERVED_PERCENT = 2
WALK_IN_PERCENT = 3


class Trucks:
    """Lives of all trucks, from their booking to the crossing or to whatever ends them before."""

    def __init__(self, stage: TrafficRun) -> None:
        self._stage = stage
        self._rest: dict[str, list[DemoDay]] = {}

    async def begin(self) -> None:
        """Take the places of the first two days, then go on day by day."""
        stage = self._stage
        for known in stage.scene.known:
            self._resume(known)
        rows = []
        for yard in stage.yards.values():
            self._rest[yard.checkpoint] = list(yard.days)
            for _ in range(DAYS_AT_ONCE):
                rows += self._next_day(yard)
            if not yard.board:
                rows += await self._free_rows(yard, hours=DAYS_AT_ONCE * 24)
        rows.sort(key=lambda row: row["start"])
        if stage.scene.trucks_max:
            rows = rows[: stage.scene.trucks_max]
        # Side by side, so that one batch is read while the other is written.
        pieces = [rows[at : at + BULK_ROWS] for at in range(0, len(rows), BULK_ROWS)]
        lanes = (self._book_all(pieces[lane::2]) for lane in range(2))
        await asyncio.gather(*lanes)
        for yard in stage.yards.values():
            stage.agenda.after(DAY // 2, partial(self._another_day, yard))
            stage.agenda.after(self._pause(yard), partial(self._book_free, yard))
            stage.agenda.after(self._walk_in_pause(yard), partial(self._walk_in, yard))

    def _next_day(self, yard: Yard) -> list[dict[str, Any]]:
        """Rows for the places known to be taken on the next day that has not been filled."""
        rest = self._rest[yard.checkpoint]
        return list(self._rows(yard, rest.pop(0))) if rest else []

    def _rows(self, yard: Yard, day: DemoDay) -> Iterator[dict[str, Any]]:
        stage = self._stage
        left = {"ordinary": day.ordinary, "kept": day.kept}
        now = stage.agenda.now
        for spot in day.spots:
            if spot.start + HOUR <= now:
                continue
            for _ in range(spot.places):
                kept = bool(yard.reserved) and (
                    left["kept"] > 0
                    and stage.chance.between(1, left["ordinary"] + left["kept"]) <= (left["kept"])
                )
                pool = "kept" if kept else "ordinary"
                if left[pool] < 1:
                    return
                left[pool] -= 1
                name = stage.chance.one_of(yard.reserved) if kept else yard.ordinary
                yield self._form(yard, spot.start, name) | {"protected": True}

    async def _free_rows(self, yard: Yard, *, hours: int, ahead: int = 0) -> list[dict[str, Any]]:
        """Where no board tells of trucks, such as at Dostuk, most of the places are booked.

        What is booked already counts, so that a demonstration that goes on is no fuller for it.
        """
        told = await self._stage.api.ask(
            f"/checkpoints/{yard.checkpoint}/availability", {"days": "4"}
        )
        first = self._stage.agenda.now + ahead * HOUR
        return [
            self._form(yard, start, yard.ordinary)
            for start, length, free in _free_windows(told, "ordinary")
            if first - HOUR < start < first + hours * HOUR
            for _ in range(free - yard.capacity * length * (100 - FREE_PERCENT) // (DAY * 100))
        ]

    def _form(self, yard: Yard, start: Instant, vehicle_class: str) -> dict[str, Any]:
        stage = self._stage
        return {
            "checkpoint": yard.checkpoint,
            "start": moment(start),
            "class": vehicle_class,
            "vehicle": truck(stage.next_truck(), yard.country, yard.neighbour, stage.chance),
        }

    async def _book_all(self, pieces: list[list[dict[str, Any]]]) -> None:
        for rows in pieces:
            told = await self._stage.api.tell(TRUCKS, "/bookings/bulk", {"rows": rows})
            if not told.done:
                self._stage.note(status=told.status)
                continue
            for row in told.body["rows"]:
                booking = row.get("booking")
                if booking:
                    self._booked(booking)
                else:
                    self._stage.note(status=int(row["status"]))

    def _booked(self, booking: dict[str, Any]) -> None:
        self._stage.counted.booked += 1
        self._live(int(booking["number"]), booking["checkpoint"], instant(booking["start"]))

    def _live(self, number: int, checkpoint: str, start: Instant) -> None:
        """Put the life of a booked truck on the agenda: the same again when a demonstration goes on."""
        stage = self._stage
        life = life_of(start, stage.agenda.now, stage.chance_of(number, start))
        if life.arrives is not None:
            stage.agenda.at(life.arrives, partial(self._arrive, number, checkpoint))
        elif life.cancels is not None:
            stage.agenda.at(life.cancels, partial(self._cancel, number))
        elif life.moves is not None:
            stage.agenda.at(life.moves, partial(self._move, number, checkpoint))

    def _resume(self, known: KnownTruck) -> None:
        """Go on with a truck of an earlier run; those at the gate are the officers' part."""
        if known.status == "arrived":
            self._stage.joined(known.number, known.checkpoint)
        elif known.status in ("confirmed", "late") and known.start is not None:
            self._live(known.number, known.checkpoint, known.start)

    async def _arrive(self, number: int, checkpoint: str) -> None:
        stage = self._stage
        told = await stage.api.tell(GATES, "/arrivals", {"booking": number})
        if told.done:
            stage.joined(number, checkpoint)
        else:
            stage.note(status=told.status)

    async def _cancel(self, number: int) -> None:
        told = await self._stage.api.tell(TRUCKS, f"/bookings/{number}/cancellation", {})
        if told.done:
            self._stage.counted.cancelled += 1
        else:
            self._stage.note(status=told.status)

    async def _move(self, number: int, checkpoint: str) -> None:
        """To a free window, if there is one; else it comes when it was booked for, or never."""
        stage = self._stage
        start = await self._free_window(checkpoint, "ordinary")
        if start is None:
            return
        body = {"start": moment(start)}
        told = await stage.api.tell(TRUCKS, f"/bookings/{number}/window", body, verb="PUT")
        if told.done:
            stage.counted.moved += 1
            self._live(number, checkpoint, start)
        else:
            stage.note(status=told.status)

    async def _another_day(self, yard: Yard) -> None:
        """Half a day later the day after next gets its trucks, and so on."""
        self._stage.agenda.after(DAY, partial(self._another_day, yard))
        rows = self._next_day(yard)
        if not yard.board:
            rows = await self._free_rows(yard, hours=24, ahead=24)
        await self._book_all([rows[at : at + BULK_ROWS] for at in range(0, len(rows), BULK_ROWS)])

    def _pause(self, yard: Yard) -> Instant:
        """Until the next new booking at a post."""
        daily = max(1, yard.capacity * BOOKINGS_PERCENT // 100)
        return self._stage.chance.waiting_time(DAY // daily)

    async def _book_free(self, yard: Yard) -> None:
        """Somebody books what is free: where nothing is, nobody can."""
        stage = self._stage
        stage.agenda.after(self._pause(yard), partial(self._book_free, yard))
        dear = stage.chance.percent(RESERVED_PERCENT) and yard.reserved
        start = await self._free_window(yard.checkpoint, "kept" if dear else "ordinary")
        if start is None:
            return
        name = stage.chance.one_of(yard.reserved) if dear else yard.ordinary
        form = self._form(yard, start, name)
        told = await stage.api.tell(TRUCKS, "/bookings", form)
        if told.done:
            self._booked(told.body)
        else:
            stage.note(status=told.status)

    async def _free_window(self, checkpoint: str, pool: str) -> Instant | None:
        """A window with a place, sooner ones likelier; None when there is none."""
        told = await self._stage.api.ask(f"/checkpoints/{checkpoint}/availability", {"days": "30"})
        free = [start for start, _, _ in _free_windows(told, pool)]
        if not free:
            return None
        # The smaller of two draws: most people want to cross soon.
        first, second = (self._stage.chance.between(0, len(free) - 1) for _ in range(2))
        return free[min(first, second)]

    def _walk_in_pause(self, yard: Yard) -> Instant:
        return self._stage.chance.waiting_time(
            DAY // max(1, yard.capacity * WALK_IN_PERCENT // 100)
        )

    async def _walk_in(self, yard: Yard) -> None:
        stage = self._stage
        stage.agenda.after(self._walk_in_pause(yard), partial(self._walk_in, yard))
        vehicle = truck(stage.next_truck(), yard.country, yard.neighbour, stage.chance)
        body = {"checkpoint": yard.checkpoint, "vehicle": vehicle}
        told = await stage.api.tell(TRUCKS, "/walk-ins", body)
        if told.done:
            stage.counted.walked_in += 1
            stage.joined(int(told.body["number"]), yard.checkpoint)
        else:
            stage.note(status=told.status)


def _free_windows(answer: ApiAnswer, pool: str) -> Iterator[tuple[Instant, Instant, int]]:
    """Windows with free places: the start, the length, and how many."""
    for day in answer.body.get("days", ()):
        windows = day["windows"]
        if not day[pool] or windows is None:
            continue
        first, length = instant(windows["first"]), windows["minutes"] * MINUTE
        for place, free in enumerate(windows[pool]):
            if free > 0:
                yield first + place * length, length, free
