"""Several server processes behind one address: started, watched, started again, stopped together.

Each worker has a socket of its own on the shared port, and this process holds all of them open: the
connections that wait at a worker which died are served by the one that takes its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.server.serving import BACKLOG, STOP_SECONDS, listen
from kezek.cli.server.worker import READY
from kezek.settings import PREFIX, Settings

log = logging.getLogger("kezek.workers")

# What dies again and again is started again more and more seldom, but never given up.
PACE_SECONDS_MIN, PACE_SECONDS_MAX = 0.5, 10.0
# A worker that has lived this long had no trouble with its start.
STEADY_SECONDS = 60.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
FIGURES, YOUNG_SECONDS = "kezek-figures-", 60.0


def refuse_alone(settings: Settings) -> None:
    """Only PostgreSQL lets several processes write."""
    kind = settings.store_url.partition(":")[0]
    if kind != "postgresql":
        raise Failed(
            ExitCode.USAGE,
            "one_process_only",
            f"{settings.workers} workers need PostgreSQL, and this database is kept by one process "
            f"({kind}): start with --workers 1, or name a server in "
            f"{PREFIX}DATABASE=postgresql://USER@HOST/DATABASE",
        )


@contextmanager
def listen_together(host: str, port: int, count: int) -> Iterator[list[socket.socket]]:
    """A socket for each worker, all on one port; the kernel spreads the connections over them."""
    # A port that is shared is never "in use" to another program of the same user: asked for alone first.
    with listen(host, port) as alone:
        port = alone.getsockname()[1]
    with contextlib.ExitStack() as opened:
        yield [
            opened.enter_context(
                socket.create_server(
                    (host, port),
                    family=socket.AF_INET6 if ":" in host else socket.AF_INET,
                    backlog=BACKLOG,
                    reuse_port=True,
                )
            )
            for _ in range(count)
        ]


def run_workers(
    settings: Settings, sockets: Sequence[socket.socket], *, started: Callable[[], None]
) -> None:
    """Keep one worker for each socket until SIGTERM or SIGINT; what they accepted is finished then.

    `started` is called once, when all of them serve.
    """
    with _figures() as figures:
        asyncio.run(_Crew(settings, sockets, figures).run(started))


@contextmanager
def _figures() -> Iterator[Path]:
    """Where each worker lays its figures down, so that any of them can tell those of all.

    It is locked while it is used: what a killed server has left is cleared away by the next one.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{FIGURES}*"):
        _clear(left)
    with tempfile.TemporaryDirectory(prefix=FIGURES) as figures:
        handle = os.open(figures, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield Path(figures)
        finally:
            os.close(handle)


def _clear(folder: Path) -> None:
    """Remove a folder that no server uses; one that is as young as this start may not be locked yet."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            found = os.fstat(handle)
            if found.st_uid == os.geteuid() and time.time() - found.st_mtime > YOUNG_SECONDS:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
        finally:
            os.close(handle)


class _Crew:
    """All workers of this server."""

    def __init__(self, settings: Settings, sockets: Sequence[socket.socket], figures: Path) -> None:
        self._stopping = asyncio.Event()
        self._workers = [
            _Worker(index, sock, _environment(settings), figures, self._stopping)
            for index, sock in enumerate(sockets)
        ]

    async def run(self, started: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._stop)
        telling = asyncio.create_task(self._announce(started))
        lives = [asyncio.create_task(worker.keep()) for worker in self._workers]
        try:
            await asyncio.gather(*lives)
        finally:
            telling.cancel()
            self._stopping.set()
            await asyncio.gather(telling, *lives, return_exceptions=True)

    def _stop(self) -> None:
        if self._stopping.is_set():
            # The second signal is from somebody who does not want to wait for open streams.
            for worker in self._workers:
                worker.hurry()
        self._stopping.set()

    async def _announce(self, started: Callable[[], None]) -> None:
        for worker in self._workers:
            await worker.served.wait()
        started()


class _Worker:
    """One place among the workers, and the process that has it now.

    The end of its input asks a process to stop, so that none outlives this one, however it ends.
    """

    def __init__(
        self,
        index: int,
        sock: socket.socket,
        environment: Mapping[str, str],
        figures: Path,
        stopping: asyncio.Event,
    ) -> None:
        self._index, self._socket, self._figures = index, sock, figures
        self._environment, self._stopping = environment, stopping
        self.served = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None

    async def keep(self) -> None:
        """Start it, and start it again whenever it ends, until all shall stop."""
        loop, pace = asyncio.get_running_loop(), PACE_SECONDS_MIN
        while not self._stopping.is_set():
            began = loop.time()
            code = await self._live()
            if self._stopping.is_set():
                return _judge(code)
            if not self.served.is_set():
                raise _unable(code)
            pace = PACE_SECONDS_MIN if loop.time() - began > STEADY_SECONDS else pace
            log.error("worker %d ended with %d; again in %.1f s", self._index, code, pace)
            await _pause(self._stopping, pace)
            pace = min(2 * pace, PACE_SECONDS_MAX)
        return None

    async def _live(self) -> int:
        """From the start of a process to its end; the exit code."""
        sock = self._socket.fileno()
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "kezek",
            "worker",
            str(sock),
            str(self._index),
            str(self._figures),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=self._environment,
            pass_fds=(sock,),
            # A Ctrl-C of the terminal reaches this process alone, which passes it on once.
            process_group=0,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        end = asyncio.create_task(process.wait())
        asked = asyncio.create_task(self._stopping.wait())
        listening = asyncio.create_task(self._hear(process.stdout))
        try:
            await asyncio.wait((end, asked), return_when=asyncio.FIRST_COMPLETED)
            if self._stopping.is_set():
                # Or newcomers would be let in to wait for nobody.
                self._socket.close()
            process.stdin.close()
            async with asyncio.timeout(STOP_SECONDS):
                return await asyncio.shield(end)
        except TimeoutError:
            log.error("worker %d did not stop within %d s", self._index, STOP_SECONDS)  # noqa: TRY400 - said in full
            process.kill()
            return await end
        finally:
            asked.cancel()
            listening.cancel()

    async def _hear(self, told: asyncio.StreamReader) -> None:
        if await told.readline() == READY:
            self.served.set()

    def hurry(self) -> None:
        """Pass on that somebody is in a hurry."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()


def _judge(code: int) -> None:
    """The end of a worker that was asked to stop."""
    if code != ExitCode.DONE:
        raise Failed(
            ExitCode.WORLD,
            "stop_forced",
            f"a worker ended with {code} instead of finishing in time: what was acknowledged is kept; "
            "its log says what it waited for",
        )


def _unable(code: int) -> Failed:
    return Failed(
        ExitCode(code) if code in set(ExitCode) else ExitCode.WORLD,
        "worker_unable",
        f"a worker ended with {code} before it served: what it said stands above",
    )


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()


def _environment(settings: Settings) -> dict[str, str]:
    """What a worker reads its settings from: those of this process, options included."""
    own = {"FOLDER": settings.folder, "HOST": settings.host, "PORT": settings.port, "WORKERS": 1}
    return os.environ | {PREFIX + name: str(value) for name, value in own.items()}
