"""Simulations of a server: one process each, one at a time, behind everything else on the machine."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import IO

COMMAND = (sys.executable, "-m", "kezek", "simulate")
SECONDS_MAX = 1_800.0
_LOCK = "lock"


class SpawnedSimulator:
    """Implements `app.port.Simulator` in the folders of a `FolderShelf`.

    A lock on the folder says that somebody plays there: it goes with the server that holds it, so a
    simulation that died is seen as such by every other process.
    """

    def __init__(
        self,
        folder: Path,
        command: Sequence[str] = COMMAND,
        *,
        seconds_max: float = SECONDS_MAX,
    ) -> None:
        self._folder, self._command, self._seconds_max = folder, command, seconds_max
        self._one = asyncio.Semaphore(1)

    async def play(self, id: str) -> None:
        """Play a scenario into its folder; how it ends shows there."""
        folder = self._folder / id
        with _locked(folder):
            async with self._one:
                await self._play(folder)

    def playing(self, id: str) -> bool:
        """Whether somebody waits to play it, or plays."""
        try:
            with (self._folder / id / _LOCK).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    async def _play(self, folder: Path) -> None:
        # Parquet is an extra, and a page without it still has CSV.
        parquet = ("--parquet",) if find_spec("pyarrow") else ()
        arguments = (
            str(folder / "scenario.toml"),
            *("--json", "--behind", "--csv", *parquet, "--threads", "1", "--out", str(folder)),
        )
        process = await asyncio.create_subprocess_exec(
            *self._command,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            env=os.environ | {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._seconds_max):
                await process.wait()
        except TimeoutError:
            # The folder says it: nobody plays there, and there is no answer.
            pass
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[IO[bytes]]:
    with (folder / _LOCK).open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
