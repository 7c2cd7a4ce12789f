"""Who works on the installation while it breaks: fleets, officers, a supervisor, the agency.

Each goes on by what was heard.  What nobody knows is nobody's knowledge, so some of their wishes are
refused: that is how it is at a border, too.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from tests.rig.load.client import Client, ClientAnswer
from tests.rig.load.history import Deed
from tests.rig.load.installation import BUSY, NARROW, STORM, ZONE

API = "/api/v1"
TRUCKS = 600
FLEETS, OFFICERS, STAMPEDE = 5, 4, 30
OUT_OF_TURN = ("perishable", "live_animals", "medical", "humanitarian")
BACK = ("papers", "goods", "vehicle", "own_wish")


class Crowd:
    """Everybody, and what they know of the line at each busy post."""

    def __init__(self, client: Client, seed: int) -> None:
        self._client = client
        self._chance = random.Random(f"crowd {seed}")
        self._numbers = count(1)
        self._seed = seed
        self.over = False
        # Bookings by who made them; and at the posts those that are expected, called, and inside.
        self._own: dict[str, list[int]] = {"fleet_a": [], "fleet_b": []}
        self._expected: list[int] = []
        self._called: list[int] = []
        self._inside: list[int] = []
        self._waiting: list[int] = []
        self._exceptions: list[int] = []

    def tasks(self) -> list[asyncio.Task[None]]:
        """All of them at work, until it is `over`."""
        works: list[Callable[[], Awaitable[Any]]] = [self._supervisor, self._agency]
        works += [partial(self._fleet, f"fleet_{'ab'[n % 2]}") for n in range(FLEETS)]
        works += [partial(self._officer, f"officer_{'ab'[n % 2]}") for n in range(OFFICERS)]
        return [asyncio.create_task(self._forever(work)) for work in works]

    async def _forever(self, work: Callable[[], Awaitable[Any]]) -> None:
        while not self.over:
            await work()
            await asyncio.sleep(self._chance.uniform(0, 0.03))

    async def _do(
        self, by: str, verb: str, path: str, body: dict[str, Any], method: str = "POST"
    ) -> ClientAnswer | None:
        key = f"{verb}-{self._seed}-{next(self._numbers)}"
        return await self._client.ask(Deed(by, verb, key, method, API + path, body))

    async def _fleet(self, by: str) -> None:
        chance, own = self._chance, self._own[by]
        step = chance.random()
        if step < 0.62 or not own:
            await self._book(by)
            return
        number = chance.choice(own)
        if step < 0.75:
            body = {"start": self._start(NARROW)}
            await self._do(by, "move", f"/bookings/{number}/window", body, "PUT")
        elif step < 0.93:
            own.remove(number)
            await self._do(by, "cancel", f"/bookings/{number}/cancellation", {})
        else:
            body = {"name": f"Invented {next(self._numbers)}"}
            await self._do(by, "add_driver", f"/bookings/{number}/drivers", body)

    async def stampede(self) -> None:
        """Very many want the same window of the narrow line at one moment."""
        start = self._start(NARROW)
        fleets = ("fleet_a", "fleet_b") * (STAMPEDE // 2)
        await asyncio.gather(*(self._book(by, post=NARROW, start=start) for by in fleets))

    async def _book(
        self, by: str, vehicle_class: str = "", post: str = "", start: str = ""
    ) -> None:
        chance = self._chance
        post = post or chance.choice((*BUSY, *BUSY, NARROW, NARROW, STORM))
        body = {
            "checkpoint": post,
            "start": start or self._start(post),
            "vehicle": self._truck(),
            "class": vehicle_class or ("accelerated" if chance.random() < 0.2 else "in_turn"),
        }
        told = await self._do(by, "book", "/bookings", body)
        if told and told.done and post in BUSY:
            self._expected.append(told.body["number"])
        elif told and told.done and by in self._own:
            self._own[by].append(told.body["number"])

    def _truck(self) -> dict[str, Any]:
        """One of few trucks, so that many of them have a booking already; typed in many ways."""
        chance = self._chance
        n = chance.randrange(TRUCKS)
        plate = f"{n % 1000:03d}RIG{n % 17 + 1:02d}"
        spelled = chance.choice((plate, plate.lower(), f"{plate[:3]} {plate[3:6]}-{plate[6:]}"))
        # Some VINs stand on two plates: the second is as booked as the first.
        vin = f"XTA{n // 2:014d}" if chance.random() < 0.3 else ""
        driver = f"Invented {next(self._numbers)}"
        return {"country": "KZ", "plate": spelled, "vin": vin, "drivers": [driver]}

    def _start(self, post: str) -> str:
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        if post in BUSY:
            hours = 0 if self._chance.random() < 0.9 else 1
        else:
            # One local day each, so that not only its windows are full but its classes, too.
            local = (hour + timedelta(days=2 if post == NARROW else 3)).astimezone(ZoneInfo(ZONE))
            hour = local.replace(hour=self._chance.randrange(24)).astimezone(UTC)
            hours = 0
        return f"{hour + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"

    async def _officer(self, by: str) -> None:
        chance = self._chance
        step = chance.random()
        if self._inside and step < 0.3:
            number = _taken(chance, self._inside)
            if chance.random() < 0.9:
                await self._step(by, "cross", "/crossings", number)
            else:
                body = {"booking": number, "cause": chance.choice(BACK)}
                await self._do(by, "turn_back", "/turn-backs", body)
        elif self._called and step < 0.6:
            await self._at_gate(by, _taken(chance, self._called))
        elif self._expected and step < 0.8:
            number = _taken(chance, self._expected)
            if await self._step(by, "arrive", "/arrivals", number):
                self._waiting.append(number)
        elif step < 0.97:
            await self._call(by, {"checkpoint": chance.choice(BUSY)})
        else:
            body = {"checkpoint": chance.choice(BUSY), "vehicle": self._truck()}
            await self._do(by, "walk_in", "/walk-ins", body)

    async def _at_gate(self, by: str, number: int) -> None:
        chance = self._chance.random()
        if chance < 0.84:
            if await self._step(by, "admit", "/admissions", number):
                self._inside.append(number)
        else:
            # Refused while the call stands: then time alone counts it.
            await self._do(by, "miss", "/missed-calls", {"booking": number})

    async def _step(self, by: str, verb: str, path: str, number: int) -> bool:
        """An officer's step, which is sometimes taken back at once; whether it stands."""
        told = await self._do(by, verb, path, {"booking": number})
        if not told or not told.done:
            return False
        if self._chance.random() > 0.05:
            return True
        undone = await self._do(by, "undo", "/undos", {"booking": number})
        if undone and undone.done:
            {"arrive": self._expected, "cross": self._inside}.get(verb, self._called).append(number)
        return not (undone and undone.done)

    async def _call(self, by: str, body: dict[str, Any]) -> None:
        told = await self._do(by, "call", "/calls", body)
        if told and told.done:
            number = told.body["number"]
            self._called.append(number)
            if told.body["exception"]:
                self._exceptions.append(number)

    async def _supervisor(self) -> None:
        """Calls out of turn, and second names under those of others."""
        chance = self._chance
        await asyncio.sleep(0.05)
        if self._exceptions and chance.random() < 0.4:
            number = _taken(chance, self._exceptions)
            await self._do("supervisor", "approve", f"/bookings/{number}/approval", {})
        elif self._waiting:
            by = chance.choice(("officer_a", "officer_b", "supervisor"))
            body = {
                "checkpoint": chance.choice(BUSY),
                "booking": _taken(chance, self._waiting),
                "cause": chance.choice(OUT_OF_TURN),
            }
            await self._call(by, body)

    async def _agency(self) -> None:
        """A day that is closed, opened, narrowed and widened; and classes that only staff may book."""
        chance = self._chance
        await asyncio.sleep(0.1)
        if chance.random() < 0.4:
            await self._book("agency", chance.choice(("priority", "postal")), post=NARROW)
            return
        day = (datetime.now(UTC) + timedelta(days=3)).astimezone(ZoneInfo(ZONE)).date()
        body: dict[str, Any] = {"reason": f"rig {next(self._numbers)}"}
        step = chance.random()
        if step < 0.3:
            body["closed"] = True
        else:
            body["capacity"] = chance.choice((12, 24, 48, 60))
            if step < 0.7:
                body["closed"] = False
        await self._do("agency", "day", f"/checkpoints/{STORM}/days/{day}", body, "PUT")


def _taken(chance: random.Random, some: list[int]) -> int:
    """One of them, which is then nobody else's."""
    place = chance.randrange(len(some))
    some[place], some[-1] = some[-1], some[place]
    return some.pop()
