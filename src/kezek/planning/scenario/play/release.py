"""The release of a day's places when bots take part: first come, first served, or by draw.

Each day people ask for a place, new ones and those without one so far, and bots make a share of all new
entries.  First come, first served: every bot is faster than every person.  By draw: each entry has the
same chance.  Bots sell places to people who are still without one; a place that is not sold stays empty,
a booking that never comes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import numpy as np

from kezek.planning.scenario.answer.answer import ReleaseFigures
from kezek.planning.scenario.play.compile import no_show_share
from kezek.planning.scenario.play.measure import figure
from kezek.planning.scenario.world.scenario import Bots, Scenario, ScenarioPost

_STREAM = 0x52454C45  # names the stream of releases beside those of stations


def with_bots(scenario: Scenario) -> Scenario:
    """The scenario with demand and no-shows raised by the places that bots leave empty."""
    bots = scenario.bots
    if bots is None:
        return scenario
    posts = []
    for at, post in enumerate(scenario.checkpoint):
        empty = float(_released(scenario, at)[:, 3].mean())
        demand = post.demand
        no_show = no_show_share(demand)
        # A bot asked for the empty places too.
        factor = (1.0 if demand.factor is None else demand.factor) / max(1e-9, 1 - empty / 100)
        still = 100 * (1 - (1 - no_show) * (1 - empty / 100))
        demand = msgspec.structs.replace(demand, factor=factor, no_show_percent=still)
        posts.append(msgspec.structs.replace(post, demand=demand))
    return msgspec.structs.replace(scenario, checkpoint=posts)


def played_release(scenario: Scenario) -> ReleaseFigures | None:
    """Who got the places of the scenario's first checkpoint; None without bots."""
    if scenario.bots is None:
        return None
    shares = _released(scenario, 0)
    bots, direct, resold, empty, days = (figure(column) for column in shares.T)
    return ReleaseFigures(
        rule=scenario.bots.release, bots=bots, direct=direct, resold=resold, empty=empty, days=days
    )


def _released(scenario: Scenario, at: int) -> np.ndarray:
    """float64[replications, 5]: percent to bots, direct, resold, empty; mean days until a place."""
    assert scenario.bots is not None, "asked for where bots take part"
    post = scenario.checkpoint[at]
    days = (scenario.until - scenario.begins).days
    return np.array(
        [
            _Days(scenario.bots, post, _chance(scenario.seed, at, n)).played(days)
            for n in range(scenario.replications)
        ]
    )


def _chance(seed: int, at: int, replication: int) -> np.random.Generator:
    return np.random.Generator(
        np.random.Philox(np.random.SeedSequence((seed, _STREAM, at, replication)))
    )


@dataclass(slots=True)
class _Days:
    """One run of releases; `waiting[n]` people have been without a place for n days."""

    bots: Bots
    post: ScenarioPost
    chance: np.random.Generator
    waiting: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    direct: int = 0
    resold: int = 0
    empty: int = 0
    given: int = 0
    waited: float = 0.0

    def played(self, days: int) -> tuple[float, ...]:
        demand = self.post.demand
        people = (demand.per_day or 0.0) * (1.0 if demand.factor is None else demand.factor)
        share = self.bots.entries_percent / 100
        entries = people * share / max(1e-9, 1 - share)
        for _ in range(days):
            new = self.chance.poisson(people)
            self.waiting = np.concatenate(([new], self.waiting)).astype(np.int64)
            self._release(int(self.chance.poisson(entries)))
        got = max(1, self.direct + self.resold)
        parts = (self.given, self.direct, self.resold, self.empty)
        whole = max(1, self.direct + self.resold + self.empty)
        return (*(100 * part / whole for part in parts), self.waited / got)

    def _release(self, entries: int) -> None:
        places = self.post.capacity_per_day or 0
        people = int(self.waiting.sum())
        if self.bots.release == "first_come":
            bots = min(places, entries)
        else:
            bots = int(self.chance.hypergeometric(entries, people, min(places, entries + people)))
        self.given += bots
        self.direct += self._served(min(places - bots, people))
        sold = self._served(
            min(int(bots * self.bots.resold_percent / 100), int(self.waiting.sum()))
        )
        self.resold += sold
        self.empty += bots - sold

    def _served(self, places: int) -> int:
        """Give places to random people among all who wait; returns how many."""
        if places > 0:
            who = self.chance.multivariate_hypergeometric(self.waiting, places, method="marginals")
            self.waiting -= who
            self.waited += float(who @ np.arange(len(who)))
        return max(0, places)
