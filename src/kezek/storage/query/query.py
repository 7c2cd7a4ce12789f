"""One statement with named places, in the words of each database.

`:name` marks a place for a value.  The words of each database are made once, at import, so asking reads
no text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Two colons are a cast of PostgreSQL.
_PLACE = re.compile(r"(?<!:):([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Query:
    """A statement for each database, and the names of the values in the order of their places."""

    sqlite: str
    postgres: bytes
    places: tuple[str, ...]

    def bound(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in order; a KeyError where one is missing, which is our own mistake."""
        return tuple([values[place] for place in self.places])


def query(statement: str, *, postgres: str = "") -> Query:
    """The same words for both databases, or others `postgres` with the same places."""
    theirs = postgres or statement
    places = tuple(_PLACE.findall(statement))
    assert places == tuple(_PLACE.findall(theirs)), "both databases are asked with the same values"
    assert "%" not in theirs, "PostgreSQL's driver would take a percent sign for a place"
    return Query(_PLACE.sub("?", statement), _PLACE.sub("%s", theirs).encode(), places)
