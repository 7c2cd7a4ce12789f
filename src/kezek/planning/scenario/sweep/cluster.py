"""Plays the points of a sweep on a Dask cluster."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import distributed

from kezek.planning.scenario.play.play import Job
from kezek.planning.scenario.sweep.pool import played

_CONNECT_SECONDS = 10


class ClusterUnreachable(Exception):
    """The scheduler does not answer, or has no workers."""

    permanent = False


class ClusterPool:
    """Implements `pool.Pool`.  The cluster's workers have the same version of Kezek installed."""

    def __init__(self, address: str) -> None:
        try:
            # The library's types do not describe the client.
            client: Any = distributed.Client
            self._client = client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as fault:
            raise ClusterUnreachable(f"no Dask scheduler answers at {address}: {fault}") from fault
        self.workers = sum(self._client.nthreads().values())
        if not self.workers:
            self._client.close()
            raise ClusterUnreachable(f"the Dask scheduler at {address} has no workers yet")
        self._asked: dict[Any, Any] = {}

    def submit(self, job: Job) -> Future[bytes]:
        told: Future[bytes] = Future()
        asked = self._client.submit(played, job, pure=False)
        self._asked[asked.key] = asked
        asked.add_done_callback(lambda done: self._tell(done, told))
        return told

    def stop(self) -> None:
        self._client.cancel(list(self._asked.values()))
        self._client.close()

    def _tell(self, done: Any, told: Future[bytes]) -> None:
        """Pass on a finished point; nobody waits for a cancelled one."""
        self._asked.pop(done.key, None)
        if done.status == "finished":
            told.set_result(done.result())
        elif done.status == "error":
            told.set_exception(done.exception())
        else:
            told.cancel()
