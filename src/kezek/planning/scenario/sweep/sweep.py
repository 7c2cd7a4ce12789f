"""Many scenarios: a folder with one finished file a point, so that a sweep can be stopped and go on.

`sweep.json` says which sweep it is, by a hash over everything that decides its answers;
`point-0000012.json` is a finished point.  A file is there whole or not at all, a rerun plays what is
missing, and a folder of another scenario is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path

import msgspec

from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulation import Regulations
from kezek.planning.scenario.answer.answer import ScenarioAnswer
from kezek.planning.scenario.play.play import job_of
from kezek.planning.scenario.sweep.keep import keep
from kezek.planning.scenario.sweep.pool import WorkerPool
from kezek.planning.scenario.world.read import Point

# What a finished point means; raised whenever the same scenario would be answered otherwise.
VERSION = 1
_AHEAD = 4  # points handed out for each worker, so that none has to wait


class AnotherSweep(Exception):
    """The folder holds another scenario's results; nothing in it was touched."""

    permanent = True


@value(frozen=True, slots=True)
class SweepFolder:
    """All points of a scenario and the folder of their answers."""

    points: tuple[Point, ...]
    folder: Path

    def missing(self) -> list[int]:
        """The numbers of the points that are not finished."""
        return [at for at in range(len(self.points)) if not self.file(at).exists()]

    def file(self, at: int) -> Path:
        return self.folder / f"point-{at:07d}.json"

    def answers(self) -> Iterator[ScenarioAnswer]:
        """Those that are finished, in order."""
        for at in range(len(self.points)):
            if self.file(at).exists():
                yield msgspec.json.decode(self.file(at).read_bytes(), type=ScenarioAnswer)


def open_sweep(points: Sequence[Point], folder: Path) -> SweepFolder:
    """Begin or go on; AnotherSweep when the folder belongs to another scenario."""
    mark = {"version": VERSION, "points": len(points), "hash": hash_of(points)}
    file = folder / "sweep.json"
    if file.exists():
        found = msgspec.json.decode(file.read_bytes())
        if found != mark:
            raise AnotherSweep(
                f"{folder} holds results of another scenario (or this one before it was changed): "
                "name another folder, or remove this one"
            )
    elif folder.exists() and any(folder.iterdir()):
        raise AnotherSweep(f"{folder} is not empty and holds no sweep: name another folder")
    else:
        keep(file, msgspec.json.encode(mark))
    return SweepFolder(tuple(points), folder)


def hash_of(points: Sequence[Point]) -> str:
    """A name for everything that decides the answers."""
    digest = hashlib.sha256()
    for point in points:
        digest.update(msgspec.json.encode((point.change, point.world, point.other), order="sorted"))
    return digest.hexdigest()


def play_missing(
    sweep: SweepFolder, regulations: Regulations, pool: WorkerPool, advance: Callable[[int], None]
) -> None:
    """Play what is missing and keep each answer as it comes.

    A KeyboardInterrupt stops the pool and loses only what is under way.
    """
    under_way: dict[Future[bytes], int] = {}
    try:
        for at in sweep.missing():
            under_way[pool.submit(job_of(sweep.points[at], regulations))] = at
            if len(under_way) >= _AHEAD * pool.workers:
                _keep_finished(sweep, under_way, advance)
        while under_way:
            _keep_finished(sweep, under_way, advance)
    finally:
        pool.stop()


def _keep_finished(
    sweep: SweepFolder, under_way: dict[Future[bytes], int], advance: Callable[[int], None]
) -> None:
    finished: Iterable[Future[bytes]] = wait(under_way, return_when=FIRST_COMPLETED).done
    for future in finished:
        keep(sweep.file(under_way.pop(future)), future.result())
        advance(1)
