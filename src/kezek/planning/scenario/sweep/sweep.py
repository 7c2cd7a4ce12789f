"""A sweep in a folder with one file for each finished point, so that it can be stopped and resumed.

`sweep.json` identifies the sweep by a hash over everything that its answers depend on;
`point-0000012.json` is a finished point.  A file is there whole or not at all, a rerun plays the missing
points, and a folder of another scenario is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path

import msgspec

from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulations import Regulations
from kezek.planning.scenario.answer.answer import ScenarioAnswer
from kezek.planning.scenario.play.play import job_of
from kezek.planning.scenario.sweep.atomic_file import write_whole
from kezek.planning.scenario.sweep.pool import WorkerPool
from kezek.planning.scenario.world.read import Point

# The version of the answers; raised whenever the same scenario would get another answer.
VERSION = 1
_JOBS_PER_WORKER = 4  # points handed out for each worker, so that none has to wait


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
        """The answers of the finished points, in order."""
        for at in range(len(self.points)):
            if self.file(at).exists():
                yield msgspec.json.decode(self.file(at).read_bytes(), type=ScenarioAnswer)


def open_sweep(points: Sequence[Point], folder: Path) -> SweepFolder:
    """Begin or resume a sweep; raises AnotherSweep when the folder is another scenario's."""
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
        write_whole(file, msgspec.json.encode(mark))
    return SweepFolder(tuple(points), folder)


def hash_of(points: Sequence[Point]) -> str:
    """A SHA-256 over everything that the answers depend on."""
    digest = hashlib.sha256()
    for point in points:
        digest.update(msgspec.json.encode((point.change, point.world, point.other), order="sorted"))
    return digest.hexdigest()


def play_missing(
    sweep: SweepFolder, regulations: Regulations, pool: WorkerPool, advance: Callable[[int], None]
) -> None:
    """Play the missing points and save each answer when it is ready.

    A KeyboardInterrupt stops the pool and loses only the points under way.
    """
    under_way: dict[Future[bytes], int] = {}
    try:
        for at in sweep.missing():
            under_way[pool.submit(job_of(sweep.points[at], regulations))] = at
            if len(under_way) >= _JOBS_PER_WORKER * pool.workers:
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
        write_whole(sweep.file(under_way.pop(future)), future.result())
        advance(1)
