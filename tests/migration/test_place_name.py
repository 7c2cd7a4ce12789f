"""Names of the release before become rows, and rows of names its columns, whichever writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from kezek.app.installation.file import APPLICATION
from kezek.domain.checkpoint.checkpoint import Checkpoint
from kezek.domain.checkpoint.place_name import PlaceName
from kezek.storage.migrations import script
from kezek.storage.open import open_store
from tests.storage.postgres.cluster import cluster
from tests.storage.rows import save
from tests.world import A, checkpoint

OLD = "id, country, zone, name_en, name_ru, name_kk, neighbour, opposite_ru, source, confidence"
ROW = "'{}', 'KZ', 'Asia/Almaty', '{}', '{}', {}, '{}', {}, 's', 'low'"


class Database:
    """A database of one of the two kinds, spoken to in SQL."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self.url = cluster().url(name) if name else f"sqlite:{path}"

    def sql(self, *statements: str) -> list[tuple]:
        if self._name:
            return cluster().sql(self._name, *statements)
        connection = apsw.Connection(str(self._path))
        found = [connection.execute(statement).fetchall() for statement in statements][-1]
        connection.close()
        return found

    def begin(self, version: str) -> None:
        """The tables as a release at that step left them."""
        if self._name:
            self.sql(script.script("", version, dialect="postgresql"))
        else:
            self.sql(f"PRAGMA application_id = {APPLICATION}", script.script("", version))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    name = cluster().empty() if request.param == "postgresql" else ""
    yield Database(tmp_path / "kezek.db", name)
    if name:
        cluster().drop(name)


def written_before(database: Database, *values: str) -> None:
    database.sql(*(f"INSERT INTO checkpoint ({OLD}) VALUES ({ROW.format(*v)})" for v in values))


def read(url: str) -> tuple[dict[str, str], dict[tuple[str, str, str], str]]:
    """Neighbours by checkpoint, and names by their keys."""
    store = open_store(url)
    neighbours = {c.id: c.neighbour_country for c in store.reader.all(Checkpoint)}
    names = {n.key: n.name for n in store.reader.all(PlaceName)}
    store.close()
    return neighbours, names


def test_names_of_the_release_before_become_rows_with_those_that_ship(database: Database):
    database.begin("0010")
    written_before(
        database,
        ("kz_a", "A", "А", "'Ә'", "Romania", "'Б'"),
        ("kz_nur_zholy", "Nur Zholy", "Нур Жолы", "'Нұржолы'", "(Caspian Sea)", "NULL"),
    )
    neighbours, names = read(database.url)
    assert neighbours == {"kz_a": "RO", "kz_nur_zholy": "SEA"}
    assert {key[1:]: name for key, name in names.items() if key[0] == "kz_a"} == {
        ("own", "en"): "A",
        ("own", "ru"): "А",
        ("own", "kk"): "Ә",
        ("opposite", "ru"): "Б",
    }
    assert names["kz_nur_zholy", "own", "kk"] == "Нұр жолы", "the name that ships goes before"
    assert names["kz_nur_zholy", "opposite", "zh_Hans"] == "霍尔果斯"


def test_what_the_release_before_writes_beside_this_one_is_read(database: Database):
    open_store(database.url).close()
    written_before(database, ("kz_b", "B", "Б", "NULL", "Russia", "'В'"))
    neighbours, names = read(database.url)
    assert neighbours == {"kz_b": "RU"}
    assert names == {
        ("kz_b", "own", "en"): "B",
        ("kz_b", "own", "ru"): "Б",
        ("kz_b", "opposite", "ru"): "В",
    }


def test_the_release_before_finds_its_columns_filled(database: Database):
    store = open_store(database.url)
    post = replace(checkpoint(A), id="kz_c", neighbour_country="UZ")
    names = {("own", "en"): "C", ("own", "ug"): "ئا", ("own", "kk"): "Ә", ("opposite", "ru"): "Ц"}
    save(store, [post, *(PlaceName("kz_c", *key, name) for key, name in names.items())])
    store.close()
    columns = "name_en, name_ru, name_kk, neighbour, opposite_en, opposite_ru"
    (row,) = database.sql(f"SELECT {columns} FROM checkpoint")
    assert tuple(row) == ("C", "C", "Ә", "Uzbekistan", None, "Ц")
