"""A kind of row needs one line: schema and mapping follow from its fields and its key."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import apsw
import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from kezek.domain.kernel.value import value
from kezek.storage import mapping as row_mapping
from kezek.storage import schema
from kezek.storage.postgres import mapping as postgres_mapping
from kezek.storage.sqlite import mapping as sqlite_mapping
from kezek.storage.table import TableKey


class Word(StrEnum):
    WIDE = "wide"


@value(frozen=True, slots=True)
class Remark:
    number: int
    word: Word
    seen: bool
    length: float | None
    photo: bytes
    by: int | None = None

    @property
    def key(self) -> tuple[int, Word]:
        return (self.number, self.word)


KEY = TableKey("remark", ("number", "word"))


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[schema.Table]:
    monkeypatch.setitem(row_mapping._MADE, Remark, row_mapping._mapped(Remark, KEY))
    made = schema._plain(Remark, KEY)
    yield made
    schema.metadata.remove(made)


@pytest.mark.parametrize("by", [None, 7])
def test_a_row_of_a_new_kind_is_kept_and_read(table: schema.Table, by: int | None):
    connection = apsw.Connection(":memory:")
    connection.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
    at = sqlite_mapping._mapped(Remark, KEY)
    row = Remark(3, Word.WIDE, True, 2.5, b"\xff", by)
    connection.execute(at.insert, at.values(row))
    connection.execute(at.upsert, at.values(row))
    found = connection.execute(at.by_key, at.binding(row.key)).fetchall()
    assert [at.make(one) for one in found] == [row]
    assert connection.execute(at.by_first, (3,)).fetchall() == found


def test_both_databases_have_the_same_columns(table: schema.Table):
    written = str(CreateTable(table).compile(dialect=postgresql.dialect()))
    types = postgres_mapping._mapped(Remark, KEY).types
    assert types == ["int8", "text", "int2", "float8", "bytea", "int8"]
    for column in ("number BIGINT NOT NULL", "seen SMALLINT NOT NULL", "by BIGINT,"):
        assert column in " ".join(written.replace('"', "").split())


def test_what_is_yes_or_no_is_fenced_and_never_empty(table: schema.Table):
    connection = apsw.Connection(":memory:")
    connection.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
    with pytest.raises(apsw.ConstraintError, match="seen_is_yes_or_no"):
        connection.execute("INSERT INTO remark VALUES (1, 'wide', 2, NULL, x'', NULL)")
