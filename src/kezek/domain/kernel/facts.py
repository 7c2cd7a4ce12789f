"""The facts that a batch of commands works on.

Rules read rows through `Facts` and never write.  A decision names the rows that replace others, and the
desk lays them over the loaded ones, so that the next command of the batch sees them.  The desk hands in
the source from which missing rows are read.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from kezek.domain.kernel.value import value


class Row(Protocol):
    """A fact with a key that is unique among its kind."""

    @property
    def key(self) -> Hashable: ...


R = TypeVar("R", bound=Row)
# A reference to a row by its kind and key; the row need not exist.
Ref: TypeAlias = tuple[type[Any], Hashable]


class Source(Protocol):
    """The source of facts that are not yet loaded."""

    def get(self, kind: type[R], key: Hashable) -> R | None:
        """One row by its key."""

    def present(self, line: str) -> Sequence[int]:
        """Numbers of bookings of the line that have arrived and have not ended."""

    def booked(self, line: str, first: int, past: int) -> Sequence[int]:
        """Numbers of live bookings of the line whose window starts in [first, past)."""

    def returns(self, line: str, first: int, past: int) -> Sequence[tuple[int, int]]:
        """Keys of places given back in windows of the line that start in [first, past)."""

    def namesakes(self, authority: str, plate: str) -> Sequence[tuple[str, str, str]]:
        """Keys of the authority's claims by this plate, of whatever country."""

    def held_live(self, account: int) -> Sequence[int]:
        """Numbers of live bookings of an account."""

    def rows(self, kind: type[R], prefix: Hashable) -> Sequence[R]:
        """All rows of a kind whose first key column equals `prefix`."""


@value(frozen=True, slots=True)
class Counter:
    """The last number given out under a name."""

    name: str
    last: int

    @property
    def key(self) -> str:
        return self.name


class Facts:
    """Loaded rows with the changes of the batch laid over them.

    `salt` makes the salt of a new booking; it is handed in because rules draw no chance.  `withheld`
    means that no number may be given out (`domain/recovery/resume.py`).
    """

    __slots__ = ("_loaded", "_source", "changed", "salt", "withheld")

    def __init__(
        self, source: Source, salt: Callable[[], str] = str, *, withheld: bool = False
    ) -> None:
        self._source, self.salt, self.withheld = source, salt, withheld
        self._loaded: dict[tuple[type[Any], Hashable], Any] = {}
        self.changed: dict[tuple[type[Any], Hashable], Any] = {}

    def get(self, kind: type[R], key: Hashable) -> R | None:
        """The row after the batch's commands so far; None when there is none."""
        place = (kind, key)
        # Looked up in two steps: most rows are new to a batch, and a KeyError costs more than the row.
        if place not in self._loaded:
            self._loaded[place] = self._source.get(kind, key)
        found: R | None = self._loaded[place]
        return found

    def put(self, row: Row) -> None:
        """Lay a row over what was loaded."""
        place = (type(row), row.key)
        self._loaded[place] = self.changed[place] = row

    def drop(self, kind: type[Any], key: Hashable) -> None:
        """Take a row away."""
        self._loaded[kind, key] = self.changed[kind, key] = None

    def touched(self, kind: type[R]) -> Iterable[R]:
        """Rows of a kind that this batch has put so far."""
        return [row for (of, _), row in self.changed.items() if of is kind and row is not None]

    def rows(self, kind: type[R], prefix: Hashable) -> list[R]:
        """All rows of a kind under the first key column, with the batch's changes."""
        found = {row.key: row for row in self._source.rows(kind, prefix)}
        for (of, key), row in self.changed.items():
            if of is kind and isinstance(key, tuple) and key[0] == prefix:
                if row is None:
                    found.pop(key, None)
                else:
                    found[key] = row
        return list(found.values())

    def present(self, line: str) -> Sequence[int]:
        """Numbers stored as present in the line; the caller checks each through `get`."""
        return self._source.present(line)

    def namesakes(self, authority: str, plate: str) -> Sequence[tuple[str, str, str]]:
        """Keys stored as claims by this plate; the caller checks each through `get`."""
        return self._source.namesakes(authority, plate)

    def held_live(self, account: int) -> Sequence[int]:
        """Numbers stored as live bookings of an account; the caller checks each through `get`."""
        return self._source.held_live(account)

    def booked(self, line: str, first: int, past: int) -> Sequence[int]:
        """Numbers stored as booked in [first, past); the caller checks each through `get`."""
        return self._source.booked(line, first, past)

    def returns(self, line: str, first: int, past: int) -> Sequence[tuple[int, int]]:
        """Keys stored as given back in [first, past); the caller checks each through `get`."""
        return self._source.returns(line, first, past)
