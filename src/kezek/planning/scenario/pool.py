"""Where the points of a sweep are played: in processes of this machine, or in others like them."""

from __future__ import annotations

import signal
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
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
            workers, mp_context=get_context("spawn"), initializer=_quiet
        )

    def submit(self, job: Job) -> Future[bytes]:
        return self._pool.submit(played, job)

    def stop(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def played(job: Job) -> bytes:
    """What a worker does: one point, in one thread, as the bytes of its file."""
    return msgspec.json.encode(play(job), order="deterministic")


def _quiet() -> None:
    """Ctrl-C reaches the whole group: a worker ends at once and in silence, what it played is lost.

    The one who asked for the work says what that means; nobody waits for an answer that is not kept.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
