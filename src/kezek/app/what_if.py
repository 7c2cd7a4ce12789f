"""What-ifs that people ask on a page: a scenario from a form, played in a process of its own, kept.

Each has a folder named by an unguessable id: the scenario, what came of it, and who may list it.
Nothing in it is personal but the id of an account, which no page shows.  The server itself plays
nothing.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from kezek.app.ground import shipped_ground
from kezek.app.port import Chance, Fault, Simulator
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.value import value
from kezek.planning.scenario.answer import Answer
from kezek.planning.scenario.keep import keep
from kezek.planning.scenario.problem import ScenarioWrong
from kezek.planning.scenario.read import read_scenario

KEPT_MAX = 500  # the oldest that is done makes room
WAITING_MAX = 4
RUNS_MAX, DAYS_MAX, POSTS_MAX = 500, 92, 60
FILES = {
    "scenario.toml": "application/toml",
    "answer.json": "application/json",
    "summary.csv": "text/csv",
    "groups.csv": "text/csv",
    "hours.csv": "text/csv",
    "lengths.csv": "text/csv",
    "bands.csv": "text/csv",
    "differences.csv": "text/csv",
    "summary.parquet": "application/vnd.apache.parquet",
    "groups.parquet": "application/vnd.apache.parquet",
    "hours.parquet": "application/vnd.apache.parquet",
    "lengths.parquet": "application/vnd.apache.parquet",
    "bands.parquet": "application/vnd.apache.parquet",
    "differences.parquet": "application/vnd.apache.parquet",
}

_EVERY = "checkpoint.*."  # each post of the question, in paths of a change
_ID = re.compile(r"[0-9a-f]{32}")
_ID_BYTES = 16
_SCENARIO, _ANSWER, _ASKED, _PROGRESS = "scenario.toml", "answer.json", "asked.json", "progress"


class SimulatorBusy(Fault):
    """Too many what-ifs wait already."""

    permanent = False


@value(frozen=True, slots=True)
class Wish:
    """What a form asks: as it is, and beside it what is set otherwise (None is as it is)."""

    title: str
    other_title: str
    posts: tuple[str, ...]
    begins: date
    until: date
    runs: int
    seed: int
    regulation: str | None = None
    demand_percent: int | None = None
    lanes: int | None = None
    capacity: int | None = None
    closed_from: datetime | None = None
    closed_until: datetime | None = None
    announced: bool = True


class Asked(msgspec.Struct, frozen=True):
    """Who asked and when, in real time."""

    account: int
    at: Instant
    title: str


@value(frozen=True, slots=True)
class Known:
    """A what-if as it stands: `waiting`, `running`, `done` or `stopped`, with finished and all runs."""

    id: str
    asked: Asked
    state: str
    played: int
    runs: int


def scenario_of(wish: Wish) -> str:
    """The wish as a scenario's text."""
    lines = [
        f"title = {_text(wish.title)}",
        f"from = {wish.begins}",
        f"until = {wish.until}",
        "warm_up_days = 2",
        f"seed = {wish.seed}",
        f"replications = {wish.runs}",
    ]
    for post in wish.posts:
        lines += ["", "[[checkpoint]]", f"id = {_text(post)}"]
    change = _change(wish)
    if change:
        lines += ["", "[compare]", f"title = {_text(wish.other_title)}", "", "[compare.change]"]
        lines += [f"{_text(path)} = {found}" for path, found in change.items()]
    return "\n".join(lines) + "\n"


def changes_of(text: str) -> Mapping[str, Any]:
    """What a scenario of `scenario_of` sets otherwise, by field, such as `stage.*.lanes`."""
    change = tomllib.loads(text).get("compare", {}).get("change", {})
    return {path.removeprefix(_EVERY): found for path, found in change.items()}


def faults_of(text: str) -> tuple[str, ...]:
    """What is wrong with a scenario's text, as sentences; nothing when it can be played."""
    try:
        read_scenario(text, _SCENARIO, shipped_ground())
    except ScenarioWrong as wrong:
        return tuple(problem.sentence for problem in wrong.problems)
    return ()


