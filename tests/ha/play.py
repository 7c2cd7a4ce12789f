"""One run: the cluster, the product on it, a crowd at work, and one failover after the other."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

from tests.ha.cluster import Cluster, Node
from tests.ha.fault import FAULTS, Fault, hold
from tests.rig.check import answers
from tests.rig.check.run import Run
from tests.rig.check.tables import Tables, read_postgresql
from tests.rig.check.verdict import verdicts
from tests.rig.load.client import Client
from tests.rig.load.crowd import Crowd
from tests.rig.load.grounds import rest
from tests.rig.load.history import Deed, History, read
from tests.rig.load.installation import SETTINGS, install
from tests.rig.load.server import Server

# Longer than any failover may take: what is not back by then has failed.
LIVE_SECONDS = 120.0
ENOUGH = 30
HELD_SECONDS = 3.0
PROBE_SECONDS = 2.0
ANY_LAG = 1 << 40


class Stuck(Exception):
    """The system did not come back by itself."""


@dataclass(frozen=True)
class Failover:
    """`gap` is the longest time without an acknowledged change, `second` whether the old primary took
    changes beside the new one.
    """

    fault: str
    gap: float
    second: bool


@dataclass
class Outcome:
    """What was seen.  `lost` counts acknowledged changes that the log does not know; `broken` says which
    promises were not kept, and how.
    """

    failovers: list[Failover] = field(default_factory=list)
    acknowledged: int = 0
    lost: int = 0
    broken: list[str] = field(default_factory=list)


class Timed(Client):
    """Knows when each change was acknowledged, by the machine's own count."""

    def __init__(self, *whole: Any) -> None:
        super().__init__(*whole)
        self.times: list[float] = []

    async def acknowledge(self, deed: Deed, name: tuple[str, str], *, again: bool) -> None:
        if not again:
            self.times.append(time.monotonic())
        await super().acknowledge(deed, name, again=again)

    def gap(self, since: float) -> float:
        """The longest time between two acknowledged changes, from the last one before `since` on."""
        before = max((t for t in self.times if t <= since), default=since)
        times = [before, *(t for t in self.times if t > since)]
        return max(later - earlier for earlier, later in pairwise(times))


