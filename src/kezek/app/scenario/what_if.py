"""What-ifs that people ask on a page: a scenario from a form, played in a process of its own, kept.

Each lies on the shelf under an unguessable id: the scenario, what came of it, and who may list it.
Nothing in it is personal but the id of an account, which no page shows.  The server itself plays
nothing.
"""

from __future__ import annotations

import asyncio
import re
from enum import StrEnum

import msgspec

from kezek.app.port import ArtifactStore, Chance, Fault, Simulator
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.value import value
from kezek.planning.scenario.answer.answer import TABLES, ScenarioAnswer

KEPT_MAX = 500  # the oldest that is done makes room
WAITING_MAX = 4
_TABLE_FORMS = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
# What may be had of a what-if, with the form it is in.
FILES = {
    "scenario.toml": "application/toml",
    "answer.json": "application/json",
    **{f"{name}.{end}": form for end, form in _TABLE_FORMS.items() for name in TABLES},
}

_ID = re.compile(r"[0-9a-f]{32}")
_ID_BYTES = 16
_SCENARIO, _ANSWER, _ORIGIN, _PROGRESS = "scenario.toml", "answer.json", "asked.json", "progress"


class SimulatorBusy(Fault):
    """Too many what-ifs wait already."""

    permanent = False


class WhatIfOrigin(msgspec.Struct, frozen=True):
    """Who asked and when, in domain time, under which title."""

    account: int
    at: Instant
    title: str


class State(StrEnum):
    """How far a what-if has come; one that is `stopped` ended without an answer."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


@value(frozen=True, slots=True)
class KnownWhatIf:
    """The state of a what-if, with its finished and all runs."""

    id: str
    origin: WhatIfOrigin
    state: State
    played: int
    runs: int

    @property
    def ended(self) -> bool:
        return self.state in {State.DONE, State.STOPPED}


class WhatIfs:
    """The what-ifs that were asked for, by id."""

    def __init__(self, shelf: ArtifactStore, simulator: Simulator, chance: Chance) -> None:
        self._shelf, self._simulator, self._chance = shelf, simulator, chance
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def ask(self, text: str, origin: WhatIfOrigin) -> str:
        """Begin to play a scenario and give its id; SimulatorBusy when too many wait."""
        if len(self._under_way) >= WAITING_MAX:
            raise SimulatorBusy("too many simulations wait already: try again in some minutes")
        self._make_room()
        found = self._chance.secret(_ID_BYTES).hex()
        self._shelf.lay(found, _SCENARIO, text.encode())
        self._shelf.lay(found, _ORIGIN, msgspec.json.encode(origin))
        task = asyncio.get_running_loop().create_task(self._simulator.play(found))
        self._under_way[found] = task
        task.add_done_callback(lambda _: self._under_way.pop(found, None))
        return found

    def look(self, id: str) -> KnownWhatIf | None:
        """The state of a what-if; None for an unknown id."""
        told = self._shelf.read(id, _ORIGIN) if _ID.fullmatch(id) else None
        if told is None:
            return None
        origin = msgspec.json.decode(told, type=WhatIfOrigin)
        if self._shelf.holds(id, _ANSWER):
            return KnownWhatIf(id, origin, State.DONE, 1, 1)
        played, runs = self._progress(id)
        if not self._simulator.playing(id):
            # It may have ended between the two looks.
            state = State.DONE if self._shelf.holds(id, _ANSWER) else State.STOPPED
            return KnownWhatIf(id, origin, state, played, runs)
        return KnownWhatIf(id, origin, State.RUNNING if runs else State.WAITING, played, runs)

    def answer(self, id: str) -> ScenarioAnswer:
        """The answer of a what-if that is done."""
        told = self._shelf.read(id, _ANSWER)
        assert told is not None, "asked for of what is done only"
        return msgspec.json.decode(told, type=ScenarioAnswer)

    def file(self, id: str, name: str) -> bytes | None:
        """A file of a what-if, if it may be had and is there."""
        if name not in FILES or self.look(id) is None:
            return None
        return self._shelf.read(id, name)

    def files(self, id: str) -> list[str]:
        """Which files of a what-if may be had."""
        return [name for name in FILES if self._shelf.holds(id, name)]

    def of(self, account: int) -> list[KnownWhatIf]:
        """The what-ifs of an account, the latest first."""
        mine = [known for known in self._all() if known.origin.account == account]
        return sorted(mine, key=lambda known: known.origin.at, reverse=True)

    def _all(self) -> list[KnownWhatIf]:
        return [known for known in map(self.look, self._shelf.ids()) if known is not None]

    def _make_room(self) -> None:
        known = self._all()
        over = len(known) - KEPT_MAX + 1
        ended = sorted((one for one in known if one.ended), key=lambda one: one.origin.at)
        for old in ended[: max(0, over)]:
            self._shelf.remove(old.id)

    def _progress(self, id: str) -> tuple[int, int]:
        """Finished runs and all runs; zeros before the first report."""
        told = (self._shelf.read(id, _PROGRESS) or b"").split()
        return (int(told[0]), int(told[1])) if told else (0, 0)
