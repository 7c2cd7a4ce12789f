"""A whole run: everybody begins, bad luck is drawn, the faults end, everything is checked."""

from __future__ import annotations

from dataclasses import dataclass

from tests.rehearsal.ground.grounds import GROUNDS
from tests.rehearsal.judge import check
from tests.rehearsal.judge.finish import finish
from tests.rehearsal.judge.law import DAY, HOUR, MINUTE
from tests.rehearsal.people.office import Office
from tests.rehearsal.people.road import Road
from tests.rehearsal.people.yard import Yards
from tests.rehearsal.rehearsal import Ground, Play, Rehearsal


@dataclass(frozen=True, slots=True)
class Played:
    """What a run was: commands handed in, events logged, boards compared, a digest of all of it."""

    seed: int
    commands: int
    events: int
    boards: int
    digest: str


def play(
    seed: int,
    ground: str | Ground = "memory",
    how: Play | None = None,
    trace: list[tuple] | None = None,
) -> Played:
    """Play one seed to its end; Broken when a promise does not hold.  `trace` is given its lines."""
    ground = GROUNDS[ground]() if isinstance(ground, str) else ground
    try:
        run = Rehearsal(seed, ground, how, trace)
        boards = prepare(run)
        run.run()
        finish(run)
    finally:
        ground.close()
    return Played(seed, len(run.asked), len(run.model.log) - run.first, boards[0], run.digest())


def prepare(run: Rehearsal) -> list[int]:
    """Lay out everything that does not follow from something else; the boards compared so far."""
    boards = [0]
    Office(run, Road(run, Yards(run)))
    span = run.play.days * DAY

    def look() -> None:
        if run.processes:
            process = run.processes[run.chance.randrange(len(run.processes))]
            places = run.chance.random() < 0.15
            boards[0] += check.check_board(run, process, places=places)

    def kill() -> None:
        if run.processes:
            run.kill(run.processes[run.chance.randrange(len(run.processes))])

    run.each(run.tick, 5 * MINUTE, 2 * HOUR)
    run.each(run.seal, HOUR, 14 * HOUR)
    for _ in range(8):
        run.after(run.chance.random() * span, look)
    for _ in range(run.chance.randint(0, 4)):
        run.after(run.chance.random() * span, kill)
    for _ in range(run.chance.randint(0, run.play.steps)):
        run.after(run.chance.random() * span, run.set_clock)
    run.after(span, run.heal)
    return boards