class Rig:
    """A cluster and the product on it, for one run after the other."""

    def __init__(self, folder: Path, told: Callable[[Failover], None]) -> None:
        self._told = told
        self.folder, self.cluster = folder, Cluster(folder)
        self._ending = ExitStack()
        self.server: Server | None = None

    def start(self) -> None:
        self.cluster.start()
        home = self.folder / "product"
        home.mkdir()
        self.people = install(home, self.cluster.url)
        environment = SETTINGS | {"KEZEK_DATABASE": self.cluster.url}
        self.server = Server(home, environment, workers=2, clock=None)
        self._ending.callback(self.server.close)
        self.server.start()

    def close(self) -> None:
        self._ending.close()
        self.cluster.close()

    def said(self) -> str:
        """The ends of all logs."""
        logs = {node.name: node.folder / "log" for node in self.cluster.nodes}
        ends = [f"{name}:\n{log.read_text(errors='replace')[-2000:]}" for name, log in logs.items()]
        return "\n".join([*ends, f"the product:\n{self.server.said()}" if self.server else ""])

    def failovers(self, count: int, *, faults: Sequence[Fault] = FAULTS) -> Outcome:
        """So many in strict synchronous mode, the faults in turn."""
        return self._run("strict", [faults[n % len(faults)] for n in range(count)], held=False)

    def control(self) -> Outcome:
        """One failover of asynchronous replication whose stream is held back: it must lose something."""
        self.cluster.configure(
            synchronous_mode=False,
            synchronous_mode_strict=False,
            maximum_lag_on_failover=ANY_LAG,
        )
        self.cluster.whole(synchronous=False)
        return self._run("control", [FAULTS[0]], held=True)

    def _run(self, name: str, faults: Sequence[Fault], *, held: bool) -> Outcome:
        path = self.folder / f"{name}.jsonl"
        history, outcome = History(path), Outcome()
        before = self._tables()
        history.say("accounts", numbers=self.people.accounts)
        try:
            asyncio.run(self._play(name, faults, history, outcome, held=held))
        finally:
            history.close()
        run = Run(read(path), before, self._tables(), [self.folder / "product" / "heads"])
        outcome.lost = lost(run)
        if not held:
            for verdict in verdicts(run):
                outcome.broken += [f"{verdict.promise} {breach}" for breach in verdict.breaches]
        outcome.broken += [
            f"two primaries took changes: {one.fault}" for one in outcome.failovers if one.second
        ]
        return outcome

    def _tables(self) -> Tables:
        return read_postgresql(self.cluster.url + "?target_session_attrs=read-write")

    async def _play(
        self, name: str, faults: Sequence[Fault], history: History, outcome: Outcome, *, held: bool
    ) -> None:
        chance = random.Random(name)
        async with AsyncExitStack() as ending:
            client = Timed(history, [self.server.url], self.people.keys, chance)
            ending.push_async_callback(client.close)
            crowd = Crowd(client, chance.randrange(1 << 30))
            tasks = crowd.tasks()
            try:
                await _goes_on(client, ENOUGH)
                for fault in faults:
                    outcome.failovers.append(await self._fail(client, fault, held=held))
                    self._told(outcome.failovers[-1])
                crowd.over = True
                await asyncio.wait(tasks, timeout=LIVE_SECONDS)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            quiet_at = history.say("quiet")
            await _settle(client)
            # What time alone had made due by then is looked for too.
            await asyncio.to_thread(rest, self._tables, quiet_at, LIVE_SECONDS)
            history.say("over")
            outcome.acknowledged = len(client.times)

    async def _fail(self, client: Timed, fault: Fault, *, held: bool) -> Failover:
        old = await asyncio.to_thread(self.cluster.primary)
        if held:
            await asyncio.to_thread(hold, old)
            await asyncio.sleep(HELD_SECONDS)
        began = time.monotonic()
        await asyncio.to_thread(fault.strike, old)
        await asyncio.to_thread(self.cluster.moved, old)
        watch = asyncio.create_task(_takes_changes(old))
        await _goes_on(client, ENOUGH)
        await asyncio.to_thread(fault.mend, old)
        await asyncio.to_thread(self.cluster.whole, synchronous=not held)
        watch.cancel()
        (second,) = await asyncio.gather(watch, return_exceptions=True)
        await _goes_on(client, ENOUGH)
        # To the very end: its return must not disturb anybody either.
        return Failover(fault.name, client.gap(began), second is True)


def lost(run: Run) -> int:
    """How many changes were acknowledged and are not in the log."""
    return (answers.promised(run) - answers.logged(run)).total()


async def _goes_on(client: Client, acknowledged: int) -> None:
    if not await client.wait_for(acknowledged, LIVE_SECONDS):
        raise Stuck(f"nothing was acknowledged for {LIVE_SECONDS} s")


async def _takes_changes(old: Node) -> bool:
    """Try to change something on the old primary, all the time, until it does; or until nobody asks."""
    while True:
        with suppress(psycopg.Error, TimeoutError):
            async with asyncio.timeout(PROBE_SECONDS):
                async with await psycopg.AsyncConnection.connect(
                    old.door, autocommit=True
                ) as connection:
                    await connection.execute("SELECT pg_logical_emit_message(true, 'probe', '')")
                    return True
        await asyncio.sleep(0.2)


async def _settle(client: Client) -> None:
    """Ask again, in peace, until nothing is unknown."""
    end = time.monotonic() + LIVE_SECONDS
    while client.unsettled and time.monotonic() < end:
        for name, deed in list(client.unsettled.items()):
            if await client.once(deed):
                client.unsettled.pop(name, None)
