"""The folder of published heads: one file a head, by day, for whoever mirrors or prints them.

They are written after the database has them.  A file here that the database does not know means that
the database was rolled back or rewritten.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kezek.domain.kernel.instant import to_datetime
from kezek.domain.log.head import Head

LATEST = "latest"
_READABLE = 0o644


class PublishedHeads:
    """Implements `app.ledger.Shelf` in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def newest(self) -> str | None:
        # Not what `latest` says: a file can be lost, and then the one before it counts.
        for day in sorted(self._days(), reverse=True):
            for path in sorted(day.glob("*.note"), reverse=True):
                return path.read_text(encoding="utf-8")
        return None

    def put(self, head: Head, note: str) -> None:
        day = self._folder / to_datetime(head.at).date().isoformat()
        day.mkdir(mode=0o755, parents=True, exist_ok=True)
        _write(day / f"{head.number:012d}.note", note)
        _write(self._folder / LATEST, note)

    def put_key(self, pem: str, vkey: str) -> None:
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        _write(self._folder / "log.pem", pem)
        _write(self._folder / "log.vkey", vkey + "\n")

    def _days(self) -> Iterator[Path]:
        if self._folder.is_dir():
            yield from (path for path in self._folder.iterdir() if path.is_dir())


def read_published(folder: Path) -> Iterator[tuple[str, str]]:
    """Every note below a folder, with the name of its file, in the order of names."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".note" or path.name == LATEST:
            yield path.relative_to(folder).as_posix(), path.read_text("utf-8", errors="replace")


def _write(path: Path, text: str) -> None:
    """Whole or not at all: a reader never sees half a note."""
    descriptor, draft = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), _READABLE)
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(draft).unlink()
        raise
