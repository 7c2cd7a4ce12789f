"""What-ifs on disk: a folder for each, by its id."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from kezek.planning.scenario.sweep.atomic_file import write_whole


class FolderShelf:
    """Implements `app.port.ArtifactStore`.  The folder begins to exist with the first what-if."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ids(self) -> Sequence[str]:
        return [path.name for path in self._folder.iterdir()] if self._folder.exists() else []

    def lay(self, id: str, name: str, body: bytes) -> None:
        write_whole(self._folder / id / name, body)

    def holds(self, id: str, name: str) -> bool:
        return (self._folder / id / name).exists()

    def read(self, id: str, name: str) -> bytes | None:
        try:
            return (self._folder / id / name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, id: str) -> None:
        shutil.rmtree(self._folder / id, ignore_errors=True)
