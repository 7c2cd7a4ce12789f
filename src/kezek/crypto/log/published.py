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

from kezek.crypto.log.checkpoint_note import NoteRefused, claimed
from kezek.domain.kernel.instant import to_datetime
from kezek.domain.log.head import Head

LATEST = "latest"
# Heads of a history that an operator has given up, by day: kept, because others have them too.
GIVEN_UP = "given-up"
_READABLE = 0o644


class PublishedHeads:
    """Implements `app.log.ledger.HeadPublisher` in a folder."""

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
        _write(self._file(day, head), note)
        _write(self._folder / LATEST, note)

    def give_up(self, head: Head) -> None:
        day = to_datetime(head.at).date().isoformat()
        path, kept = (self._file(folder / day, head) for folder in (self._folder, self._aside))
        kept.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            path.replace(kept)

    @property
    def _aside(self) -> Path:
        return self._folder / GIVEN_UP

    def _file(self, day: Path, head: Head) -> Path:
        return day / f"{head.number:012d}.note"

    def put_key(self, pem: str, vkey: str) -> None:
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        _write(self._folder / "log.pem", pem)
        _write(self._folder / "log.vkey", vkey + "\n")

    def _days(self) -> Iterator[Path]:
        if self._folder.is_dir():
            yield from (p for p in self._folder.iterdir() if p.is_dir() and p.name != GIVEN_UP)


def newest_size(folder: Path) -> int:
    """The size of the log under the newest head in a folder, whoever signed it; 0 for none."""
    note = PublishedHeads(folder).newest()
    head = claimed_or_none(note) if note is not None else None
    return head.size if head else 0


def same_text(one: str, other: str) -> bool:
    """Whether two notes are of the same head, whoever has signed it since."""
    return one.rpartition("\n\n")[0] == other.rpartition("\n\n")[0]


def claimed_or_none(note: str) -> Head | None:
    """The head that a note names, whoever signed it; None where it is no note."""
    try:
        return claimed(note)
    except NoteRefused:
        return None


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
