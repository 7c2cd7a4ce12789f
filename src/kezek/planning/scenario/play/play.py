"""Runs a scenario and the world it is compared with, on common random numbers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np

from kezek.domain.kernel.instant import DAY, HOUR, SECOND, to_datetime
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulations import Regulations
from kezek.planning.scenario.answer.answer import (
    BANDS,
    Band,
    CalendarFigures,
    Difference,
    Figure,
    HourWaits,
    LineLength,
    Paired,
    PostAnswer,
    ReleaseFigures,
    ScenarioAnswer,
    TruckGroup,
)
from kezek.planning.scenario.play.calendar import mean_days
from kezek.planning.scenario.play.compile import Compiled, compile_post
from kezek.planning.scenario.play.measure import (
    GROUPS,
    RunCounts,
    Tally,
    counts_of,
    error_of,
    figure,
)
from kezek.planning.scenario.play.release import played_release, with_bots
from kezek.planning.scenario.world.read import Point
from kezek.planning.scenario.world.scenario import Scenario
from kezek.planning.simulation.checkpoint.checkpoint import run
from kezek.planning.simulation.variate.replication import in_turn

SURE = 2.6  # standard errors: by chance, one difference in a hundred is larger


@value(frozen=True, slots=True)
class Job:
    """The input of a run, which can be pickled and sent to another machine."""

    point: Point
    title: str
    this_title: str
    other_title: str
    world: tuple[Compiled, ...]
    other: tuple[Compiled, ...]


class PlayStopped(Exception):
    """The run was stopped; there is no answer."""

    permanent = False


def job_of(point: Point, regulations: Regulations) -> Job:
    """The compiled checkpoints of a point, in both worlds."""
    world, other = point.world, point.other
    compare = world.compare
    return Job(
        point,
        world.title,
        compare.this if compare else "as it is",
        compare.title if compare else "",
        _compiled(world, regulations),
        _compiled(other, regulations) if other else (),
    )


def _compiled(world: Scenario, regulations: Regulations) -> tuple[Compiled, ...]:
    whole = with_bots(world)
    return tuple(compile_post(whole, at, regulations) for at in range(len(whole.checkpoint)))


def play(
    job: Job,
    *,
    threads: int = 1,
    advance: Callable[[int], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> ScenarioAnswer:
    """Play a job.  `advance` is called with the number of finished replications.

    Raises PlayStopped once `stop` is set.
    """
    scenario = job.point.world
    tallies: list[tuple[Tally, ...]] = []
    paired: list[Paired] = []
    for at in range(len(job.world)):
        compiled = [models[at] for models in (job.world, job.other) if models]
        pair = tuple(Tally(c, scenario.replications) for c in compiled)
        shares = _gather(pair, scenario.seed, scenario.replications, threads, advance, stop)
        tallies.append(pair)
        if shares is not None:
            paired.append(
                Paired(
                    checkpoint=compiled[0].post,
                    better=figure(shares[:, 0]),
                    worse=figure(shares[:, 1]),
                )
            )
    worlds = [w for w in (job.point.world, job.point.other) if w]
    releases = [played_release(w) for w in worlds]
    answers = [
        tuple(_post(pair[side], releases[side]) for pair in tallies) for side in range(len(worlds))
    ]
    return ScenarioAnswer(
        title=job.title,
        question=scenario.question,
        begins=scenario.begins.isoformat(),
        until=scenario.until.isoformat(),
        seed=scenario.seed,
        replications=scenario.replications,
        change=dict(job.point.change),
        posts=answers[0],
        this_title=job.this_title,
        other_title=job.other_title,
        other=answers[1] if len(answers) > 1 else (),
        differences=tuple(d for pair in tallies if len(pair) > 1 for d in _differences(*pair)),
        paired=tuple(paired),
    )


def _gather(
    pair: Sequence[Tally],
    seed: int,
    replications: int,
    threads: int,
    advance: Callable[[int], None],
    stop: threading.Event | None,
) -> np.ndarray | None:
    """Play every replication into `pair`.

    Percent of trucks better and worse off, float64[replications, 2], where both worlds have the same
    trucks; else None.
    """

    def one(replication: int) -> list[RunCounts]:
        if stop is not None and stop.is_set():
            raise PlayStopped("stopped before it was done")
        return [counts_of(t.compiled, run(t.compiled.model, seed, replication)) for t in pair]

    shares = np.full((replications, 2), np.nan)
    same = len(pair) > 1 and _same_trucks(pair[0].compiled, pair[1].compiled)
    for replication, found in enumerate(in_turn(one, replications, threads=threads)):
        for tally, each in zip(pair, found, strict=True):
            tally.add(replication, each)
        if same:
            gain = found[0].stays - found[1].stays
            gain = gain[~np.isnan(gain)]
            if len(gain):
                shares[replication] = np.mean(gain > 1), np.mean(gain < -1)
        advance(1)
    return shares * 100 if same else None


def _same_trucks(one: Compiled, two: Compiled) -> bool:
    """Whether trucks with the same number are the same truck in both worlds."""
    here, there = one.model.booked, two.model.booked
    return one.model.walk_ins == two.model.walk_ins and all(
        np.array_equal(getattr(here, field), getattr(there, field))
        for field in ("start", "vehicle_class", "trucks")
    )


def _post(tally: Tally, release: ReleaseFigures | None) -> PostAnswer:
    compiled, counts, means, beyond = tally.compiled, tally.counts, tally.means(), tally.means(1)
    groups = tuple(
        TruckGroup(
            name=name,
            trucks=figure(counts[:, at]),
            mean=figure(means[:, at]),
            beyond=figure(beyond[:, at]),
            quantiles=tally.quantiles(at),
        )
        for at, name in enumerate(_names(tally))
        if counts[:, at].any()
    )
    hours = tuple(
        HourWaits(
            hour=hour,
            trucks=float(tally.waits[:, tally.groups + hour].sum() / len(counts)),
            quantiles=tally.quantiles(tally.groups + hour),
        )
        for hour in range(24)
    )
    worst, longest, no_shows, lost = tally.scalars.T
    return PostAnswer(
        checkpoint=compiled.post,
        name=compiled.name,
        zone=compiled.zone,
        load=compiled.load,
        tight=compiled.tight,
        trucks=figure(counts[:, 0]),
        no_shows=figure(no_shows),
        lost=figure(lost),
        wait=figure(means[:, 0]),
        worst=figure(worst),
        worst_of_all=float(worst.max()),
        longest=figure(longest),
        truck_hours=figure(tally.sums[:, 0, 0] / 60),
        calendar=_calendar(compiled),
        groups=groups,
        hours=hours,
        lengths=_lengths(tally),
        bands=tuple(
            Band(until=until, trucks=figure(tally.bands[:, at]))
            for at, until in enumerate((*BANDS, None))
        ),
        release=release,
    )


def _calendar(compiled: Compiled) -> CalendarFigures:
    booked = compiled.calendar
    first, past = (
        compiled.epoch + round(second * SECOND)
        for second in (compiled.counted_from, compiled.counted_until)
    )
    return CalendarFigures(
        booked=sum(b.trucks for b in booked.bookings if first <= b.start < past),
        days=mean_days(booked.days_waited),
        left=booked.left,
        late_until=_local_day(compiled, booked.late_until),
        refused=compiled.refused_per_day,
        course=compiled.course,
        known=compiled.known,
    )


def _local_day(compiled: Compiled, day: int) -> str:
    """The date of a day by its index; empty for -1."""
    noon = compiled.epoch + day * DAY + DAY // 2
    return to_datetime(noon, compiled.zone).date().isoformat() if day >= 0 else ""


def _lengths(tally: Tally) -> tuple[LineLength, ...]:
    compiled, rows = tally.compiled, tally.lengths()
    first = compiled.epoch + round(compiled.counted_from * SECOND)
    return tuple(
        LineLength(
            at=to_datetime(first + at * HOUR, compiled.zone).isoformat(timespec="minutes"),
            quantiles=tuple(float(q) for q in rows[:, at]),
        )
        for at in range(rows.shape[1])
    )


def _differences(base: Tally, other: Tally) -> list[Difference]:
    """Differences of the groups that both worlds have; rule sets may have different classes."""
    beside = dict(zip(_names(other), other.means().T, strict=True))
    found = []
    for name, before in zip(_names(base), base.means().T, strict=True):
        gap = beside.get(name, np.nan) - before
        if np.isnan(gap).all():
            continue
        minutes = Figure(value=float(np.nanmean(gap)), error=error_of(gap))
        found.append(
            Difference(
                checkpoint=base.compiled.post, group=name, minutes=minutes, verdict=verdict(minutes)
            )
        )
    return found


def _names(tally: Tally) -> tuple[str, ...]:
    return (*GROUPS, *(f"class:{name}" for name in tally.compiled.model.rules.classes))


def verdict(minutes: Figure) -> str:
    """`wins` where the other world has the shorter wait, `loses`, or `same` within the error."""
    if minutes.error is None or abs(minutes.value) <= SURE * minutes.error or not minutes.value:
        return "same"
    return "wins" if minutes.value < 0 else "loses"
