"""Where the points of a sweep are played: in processes of this machine, or in others like them."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from typing import Protocol

import msgspec

from kezek.planning.scenario.play import Job, play


class Pool(Protocol):
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
        return self._pool.submit(played, job)

    def stop(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def played(job: Job) -> bytes:
    """What a worker does: one point, in one thread, as the bytes of its file."""
    return msgspec.json.encode(play(job), order="deterministic")


def _at_home() -> None:
    """A worker's manners: it ends at once when it is told to, and never outlives who asked for the work.

    Ctrl-C reaches the whole group: a worker ends in silence, what it played is lost; the one who asked
    says what that means, and nobody waits for an answer that is not kept.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None, "a worker was spawned"
    parent.join()
    # Nothing is to be put away: the files are the parent's.
    os._exit(1)
