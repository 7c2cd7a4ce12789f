"""Many scenarios: on all cores, stopped and gone on with, and the same on a cluster."""

from __future__ import annotations

from concurrent.futures import Future

import distributed
import msgspec
import pytest

from kezek.app.scenario.ground import shipped_ground
from kezek.planning.scenario.sweep.cluster import ClusterPool
from kezek.planning.scenario.sweep.pool import LocalPool, played
from kezek.planning.scenario.sweep.sweep import AnotherSweep, open_sweep, play_missing
from tests.planning.scenario.world.ground import HEAD, OWN, points

SWEEP = '[sweep.change]\n"demand.factor" = [0.5, 1.0, 1.5]\n'
TEXT = HEAD.replace("replications = 4", "replications = 2") + OWN + SWEEP


class Here:
    """A pool without processes, which may break off as Ctrl-C does."""

    workers = 1

    def __init__(self, breaks_after: int = 99) -> None:
        self.played, self.breaks_after = 0, breaks_after

    def submit(self, job) -> Future[bytes]:
        if self.played == self.breaks_after:
            raise KeyboardInterrupt
        self.played += 1
        told: Future[bytes] = Future()
        told.set_result(played(job))
        return told

    def stop(self) -> None:
        """Nothing is under way."""


def play_here(folder, pool, text: str = TEXT):
    sweep = open_sweep(points(text), folder)
    play_missing(sweep, shipped_ground().regulations, pool, lambda _: None)
    return sweep


def test_a_sweep_that_was_stopped_goes_on_and_ends_with_the_same_answers(tmp_path):
    whole = play_here(tmp_path / "whole", Here())
    with pytest.raises(KeyboardInterrupt):
        # Points are handed out four at a time for each worker.
        play_here(tmp_path / "stopped", Stopping())
    begun = open_sweep(points(TEXT), tmp_path / "stopped")
    assert begun.missing() == [1, 2]
    pool = Here()
    ended = play_here(tmp_path / "stopped", pool)
    assert pool.played == 2
    assert list(ended.answers()) == list(whole.answers())
    again = Here()
    play_here(tmp_path / "stopped", again)
    assert again.played == 0


class Stopping(Here):
    """Finishes one point, and then somebody presses Ctrl-C."""

    workers = 0

    def submit(self, job) -> Future[bytes]:
        if self.played:
            raise KeyboardInterrupt
        return super().submit(job)


def test_a_changed_scenario_is_not_mixed_with_an_old_one(tmp_path):
    play_here(tmp_path, Here())
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(AnotherSweep, match="another scenario"):
        open_sweep(points(TEXT.replace("minutes = 12", "minutes = 11")), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(AnotherSweep, match="not empty"):
        open_sweep(points(TEXT), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_processes_give_the_same_answers_as_one_thread(tmp_path):
    here = play_here(tmp_path / "here", Here())
    there = play_here(tmp_path / "there", LocalPool(2))
    assert list(here.answers()) == list(there.answers())


@pytest.fixture
def cluster():
    """Two workers in processes of their own, on the loopback."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as found:
        yield found


def test_a_cluster_of_two_workers_gives_the_same_answers(tmp_path, cluster):
    here = play_here(tmp_path / "here", Here())
    there = play_here(tmp_path / "there", ClusterPool(cluster.scheduler_address))
    assert list(here.answers()) == list(there.answers())


def test_finished_points_are_files_of_one_answer(tmp_path):
    sweep = play_here(tmp_path, Here())
    found = msgspec.json.decode(sweep.file(2).read_bytes())
    assert found["change"] == {"demand.factor": 1.5}
    trucks = [answer.posts[0].calendar.booked for answer in sweep.answers()]
    assert trucks == [80, 160, 192]
