"""What the release before counts in columns and this one by name is the same, whoever writes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import apsw
import pytest

from kezek.storage.open import open_store
from tests.storage.postgres.cluster import cluster
from tests.storage.rows import LINE, day, save

OLD = (
    "kept",
    "protected_ordinary",
    "protected_kept",
    "in_turn",
    "priority",
    "postal",
    "accelerated",
)
ROW = "'kz_a.exit', '2026-06-13', 1, 'board', '', 48"
COLUMNS = '"line", "on", "open", basis, reason, capacity'

Sql = Callable[[str], list[tuple]]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    name = cluster().fresh() if request.param == "postgresql" else ""
    made = cluster().url(name) if name else f"sqlite:{tmp_path / 'kezek.db'}"
    open_store(made).close()
    yield made
    if name:
        cluster().drop(name)


@pytest.fixture
def sql(url: str) -> Sql:
    """Past the product, as the release before writes."""

    def run(statement: str) -> list[tuple]:
        if url.startswith("sqlite:"):
            connection = apsw.Connection(url.removeprefix("sqlite:"))
            try:
                return connection.execute(statement).fetchall()
            finally:
                connection.close()
        return cluster().sql(urlsplit(url).path.strip("/"), statement)

    return run


def by_release_before(values: dict[str, int]) -> str:
    """Its one statement for a row of a day."""
    rest = {name: values.get(name, 0) for name in (*OLD, "walk_in")}
    put = ", ".join(f"{name} = excluded.{name}" for name in ("capacity", *rest))
    return (
        f"INSERT INTO day ({COLUMNS}, {', '.join(rest)}) "
        f"VALUES ({ROW}, {', '.join(map(str, rest.values()))}) "
        f'ON CONFLICT ("line", "on") DO UPDATE SET {put}'
    )


def counts(sql: Sql) -> list[dict[str, int]]:
    return [json.loads(text) for text in sql("SELECT reserved, protected, taken FROM day")[0]]


def old(sql: Sql) -> tuple:
    return tuple(sql(f"SELECT {', '.join(OLD)}, walk_in FROM day")[0])


def put(url: str, **changes: object) -> None:
    store = open_store(url)
    save(store, [day(**changes)])
    store.close()


def test_what_the_release_before_writes_is_counted_by_name(sql: Sql):
    sql(
        by_release_before({"kept": 3, "protected_kept": 1, "in_turn": 7, "postal": 2, "walk_in": 1})
    )
    assert counts(sql) == [{"kept": 3}, {"kept": 1}, {"in_turn": 7, "postal": 2, "walk_in": 1}]
    sql(by_release_before({"kept": 2, "protected_ordinary": 4, "in_turn": 8}))
    assert counts(sql) == [{"kept": 2}, {"ordinary": 4}, {"in_turn": 8}]


def test_what_this_release_writes_stands_in_the_columns(url: str, sql: Sql):
    put(url, taken={"in_turn": 3, "accelerated": 1})
    assert old(sql) == (1, 2, 0, 3, 0, 0, 1, 0)
    put(url, protected={"kept": 1}, taken={"in_turn": 2, "walk_in": 5})
    assert old(sql) == (1, 0, 1, 2, 0, 0, 0, 5)


def test_names_that_the_release_before_does_not_know_outlive_what_it_writes(url: str, sql: Sql):
    put(url, reserved={"convoy": 1}, taken={"live_animals": 4, "in_turn": 1})
    assert counts(sql) == [{"convoy": 1}, {"ordinary": 2}, {"live_animals": 4, "in_turn": 1}]
    sql(by_release_before({"kept": 1, "protected_ordinary": 2, "in_turn": 6}))
    assert counts(sql) == [{"convoy": 1}, {"ordinary": 2}, {"live_animals": 4, "in_turn": 6}]


def test_forth_and_back_on_one_row(url: str, sql: Sql):
    sql(by_release_before({"kept": 1, "in_turn": 1}))
    store = open_store(url)
    (row,) = store.reader.days(LINE, "0", "9")
    assert (row.reserved, row.taken) == ({"kept": 1}, {"in_turn": 1})
    save(store, [day(taken={"in_turn": 2})])
    store.close()
    assert old(sql)[3] == 2
    sql(by_release_before({"kept": 1, "protected_ordinary": 2, "in_turn": 3}))
    assert counts(sql)[2] == {"in_turn": 3}
