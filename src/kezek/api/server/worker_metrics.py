"""The other workers of this machine: each lays its figures down where a scrape of any finds them.

The kernel gives a scrape to whichever worker is free, so each must be able to speak for all.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from time import monotonic

import msgspec

from kezek.api.server.collect import MetricValues, measure
from kezek.app.application import Application

_ENDING = ".json"
FIRST = "0"


class _Laid(msgspec.Struct):
    """What a worker measured, and when by the machine's steady count, which all processes share."""

    at: float
    measured: MetricValues


class WorkerMetrics:
    """`name` is this worker's; `folder` is that of all workers of a server, None for a single one."""

    def __init__(self, name: str = FIRST, folder: Path | None = None) -> None:
        self.name, self._folder = name, folder

    @property
    def first(self) -> bool:
        """Whether this worker does what one of them should."""
        return self.name == FIRST

    def lay_down(self, application: Application) -> None:
        """Write down what this worker measures, whole or not at all."""
        if self._folder is None:
            return
        draft = self._folder / f".{self.name}"
        draft.write_bytes(msgspec.json.encode(_Laid(monotonic(), measure(application))))
        draft.rename(self._folder / f"{self.name}{_ENDING}")

    def measured(self, application: Application) -> dict[str, MetricValues]:
        """The figures of all workers: one's own of now, the others' with their age."""
        known: dict[str, MetricValues] = {}
        for path in sorted(self._folder.glob(f"*{_ENDING}") if self._folder else ()):
            # A worker may be gone between the look and the reading.
            with suppress(OSError, msgspec.DecodeError):
                laid = msgspec.json.decode(path.read_bytes(), type=_Laid)
                known[path.stem] = laid.measured
                known[path.stem]["kezek_age_seconds"] = [([], [monotonic() - laid.at])]
        return known | {self.name: measure(application)}
