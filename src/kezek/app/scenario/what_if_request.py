"""The request of a what-if from a form, and its scenario."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from kezek.app.calendar.unmet import FullPost
from kezek.app.scenario.ground import shipped_ground
from kezek.domain.kernel.value import value
from kezek.planning.scenario.world.problem import ScenarioWrong
from kezek.planning.scenario.world.read import read_scenario

RUNS_MAX, DAYS_MAX, POSTS_MAX = 500, 92, 60

_BOOKED_DAYS_MAX = 366
_EVERY = "checkpoint.*."  # each post of the question, in paths of a change


@value(frozen=True, slots=True)
class WhatIfRequest:
    """The fields of the form: the world as it is, and the changes beside it (None changes nothing).

    `full` are the posts that are booked up.  `coming` is the number of trucks a day that come to each
    post in both worlds; without it the demand of a full post is not known.
    """

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
    coming: int | None = None
    full: tuple[FullPost, ...] = ()


def scenario_of(request: WhatIfRequest) -> str:
    """The request as a scenario's text."""
    lines = [
        f"title = {_text(request.title)}",
        f"from = {request.begins}",
        f"until = {request.until}",
        "warm_up_days = 2",
        f"seed = {request.seed}",
        f"replications = {request.runs}",
    ]
    full = {one.checkpoint: one for one in request.full}
    for post in request.posts:
        lines += ["", "[[checkpoint]]", f"id = {_text(post)}"]
        if post in full:
            lines += _booked(full[post], request.begins)
        if request.coming is not None:
            lines.append(f"demand.per_day = {request.coming}")
        elif post in full:
            lines.append("demand.at_least = true")
    change = _change(request)
    if change:
        lines += ["", "[compare]", f"title = {_text(request.other_title)}", "", "[compare.change]"]
        lines += [f"{_text(path)} = {found}" for path, found in change.items()]
    return "\n".join(lines) + "\n"


def _booked(full: FullPost, begins: date) -> list[str]:
    """The days that are booked up already, with at most the places that the post is played with."""
    days = min(full.booked_days(begins), _BOOKED_DAYS_MAX)
    known = shipped_ground().calibrated.get(full.checkpoint)
    places = min(full.places, known["capacity_per_day"]) if known else full.places
    return [f"booked_days = {days}", f"booked_per_day = {places}"] if days else []


def coming_of(text: str) -> int | None:
    """The trucks a day in both worlds of a scenario of `scenario_of`; None where it has no number."""
    posts = tomllib.loads(text).get("checkpoint", [])
    told = {post.get("demand", {}).get("per_day") for post in posts}
    return told.pop() if len(told) == 1 else None


def changes_of(text: str) -> Mapping[str, Any]:
    """The changes in a scenario of `scenario_of`, by field, such as `stage.*.lanes`."""
    change = tomllib.loads(text).get("compare", {}).get("change", {})
    return {path.removeprefix(_EVERY): found for path, found in change.items()}


def lanes_of(post: str) -> tuple[int, bool] | None:
    """Lanes at every step of a post as it is played, and whether they are ours; None if unknown."""
    known = shipped_ground().calibrated.get(post)
    lanes = {stage["lanes"] for stage in known["stage"]} if known else set()
    if known is None or len(lanes) != 1:
        return None
    return lanes.pop(), known["basis"]["stage.lanes"].startswith("ours")


def faults_of(text: str) -> tuple[str, ...]:
    """The faults of a scenario's text, as sentences; empty when it can be played."""
    try:
        read_scenario(text, "scenario.toml", shipped_ground())
    except ScenarioWrong as wrong:
        return tuple(problem.sentence for problem in wrong.problems)
    return ()


def _change(request: WhatIfRequest) -> Mapping[str, str]:
    """The changes, by path, as TOML values."""
    found = {
        "regulation": None if request.regulation is None else _text(request.regulation),
        "demand.factor": None
        if request.demand_percent is None
        else f"{request.demand_percent / 100}",
        "stage.*.lanes": None if request.lanes is None else str(request.lanes),
        "capacity_per_day": None if request.capacity is None else str(request.capacity),
    }
    if request.closed_from is not None and request.closed_until is not None:
        announced = str(request.announced).lower()
        found["closure"] = (
            f"[{{ from = {request.closed_from.isoformat()}, until = {request.closed_until.isoformat()}, "
            f"announced = {announced} }}]"
        )
    return {f"{_EVERY}{path}": text for path, text in found.items() if text is not None}


def _text(text: str) -> str:
    """A basic string of TOML, which has the same escapes as JSON."""
    return msgspec.json.encode(text).decode()
