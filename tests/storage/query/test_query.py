"""A statement's places, in the words of each database."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

from kezek.storage import query as package
from kezek.storage.query.query import Query, query


def test_each_database_gets_its_own_places_in_the_order_of_the_words():
    asked = query("SELECT 1 FROM a WHERE b = :b AND c < :c AND (b > :b OR d::text = :d_e)")
    assert asked.sqlite == "SELECT 1 FROM a WHERE b = ? AND c < ? AND (b > ? OR d::text = ?)"
    assert asked.postgres == b"SELECT 1 FROM a WHERE b = %s AND c < %s AND (b > %s OR d::text = %s)"
    assert asked.bound({"d_e": 4, "c": 3, "b": 2, "more": 9}) == (2, 3, 2, 4)


def test_a_database_may_have_words_of_its_own():
    asked = query("SELECT instr(a, :part)", postgres="SELECT strpos(a, :part)")
    assert (asked.sqlite, asked.postgres) == ("SELECT instr(a, ?)", b"SELECT strpos(a, %s)")


def test_a_value_that_is_missing_is_our_mistake():
    with pytest.raises(KeyError):
        query("SELECT :a").bound({"b": 1})


@pytest.mark.parametrize(
    ("statement", "postgres"),
    [("SELECT :a", "SELECT :b"), ("SELECT :a, :b", "SELECT :b, :a"), ("SELECT '%'", "")],
)
def test_statements_that_the_databases_would_read_differently_are_refused(
    statement: str, postgres: str
):
    with pytest.raises(AssertionError):
        query(statement, postgres=postgres)


def statements() -> Iterator[Query]:
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        for value in vars(importlib.import_module(module.name)).values():
            yield from [value] if isinstance(value, Query) else []
            yield from value.values() if isinstance(value, dict) else []


def test_every_statement_has_a_place_for_each_of_its_values():
    found = [one for one in statements() if isinstance(one, Query)]
    assert len(found) > 100
    for one in found:
        assert one.sqlite.count("?") == one.postgres.count(b"%s") == len(one.places), one
