"""One `kezek serve` with its workers: started, killed at any moment, frozen, started again."""

from __future__ import annotations

import signal
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from tests.cli.program import Running, until
from tests.rig.fault.clock import Clock
from tests.rig.fault.link import Link

# Should the rig itself be killed, its servers go with it.
WITH_THE_RIG = ("setpriv", "--pdeathsig", "KILL", "--")


class Server:
    """A place where a server runs: its folder, its settings, and the link to whoever asks there."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], *, workers: int, clock: Clock | None
    ) -> None:
        self.folder, self.workers = folder, workers
        self.clock = clock
        self.link = Link()
        self._environment = dict(environment)
        self._log = (folder / "log").open("ab")
        self._running: Running | None = None
        # Also of a server that died by itself: its workers may outlive it for a moment, with its lock.
        self._seen: set[psutil.Process] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.link.port}"

    @property
    def alive(self) -> bool:
        return self._running is not None and self._running.child.poll() is None

    def start(self) -> None:
        """Until it serves.  What died is cleared away first."""
        self.kill()
        workers = ("--workers", str(self.workers))
        arguments = ("serve", "--folder", self.folder, *workers)
        environment = self._environment | (self.clock.environment if self.clock else {})
        self._running = running = Running(
            *arguments, extra=environment, before=WITH_THE_RIG, log=self._log
        )
        # What it tells is its public address; the port is the system's choice.
        open_ = psutil.Process(running.child.pid).net_connections("tcp")
        port = next(c.laddr.port for c in open_ if c.status == psutil.CONN_LISTEN)
        until(lambda: _answers(port))
        self.link.lead_to(port)
        self.processes()

    def processes(self) -> list[psutil.Process]:
        """The server first, then its workers, as far as they live."""
        if not self.alive:
            return []
        with suppress(psutil.NoSuchProcess):
            server = psutil.Process(self._running.child.pid)
            found = [server, *server.children(recursive=True)]
            self._seen.update(found)
            return [one for one in found if one.status() != psutil.STATUS_ZOMBIE]
        return []

    def kill(self) -> None:
        """All of it at once, with -9."""
        if self._running is None:
            return
        whole = [*{*self.processes(), *self._seen}]
        self._seen.clear()
        for one in whole:
            _kill(one)
        running, self._running = self._running, None
        running.child.wait()
        psutil.wait_procs(whole, 30)
        running.child.stdout.close()
        for pid in {running.child.pid, *(one.pid for one in whole)}:
            if self.clock:
                self.clock.forget(pid)

    def kill_worker(self, place: int) -> None:
        """One of its workers with -9; the server starts another."""
        children = self.processes()[1:]
        victim = children[place % len(children)]
        _kill(victim)
        psutil.wait_procs([victim], 30)
        if self.clock:
            self.clock.forget(victim.pid)

    def freeze(self) -> None:
        for one in self.processes():
            one.suspend()

    def thaw(self) -> None:
        for one in self.processes():
            one.resume()

    def stop(self) -> int:
        """In order, with all that was accepted finished; the exit code."""
        assert self._running is not None, "what is stopped was started"
        whole, running = self.processes(), self._running
        self._running = None
        code = running.stop(signal.SIGTERM)
        for one in whole:
            if self.clock:
                self.clock.forget(one.pid)
        return code

    def close(self) -> None:
        self.thaw()
        self.kill()
        self.link.close()
        self._log.close()

    def said(self) -> str:
        """The end of its own log."""
        return (self.folder / "log").read_text(errors="replace")[-3000:]


def _kill(one: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        one.kill()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/log/heads", timeout=5) as got:
            return got.status == 200
    except (urllib.error.URLError, OSError):
        return False
