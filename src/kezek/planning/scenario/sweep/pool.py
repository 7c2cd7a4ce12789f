"""Plays the points of a sweep in processes of this machine."""

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
    """A number of workers, each of which plays one point at a time."""

    workers: int

    def submit(self, job: Job) -> Future[bytes]:
        """Play a point: the result of `played`, or its exception."""

    def stop(self) -> None:
        """Cancel the points that have not begun."""


class LocalPool:
    """Processes of this machine, one for each core that may be used."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        # Processes are spawned: a fork of a process with threads may deadlock.
        self._pool = ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_at_home
        )

    def submit(self, job: Job) -> Future[bytes]:
        # A worker inherits the signal mask of the thread that starts it.  Ctrl-C reaches the whole
        # process group, but only the parent handles it: it ends the workers.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return self._pool.submit(played, job)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def stop(self) -> None:
        # Points under way are not saved, so they are not waited for.
        for worker in active_children():
            worker.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)


def played(job: Job) -> bytes:
    """Play one point in one thread; the result is the content of its file."""
    return msgspec.json.encode(play(job), order="deterministic")


def _at_home() -> None:
    """End this worker when its parent ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None, "a worker was spawned"
    parent.join()
    # A worker has nothing to clean up: the files are the parent's.
    os._exit(1)
