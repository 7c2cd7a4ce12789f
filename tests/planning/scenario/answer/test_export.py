"""An answer as tables, and as a picture."""

from __future__ import annotations

import csv
import io
import sys
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
import pytest

from kezek.planning.scenario.answer.answer import TABLES
from kezek.planning.scenario.answer.chart import (
    ChartWords,
    answer_chart,
    answer_panels,
    nice,
    standalone,
)
from kezek.planning.scenario.answer.export import as_csv, as_parquet, tables
from kezek.planning.scenario.sweep.atomic_file import write_whole
from tests.planning.scenario.play.test_play import COMPARE, answered
from tests.planning.scenario.world.ground import HEAD, OWN


@pytest.fixture(scope="module")
def answer():
    return answered(HEAD + OWN + COMPARE)


def test_both_forms_of_a_table_say_the_same(answer):
    for name, rows in tables([answer]).items():
        assert name in TABLES
        told = list(csv.DictReader(io.StringIO(as_csv(rows).decode())))
        kept = pq.read_table(io.BytesIO(as_parquet(rows))).to_pylist()
        assert len(told) == len(kept) == len(rows)
        for one, other in zip(told, kept, strict=True):
            assert one == {key: "" if value is None else str(value) for key, value in other.items()}


def test_both_worlds_are_in_every_table_of_posts(answer):
    found = tables([answer])
    assert [row["world"] for row in found["summary"]] == ["this", "other"]
    assert {row["verdict"] for row in found["differences"]} == {"loses"}
    assert len(found["hours"]) == 48


def test_without_its_library_parquet_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ModuleNotFoundError, match="make install"):
        as_parquet([{"n": 1}])


def test_a_picture_is_an_svg_with_both_worlds_on_one_scale(answer):
    svg = ET.fromstring(standalone(answer_chart(answer)))
    heads = [
        text.text
        for text in svg.iter("{http://www.w3.org/2000/svg}text")
        if text.get("class") == "head"
    ]
    assert heads == [
        "as it is: wait by hour of arrival, hours",
        "one lane less: wait by hour of arrival, hours",
        "as it is: trucks here, not yet across",
        "one lane less: trucks here, not yet across",
    ]
    assert "prefers-color-scheme:dark" in standalone(answer_chart(answer))
    assert "style=" not in answer_chart(answer)


def test_a_scale_ends_at_a_round_number():
    tops = (0, 0.4, 2, 2.01, 7, 41, 101, 2_400)
    assert [nice(top) for top in tops] == [2, 2, 2, 4, 8, 80, 120, 2_400]


def test_marks_are_written_as_the_reader_writes_numbers(answer):
    words = ChartWords(number=lambda level: f"≈{level:g}".replace(".", ","))
    drawn = answer_chart(answer, words=words) + "".join(answer_panels(answer, words=words))
    assert drawn.count(">≈0<") == 8, "one beginning for each of four charts, drawn twice"


def test_a_file_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    write_whole(tmp_path / "a", b"old")

    def full(_descriptor: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("kezek.planning.scenario.sweep.atomic_file.os.fsync", full)
    with pytest.raises(OSError, match="full"):
        write_whole(tmp_path / "a", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"old")]
