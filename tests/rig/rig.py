"""One run: an installation, a crowd at work on it, faults drawn from a seed, then the checkers."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.rig.check.run import Run
from tests.rig.check.verdict import Verdict, verdicts
from tests.rig.fault.incidents import FAULTS, Condition, Hands, Incidents
from tests.rig.load.client import Client
from tests.rig.load.crowd import Crowd
from tests.rig.load.grounds import Ground, rest
from tests.rig.load.history import Deed, History, Story, read

# Patience with a system that has been put right: longer than any time-out of the product.
LIVE_SECONDS = 90.0
SETTLED_WITHIN = 40
ASKED_AGAIN = 200


class Stuck(Exception):
    """The faults are over, and the system still does not work."""


@dataclass(frozen=True)
class RigPlan:
    """What to run.  The same plan draws the same faults; what they meet is never the same."""

    ground: str
    seed: int
    kills: int
    faults: frozenset[str] = frozenset(FAULTS)
    # Answers to be heard after the last fault.
    calm: int = 10
    # A fault of the product itself, by its name in tests/mutation/faults.toml; the rig must find it.
    planted: str = ""
    # For those who are still asking when all else is over, in seconds, and for what is due then.
    patience: float = LIVE_SECONDS

    @property
    def command(self) -> str:
        faults = ",".join(f for f in FAULTS if f in self.faults)
        return (
            f"python -m tests.rig --ground {self.ground} --kills {self.kills} --seed {self.seed}"
            f" --faults {faults}"
            f"{' --planted ' if self.planted else ''}{self.planted}"
        )


@dataclass
class Outcome:
    """What was seen: `broken` is empty when every promise was kept."""

    plan: RigPlan
    incidents: Counter[str] = field(default_factory=Counter)
    summary: str = ""
    verdicts: list[Verdict] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    seen: Run | None = None
    seconds: float = 0.0

    @property
    def kills(self) -> int:
        return sum(n for name, n in self.incidents.items() if name.startswith("kill "))


def run(plan: RigPlan, folder: Path) -> Outcome:
    """Run a plan in a folder, which afterwards holds the history and what the servers said."""
    began = time.perf_counter()
    outcome = _run(plan, folder)
    outcome.seconds = time.perf_counter() - began
    return outcome


def _run(plan: RigPlan, folder: Path) -> Outcome:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    outcome = Outcome(plan)
    with ExitStack() as ending:
        hands = Hands()
        ending.callback(hands.close)
        ground = Ground(plan.ground, folder, plan.faults, plan.planted)
        ending.callback(ground.close)
        history = History(folder / "history.jsonl")
        ending.callback(history.close)
        history.say("accounts", numbers=ground.people.accounts)
        try:
            asyncio.run(_play(plan, ground, history, hands, outcome))
        except Stuck as stuck:
            outcome.broken.append(f"I13 {stuck}")
            outcome.broken += [f"{s.folder.name} said: {s.said()}" for s in ground.servers]
            return outcome
        history.say("over")
        story = read(history.path)
        outcome.summary = summary(story)
        outcome.seen = Run(story, ground.before, ground.tables(), ground.heads)
        outcome.verdicts = verdicts(outcome.seen)
    for verdict in outcome.verdicts:
        outcome.broken += [f"{verdict.promise} {breach}" for breach in verdict.breaches]
    return outcome


async def _play(
    plan: RigPlan, ground: Ground, history: History, hands: Hands, outcome: Outcome
) -> None:
    chance = random.Random(f"rig {plan.seed}")
    await hands.do(ground.start_what_is_down)
    roads = [server.url for server in ground.servers]
    client = Client(history, roads, ground.people.keys, random.Random(f"client {plan.seed}"))
    try:
        crowd = Crowd(client, plan.seed)
        tasks = crowd.tasks()

        def rush() -> None:
            tasks.append(asyncio.create_task(crowd.stampede()))

        try:
            rounds = _Rounds(plan, ground, history, client, rush, outcome)
            await rounds.play(Incidents(ground, plan.faults, chance, hands), chance, hands)
            await rounds.goes_on(plan.calm)
            crowd.over = True
            await asyncio.wait(tasks, timeout=plan.patience)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for fault in ended:
            if isinstance(fault, Exception):
                raise fault
        quiet_at = history.say("quiet")
        await _settle(client, chance)
        # A checker says whether it came to rest.
        await hands.do(rest, ground.tables, quiet_at, plan.patience)
    finally:
        await client.close()
    for server in ground.servers:
        code = await hands.do(server.stop)
        if code:
            raise Stuck(f"{server.folder.name} ended with {code} instead of stopping in order")


class _Rounds:
    """A round: something is wrong, then something is killed, then all is put right and goes on."""

    def __init__(
        self,
        plan: RigPlan,
        ground: Ground,
        history: History,
        client: Client,
        rush: Callable[[], None],
        outcome: Outcome,
    ) -> None:
        self._plan, self._ground, self._history = plan, ground, history
        self._client, self._rush, self._outcome = client, rush, outcome

    async def play(self, incidents: Incidents, chance: random.Random, hands: Hands) -> None:
        await self.goes_on(20)
        for _ in range(self._plan.kills):
            condition = incidents.condition()
            if condition:
                await self._suffer(condition, chance)
            else:
                await self.goes_on(chance.randrange(1, 50))
                self._note("stampede")
                self._rush()
            if condition and condition.alone:
                await self._heal(condition)
            self._nobody_gave_up()
            if "kill" in self._plan.faults:
                name, kill = incidents.kill()
                # Somewhere inside whatever the servers are doing now.
                await asyncio.sleep(chance.uniform(0, 0.03))
                self._note(name)
                await kill()
            if condition and not condition.alone:
                await self._heal(condition)
            await self._start(hands)
            self._history.say("started")
            await self._client.call_back()
            await self.goes_on(chance.randrange(3, 20))

    async def _start(self, hands: Hands) -> None:
        try:
            await hands.do(self._ground.start_what_is_down)
        except (AssertionError, pytest.fail.Exception) as fault:
            raise Stuck(f"what was down does not start: {fault}") from fault

    async def _suffer(self, condition: Condition, chance: random.Random) -> None:
        self._note(condition.name)
        await condition.begin()
        await asyncio.sleep(condition.unseen + chance.uniform(0.1, 1.2))

    async def _heal(self, condition: Condition) -> None:
        await condition.end()
        self._history.say("incident", name=condition.name, over=True)

    def _note(self, name: str) -> None:
        self._outcome.incidents[name] += 1
        self._history.say("incident", name=name, over=False)

    async def goes_on(self, acknowledged: int) -> None:
        """The next fault meets a system that works."""
        if not await self._client.wait_for(acknowledged, LIVE_SECONDS):
            self._nobody_gave_up()
            raise Stuck(f"nothing was acknowledged for {LIVE_SECONDS} s after all was put right")

    def _nobody_gave_up(self) -> None:
        for server in self._ground.servers:
            if not server.alive:
                raise Stuck(f"{server.folder.name} ended by itself; nobody had killed it")


async def _settle(client: Client, chance: random.Random) -> None:
    """Ask again, in peace: all that is unknown until it is known, and some of what was accepted."""
    for _ in range(SETTLED_WITHIN):
        await _all(client, list(client.unsettled.values()))
        if not client.unsettled:
            break
    await _all(client, chance.sample(client.accepted, min(ASKED_AGAIN, len(client.accepted))))


async def _all(client: Client, deeds: Sequence[Deed]) -> None:
    """Ask for each once more, a few at a time."""
    few = asyncio.Semaphore(8)

    async def ask(deed: Deed) -> None:
        async with few:
            if await client.once(deed):
                client.unsettled.pop((deed.by, deed.key), None)

    await asyncio.gather(*(ask(deed) for deed in deeds))


def summary(story: Story) -> str:
    """The history in one line."""
    asks = story.asks
    deeds = story.deeds()
    yes = sum(any(a.done and not a.altered for a in tried) for tried in deeds.values())
    unknown = sum(a.told_line is None or a.status >= 500 for a in asks)
    return (
        f"{len(asks):,} requests under {len(deeds):,} keys: {yes:,} accepted, "
        f"{len(deeds) - yes:,} refused; {unknown:,} answers were never heard"
    )
