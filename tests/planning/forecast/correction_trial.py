"""What the learned correction brings on simulated posts.

`python -m tests.planning.forecast.correction_trial` runs it; docs/lab/live-forecast.md has its table.
Each post is played by the checkpoint simulator for some weeks; of its trucks 120 are asked about as the
nightly replay does, and all posts together are learned from.  In one country the gates are steady; in
the other they are slow at night and at noon, of which the calendar, and so the twin, knows nothing.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from kezek.app.forecast.replay import REPLAYED_MAX, Pasts, Scores, keep, scored, training_results_of
from kezek.app.turn.line_past import PastArrival, Truth
from kezek.planning.forecast.correction import learn
from kezek.planning.forecast.twin import forecast
from kezek.planning.question import REPLICATIONS, ErrorExample, TrainingResult
from kezek.planning.simulation.checkpoint.checkpoint import run
from kezek.planning.simulation.variate.steps import Steps
from tests.planning.forecast import past

POSTS, DAYS = 8, 33
# Nobody is asked about before the log knows three days.
KNOWN_S = 3 * 86_400.0


class Country(NamedTuple):
    """How busy its posts are, and how fast by hour: (hour, share of what the calendar says)."""

    load: float
    pace: Sequence[tuple[int, float]]


STEADY = Country(0.97, ((0, 1.0),))
BY_HOUR = Country(
    0.93, ((0, 0.6), (6, 1.0), (8, 1.35), (12, 0.7), (14, 1.35), (20, 0.8), (22, 0.6))
)


class Planner:
    """The learner in this process."""

    async def learn(self, examples: Sequence[ErrorExample]) -> TrainingResult:
        return learn(examples)


def post(
    country: Country, seed: int, *, days: int = DAYS, replications: int = REPLICATIONS
) -> Pasts:
    """The past forecasts of one post."""
    until = days * 86_400.0
    hours = [(hour * 3_600.0, past.PER_HOUR * share) for hour, share in country.pace]
    model = past.model(days, load=country.load)
    pace = Steps.repeated(hours, every=86_400.0, until=until)
    model = replace(model, calls=replace(model.calls, per_hour=pace))
    records = run(model, seed=seed)
    trucks = records.trucks
    crossed = ~np.isnan(trucks["left"]) & (trucks["left"] < until) & (trucks["joined"] > KNOWN_S)
    came = np.flatnonzero(crossed)
    came = came[np.argsort(trucks["joined"][came], kind="stable")]
    step = max(1, -(-len(came) // REPLAYED_MAX))
    pasts = Pasts([], [])
    for row in came[step // 2 :: step].tolist():
        truck = trucks[row]
        state = past.state(model, records, float(truck["joined"]), row)
        arrival = PastArrival(
            row + 1,
            past.CLASSES[truck["vehicle_class"]],
            state,
            Truth(past.instant(truck["called"]), None, None),
            Truth(past.instant(truck["left"]), None, None),
        )
        told = forecast(replace(state, replications=replications))
        keep(arrival, told, pasts.called, pasts.crossed)
    return pasts


def tried(country: Country, posts: int, **how: int) -> dict[str, Scores]:
    """Each post's scores, after all have been learned from."""
    kept = {f"post {seed}": post(country, seed, **how) for seed in range(1, posts + 1)}
    results = asyncio.run(training_results_of(Planner(), kept))
    return {name: scored(pasts, 0, results[name]) for name, pasts in kept.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=POSTS)
    parser.add_argument("--days", type=int, default=DAYS)
    asked = parser.parse_args()
    print("| gates | post | until | loss without, min | with | used | inside 80 % |")
    print("|---|---|---|---|---|---|---|")
    for name, country in (("steady", STEADY), ("by the hour", BY_HOUR)):
        for of, scores in tried(country, asked.posts, days=asked.days).items():
            for measure, good in (("call", scores.called), ("crossing", scores.crossed)):
                used = "yes" if good.corrected else "no"
                losses = f"{good.loss_uncorrected:.2f} | {good.loss_corrected:.2f}"
                print(f"| {name} | {of} | {measure} | {losses} | {used} | {good.inside80:.0%} |")


if __name__ == "__main__":
    main()
