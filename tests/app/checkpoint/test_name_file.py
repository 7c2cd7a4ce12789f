"""A table of names is taken whole or not at all, and each fault is named by line and column."""

from __future__ import annotations

import pytest

from kezek.app.checkpoint.name_file import language_tag, merged, read_names
from kezek.app.table.row_problem import RowReason
from kezek.domain.checkpoint.place_name import PlaceName
from kezek.i18n.row_problem import sentence

HEAD = "id,side,language,name\n"


@pytest.fixture(name="read")
def _read(tmp_path):
    def read(*lines: str, head: str = HEAD):
        file = tmp_path / "names.csv"
        file.write_text(head + "".join(line + "\n" for line in lines), encoding="utf-8")
        return read_names(file, {"kz_a"})

    return read


def test_names_are_rows(read):
    checked = read("kz_a,own,uz-latn,Oq", "kz_a,opposite,ug,ئا")
    assert not checked.problems
    assert checked.rows == (
        PlaceName("kz_a", "own", "uz_Latn", "Oq"),
        PlaceName("kz_a", "opposite", "ug", "ئا"),
    )


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("kz_b,own,ru,Б", "id", RowReason.CHECKPOINT_UNKNOWN),
        (",own,ru,Б", "id", RowReason.VALUE_MISSING),
        ("kz_a,country,ru,Б", "side", RowReason.VALUE_UNEXPECTED),
        ("kz_a,own,xx,Б", "language", RowReason.LANGUAGE_UNKNOWN),
        ("kz_a,own,english,Б", "language", RowReason.LANGUAGE_UNKNOWN),
        ("kz_a,own," + "a" * 500 + ",Б", "language", RowReason.LANGUAGE_UNKNOWN),
        ("kz_a,own,,Б", "language", RowReason.VALUE_MISSING),
        ("kz_a,own,ru,", "name", RowReason.VALUE_MISSING),
        ("kz_a,own,ru,\u200b", "name", RowReason.VALUE_MISSING),
        ("kz_a,own,ru,?!", "name", RowReason.VALUE_UNEXPECTED),
        ("kz_a,own,ru," + "я" * 81, "name", RowReason.VALUE_TOO_LONG),
        ("kz_a,own,ru,А\u202eБ", "name", RowReason.DIRECTION_TURNED),
        ("kz_a,own,ru,А\u2066Б", "name", RowReason.DIRECTION_TURNED),
        ("kz_a,own,ru,А\x07Б", "name", RowReason.VALUE_UNEXPECTED),
        ("kz_a,own,en,A again", "name", RowReason.VALUE_TWICE),
        ("kz_a,own,EN,A again", "name", RowReason.VALUE_TWICE),
    ],
)
def test_a_bad_name_is_refused_with_file_and_line(read, line, column, reason):
    checked = read("kz_a,own,en,A", line)
    assert checked.rows == ()
    (problem,) = checked.problems
    assert (problem.line, problem.column, problem.reason) == (3, column, reason)
    assert problem.file.endswith("names.csv")
    assert sentence(problem)


def test_persian_names_keep_the_signs_that_part_their_letters(read):
    assert read("kz_a,own,fa,مرز\u200cها").rows[0].name == "مرز\u200cها"


def test_the_earlier_of_two_sources_goes_first():
    first, second = PlaceName("kz_a", "own", "kk", "Ә"), PlaceName("kz_a", "own", "kk", "А")
    other = PlaceName("kz_a", "own", "ru", "А")
    assert merged([first], [second, other]) == (first, other)


def test_a_tag_is_stored_in_one_form():
    assert [language_tag(t) for t in ("UZ-latn", "uz_Latn", "zh-Hans", "xx", "")] == [
        "uz_Latn",
        "uz_Latn",
        "zh_Hans",
        None,
        None,
    ]
