"""Where the points of a sweep are played: in processes of this machine, or in others like them."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import active_children, get_context, parent_process
from typing import Protocol

import msgspec

from kezek.planning.scenario.play.play import Job, play


class WorkerPool(Protocol):
    """So many workers, each of which plays one point at a time."""

    workers: int

    def submit(self, job: Job) -> Future[bytes]:
        """Have a point played: what `played` gives, or what it raised."""

    def stop(self) -> None:
        """Give up what has not begun."""


class LocalPool:
    """Processes of this machine, one for each core that may be used."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        # A fresh start, because a fork of a process with threads may stand still.
        self._pool = ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_at_home
        )

    def submit(self, job: Job) -> Future[bytes]:
        # A worker begins with the mask of the thread that starts it.  Ctrl-C reaches the whole group,
        # and is for the one who asked for the work: it ends the workers, whatever they are at.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return self._pool.submit(played, job)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def stop(self) -> None:
        # What is under way is not kept, so nobody waits for it.
        for worker in active_children():
            worker.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)


def played(job: Job) -> bytes:
    """What a worker does: one point, in one thread, as the bytes of its file."""
    return msgspec.json.encode(play(job), order="deterministic")


def _at_home() -> None:
    """A worker never outlives who asked for the work."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None, "a worker was spawned"
    parent.join()
    # Nothing is to be put away: the files are the parent's.
    os._exit(1)