def _change(wish: Wish) -> Mapping[str, str]:
    """What is set otherwise, by path, as TOML values."""
    found = {
        "regulation": None if wish.regulation is None else _text(wish.regulation),
        "demand.factor": None if wish.demand_percent is None else f"{wish.demand_percent / 100}",
        "stage.*.lanes": None if wish.lanes is None else str(wish.lanes),
        "capacity_per_day": None if wish.capacity is None else str(wish.capacity),
    }
    if wish.closed_from is not None and wish.closed_until is not None:
        announced = str(wish.announced).lower()
        found["closure"] = (
            f"[{{ from = {wish.closed_from.isoformat()}, until = {wish.closed_until.isoformat()}, "
            f"announced = {announced} }}]"
        )
    return {f"{_EVERY}{path}": text for path, text in found.items() if text is not None}


def _text(text: str) -> str:
    """A basic string of TOML: JSON's escapes are its own."""
    return msgspec.json.encode(text).decode()


class WhatIfs:
    """What has been asked, by id."""

    def __init__(self, folder: Path, simulator: Simulator, chance: Chance) -> None:
        self._folder, self._simulator, self._chance = folder, simulator, chance
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def ask(self, text: str, asked: Asked) -> str:
        """Begin to play a scenario and give its id; SimulatorBusy when too many wait."""
        if len(self._under_way) >= WAITING_MAX:
            raise SimulatorBusy("too many simulations wait already: try again in some minutes")
        self._make_room()
        found = self._chance.secret(_ID_BYTES).hex()
        folder = self._folder / found
        keep(folder / _SCENARIO, text.encode())
        keep(folder / _ASKED, msgspec.json.encode(asked))
        task = asyncio.get_running_loop().create_task(self._simulator.play(folder))
        self._under_way[found] = task
        task.add_done_callback(lambda _: self._under_way.pop(found, None))
        return found

    def look(self, id: str) -> Known | None:
        """A what-if as it stands; None when there is none of this id."""
        folder = self._folder / id
        if not _ID.fullmatch(id) or not (folder / _ASKED).exists():
            return None
        asked = msgspec.json.decode((folder / _ASKED).read_bytes(), type=Asked)
        if (folder / _ANSWER).exists():
            return Known(id, asked, "done", 1, 1)
        played, runs = _progress(folder)
        if not self._simulator.playing(folder):
            # It may have ended between the two looks.
            done = (folder / _ANSWER).exists()
            return Known(id, asked, "done" if done else "stopped", played, runs)
        return Known(id, asked, "running" if runs else "waiting", played, runs)

    def answer(self, id: str) -> Answer:
        """What came of a what-if that is done."""
        return msgspec.json.decode((self._folder / id / _ANSWER).read_bytes(), type=Answer)

    def file(self, id: str, name: str) -> bytes | None:
        """A file of a what-if, if it may be had and is there."""
        if name not in FILES or self.look(id) is None:
            return None
        path = self._folder / id / name
        return path.read_bytes() if path.exists() else None

    def of(self, account: int) -> list[Known]:
        """What an account has asked, the latest first."""
        found = [known for known in map(self.look, self._ids()) if known is not None]
        mine = [known for known in found if known.asked.account == account]
        return sorted(mine, key=lambda known: known.asked.at, reverse=True)

    def _ids(self) -> list[str]:
        return [path.name for path in self._folder.iterdir()] if self._folder.exists() else []

    def _make_room(self) -> None:
        known = [found for found in map(self.look, self._ids()) if found is not None]
        over = len(known) - KEPT_MAX + 1
        ended = [found for found in known if found.state in {"done", "stopped"}]
        for old in sorted(ended, key=lambda found: found.asked.at)[: max(0, over)]:
            shutil.rmtree(self._folder / old.id, ignore_errors=True)


def _progress(folder: Path) -> tuple[int, int]:
    """Finished runs and all runs; zeros before the first word."""
    try:
        played, runs = (folder / _PROGRESS).read_text("ascii").split()
        return int(played), int(runs)
    except (OSError, ValueError):
        return 0, 0
