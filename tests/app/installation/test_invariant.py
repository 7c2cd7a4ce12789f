"""What holds of a row, and what a database asks of its columns, are the same."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, get_args, get_type_hints

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.app.installation import invariant as module
from kezek.app.installation.invariant import Invariant
from kezek.storage.mapping import is_counts, mapping
from kezek.storage.migrations.parts import CHECKS

INVARIANTS = {made.name: made for made in vars(module).values() if isinstance(made, Invariant)}
# Few values, so that equal, empty and crossed ones are met often.
_NUMBERS = st.integers(-1, 3)
_COUNTS = st.dictionaries(st.sampled_from(["ordinary", "live_animals"]), _NUMBERS)


@cache
def rows(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{f.name: _values(hints[f.name]) for f in fields(kind)})


def _values(hint: Any) -> st.SearchStrategy[Any]:
    if is_counts(hint):
        return _COUNTS
    options = get_args(hint) or (hint,)
    known = {
        int: _NUMBERS,
        str: st.sampled_from(["", "x"]),
        bool: st.booleans(),
        type(None): st.none(),
    }
    return st.one_of([known[option] for option in options])


@pytest.mark.parametrize("name", INVARIANTS)
@given(data=st.data())
def test_a_row_and_its_columns_are_judged_alike(name: str, data: st.DataObject):
    of = INVARIANTS[name]
    row = data.draw(rows(of.kind))
    columns = ", ".join(f'? AS "{field.name}"' for field in fields(of.kind))
    asked = f"SELECT {of.condition} FROM (SELECT {columns})"
    found = apsw.Connection(":memory:").execute(asked, mapping(of.kind).values(row)).fetchall()
    assert found == [(int(of.holds(row)),)]


def test_each_guards_the_schema_or_is_counted():
    unguarded = {name for name in INVARIANTS if name not in CHECKS}
    assert unguarded == {"booking_in_order", "booking_exception_founded", "booking_somewhere"}
