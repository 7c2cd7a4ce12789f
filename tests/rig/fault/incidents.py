"""What goes wrong, drawn from the seed: kills, and conditions that hold while more goes wrong."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from tests.rig.fault.clock import SEEN_WITHIN
from tests.rig.fault.link import Link
from tests.rig.load.grounds import Ground

T = TypeVar("T")

FAULTS = ("kill", "stop", "disk", "clock", "link")
# A running server follows small corrections and must not believe a jump.
CLOCK_STEPS = (-100, -30, -1, 1, 30, 100, -86_400, 86_400, 3_600)
BELIEVED_MAX = 100
CLOCK_STEPS_BELIEVED = tuple(step for step in CLOCK_STEPS if abs(step) <= BELIEVED_MAX)


@dataclass(frozen=True)
class Condition:
    """Something that is wrong until it is put right.  `alone` says that nothing may start in it, and
    `unseen` for how many seconds nobody may notice it yet.
    """

    name: str
    begin: Callable[[], Awaitable[None]]
    end: Callable[[], Awaitable[None]]
    alone: bool = False
    unseen: float = 0.0


class Hands:
    """Does what blocks beside the loop, in one thread that lives as long as the rig: what it starts is
    bound to its life.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "rig")

    async def do(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)

    def close(self) -> None:
        self._pool.shutdown()


class Incidents:
    """Draws them for one ground."""

    def __init__(
        self, ground: Ground, faults: frozenset[str], chance: random.Random, hands: Hands
    ) -> None:
        self._ground, self._chance, self._hands = ground, chance, hands
        self._kills: list[str] = []
        self._makers: list[Callable[[], Condition] | None] = []
        makers = {"stop": self._stop, "disk": self._disk, "clock": self._clock, "link": self._link}
        self._possible = [None, *(maker for name, maker in makers.items() if name in faults)]

    def kill(self) -> tuple[str, Callable[[], Awaitable[None]]]:
        """One of the kills that are possible here, by name."""
        ground, chance = self._ground, self._chance
        server = chance.choice(ground.servers)
        place = chance.randrange(8)
        found: dict[str, Callable[[], object]] = {"kill server": server.kill}
        if len(ground.servers) > 1:
            found["kill all servers"] = lambda: [s.kill() for s in ground.servers]
        if server.workers > 1:
            found["kill worker"] = partial(self._kill_worker, server, place)
        if ground.cluster is not None:
            found["kill database"] = ground.cluster.kill
            found["kill backend"] = partial(self._kill_backend, place)
        name = self._dealt(self._kills, list(found))
        return name, lambda: self._hands.do(found[name])

    def _dealt(self, deck: list[T], whole: list[T]) -> T:
        """One as from a deck of cards: each comes once before any comes again."""
        if not deck:
            deck += self._chance.sample(whole, len(whole))
        return deck.pop()

    def _kill_worker(self, server: Any, place: int) -> None:
        if len(server.processes()) > server.workers:
            server.kill_worker(place)
        else:
            # The one killed before is not back yet.
            server.kill()

    def _kill_backend(self, place: int) -> None:
        """PostgreSQL then ends all of its processes and recovers by itself."""
        serving = self._ground.backends()
        if serving:
            with suppress(ProcessLookupError):
                os.kill(serving[place % len(serving)], signal.SIGKILL)

    def condition(self) -> Condition | None:
        """Something that holds while the load goes on and the next kill comes; or nothing."""
        maker = self._dealt(self._makers, self._possible)
        return maker() if maker else None

    def _stop(self) -> Condition:
        chance, ground = self._chance, self._ground
        server = chance.choice(ground.servers)
        if ground.cluster is not None and chance.random() < 0.4:
            frozen: list[int] = []
            place = chance.randrange(8)
            return Condition(
                "freeze backend",
                lambda: self._hands.do(self._freeze_backend, place, frozen),
                lambda: self._hands.do(self._thaw_backends, frozen),
            )
        return Condition(
            "freeze server",
            lambda: self._hands.do(server.freeze),
            lambda: self._hands.do(server.thaw),
        )

    def _freeze_backend(self, place: int, frozen: list[int]) -> None:
        serving = self._ground.backends()
        if serving:
            frozen.append(serving[place % len(serving)])
            _send(frozen[-1], signal.SIGSTOP)

    def _thaw_backends(self, frozen: list[int]) -> None:
        for pid in frozen:
            _send(pid, signal.SIGCONT)

    def _disk(self) -> Condition:
        disk = self._ground.disk
        return Condition(
            "disk full", lambda: self._hands.do(disk.fill), lambda: self._hands.do(disk.free)
        )

    def _clock(self) -> Condition:
        server = self._chance.choice(self._ground.servers)
        # Workers that were killed start again by themselves, and believe the clock that they find.
        steps = CLOCK_STEPS if server.workers == 1 else CLOCK_STEPS_BELIEVED
        clock, seconds = server.clock, self._chance.choice(steps)
        return Condition(
            f"clock {seconds:+d} s",
            lambda: self._hands.do(clock.set, seconds),
            lambda: self._hands.do(clock.set, 0),
            # Whoever starts believes the clock that it finds.
            alone=abs(seconds) > BELIEVED_MAX,
            unseen=SEEN_WITHIN,
        )

    def _link(self) -> Condition:
        chance, ground = self._chance, self._ground
        links = [("client", server.link) for server in ground.servers]
        if ground.database_link is not None:
            links.append(("database", ground.database_link))
        name, link = chance.choice(links)
        kinds: list[tuple[str, Callable[[], object]]] = [
            ("cut", link.refuse),
            ("slow", partial(link.slow, chance.choice((0.02, 0.1, 0.5)))),
            ("deaf", partial(link.mute, asked=True, answered=False)),
            ("mute", partial(link.mute, asked=False, answered=True)),
            ("half-open", partial(link.mute, asked=True, answered=True)),
        ]
        if chance.random() < 0.25:
            return self._flapping(f"{name} link flaps", link)
        kind, begin = chance.choice(kinds)
        return Condition(
            f"{name} link {kind}",
            lambda: self._hands.do(begin),
            lambda: self._hands.do(link.heal),
        )

    def _flapping(self, name: str, link: Link) -> Condition:
        flaps = [self._chance.uniform(0.02, 0.2) for _ in range(50)]
        running: list[asyncio.Task[None]] = []

        async def flap() -> None:
            for down, up in zip(flaps[::2], flaps[1::2], strict=True):
                link.refuse()
                await asyncio.sleep(down)
                link.heal()
                await asyncio.sleep(up)

        async def begin() -> None:
            running.append(asyncio.create_task(flap()))

        async def end() -> None:
            running[0].cancel()
            await asyncio.gather(*running, return_exceptions=True)
            link.heal()

        return Condition(name, begin, end)


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
