"""Stores as a whole: a snapshot of all content, and the filling of an empty store in one commit."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from kezek.app.installation.census import CheckMarks, PromiseQuery
from kezek.app.port import Store, StoreFault
from kezek.domain.kernel.facts import Row

R = TypeVar("R", bound=Row)

# Rows that are in memory at a time, and written by one statement.
BLOCK = 4_096


class NotEmpty(StoreFault):
    """The store that was to be written whole holds something already."""

    permanent = True


class Served(StoreFault):
    """Somebody else works on the store."""

    permanent = True


class Bare(StoreFault):
    """The database holds no installation, not even an empty one."""

    permanent = True


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that an installation stores about itself, such as a demonstration's clock."""

    name: str
    value: str

    @property
    def key(self) -> str:
        return self.name


class Progress(Protocol):
    """The progress of a long task."""

    def expect(self, steps: int) -> None:
        """Announce `steps` further steps."""

    def advance(self, steps: int) -> None:
        """Report `steps` steps as done."""


class Unwatched:
    """Progress that nobody looks at."""

    def expect(self, steps: int) -> None: ...

    def advance(self, steps: int) -> None: ...


class Snapshot(Protocol):
    """The content of a store at one moment, unaffected by later writes."""

    @property
    def kinds(self) -> Sequence[type[Any]]:
        """Every kind of row."""

    def count(self, kind: type[Any]) -> int:
        """How many rows of a kind there are."""

    def blocks(self, kind: type[R]) -> Iterator[Sequence[R]]:
        """All rows of a kind in the order of their keys, at most BLOCK at a time."""


class Counting(Snapshot, Protocol):
    """A snapshot with counts and look-ups in the store, so that not every row need be read."""

    def get(self, kind: type[R], key: Hashable) -> R | None:
        """One row by its key."""

    def counted(self, census: PromiseQuery, marks: CheckMarks) -> int:
        """The count of a query, from the marks on."""


class Filling(Snapshot, Protocol):
    """An empty store being written; it reads what it has written so far."""

    def add(self, kind: type[R], rows: Sequence[R]) -> None:
        """Write rows that follow those before in the order of their keys."""


class Whole(Store, Protocol):
    """A store that can be read and written as a whole."""

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else works on the store meanwhile; Served when somebody does."""

    def snapshot(self) -> AbstractContextManager[Counting]:
        """Everything there is now."""

    def filling(self) -> AbstractContextManager[Filling]:
        """Write an empty store: all of it when left without an exception, else nothing at all.

        NotEmpty when there is a row already; the caller sees to it that it is alone.
        """


NOT_EMPTY = (
    "the database that is to be written is not empty: name a new one; nothing in it was changed"
)
