"""One statement with named parameters, in the SQL of each database.

`:name` marks a parameter.  The statement of each database is made once, at import, so that queries parse
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
    """A statement for each database, and the names of its parameters in order."""

    sqlite: str
    postgres: bytes
    places: tuple[str, ...]

    def bound(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in order; a KeyError where one is missing, which is our own mistake."""
        return tuple([values[place] for place in self.places])


def query(statement: str, *, postgres: str = "") -> Query:
    """One statement for both databases, or another one for `postgres` with the same parameters."""
    theirs = postgres or statement
    places = tuple(_PLACE.findall(statement))
    assert places == tuple(_PLACE.findall(theirs)), "both databases are asked with the same values"
    assert "%" not in theirs, "PostgreSQL's driver would take a percent sign for a place"
    return Query(_PLACE.sub("?", statement), _PLACE.sub("%s", theirs).encode(), places)
