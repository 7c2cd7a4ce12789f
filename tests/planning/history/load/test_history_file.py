from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kezek.planning.history.load import history_file
from kezek.planning.history.load.history_file import (
    BadHistory,
    HistoryColumns,
    UnknownColumn,
    load_history,
)
from kezek.planning.history.series import Repairs

COLUMNS = HistoryColumns("at", "wait", ("post",))


def written(folder: Path, *rows: str, header: str = "at,post,wait") -> Path:
    path = folder / "waits.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_series_are_told_apart_by_their_columns_and_come_in_order_of_name(tmp_path: Path):
    path = written(tmp_path, "2026-06-01T00:00Z,b,3", "2026-06-01T00:00Z,a,1.5")
    history = load_history(path, COLUMNS, None)
    assert [(one.name, list(one.value)) for one in history.series] == [("a", [1.5]), ("b", [3.0])]
    assert history.series[0].at[0] == instant("2026-06-01T00:00")


def test_a_file_without_series_columns_is_one_series_named_after_its_value(tmp_path: Path):
    path = written(tmp_path, "2026-06-01T00:00Z,b,3", "2026-06-01T01:00Z,a,1")
    (one,) = load_history(path, HistoryColumns("at", "wait"), None).series
    assert (one.name, list(one.value)) == ("wait", [3.0, 1.0])


def test_what_is_put_right_is_counted(tmp_path: Path):
    path = written(
        tmp_path,
        "2026-06-01T02:00Z,a,2",
        "2026-06-01T01:00Z,a,1",
        "2026-06-01T01:00Z,a,1",
        "2026-06-01T02:00Z,a,4",
        "2026-06-01T03:00Z,a,",
        "2026-06-01T03:00Z,silent,",
    )
    history = load_history(path, COLUMNS, None)
    (one,) = history.series
    assert list(one.value) == [1.0, 4.0], "of two values for an instant the later row stands"
    assert history.empty == ("silent",)
    assert history.repairs == Repairs(empty=2, repeated=1, contradicting=1, unordered=1)


def test_local_stamps_are_read_in_their_zone_summer_and_winter(tmp_path: Path):
    path = written(tmp_path, "2026-01-15 12:00,a,1", "2026-07-15 12:00,a,2")
    (one,) = load_history(path, COLUMNS, "America/Tijuana").series
    assert list(one.at) == [instant("2026-01-15T20:00"), instant("2026-07-15T19:00")]


def test_an_hour_that_comes_twice_is_told_apart_by_the_order_of_rows(tmp_path: Path):
    clock = ("00:30", "01:15", "01:45", "01:15", "01:45", "02:15")
    path = written(tmp_path, *(f"2026-11-01 {at},a,{k}" for k, at in enumerate(clock)))
    history = load_history(path, COLUMNS, "America/Tijuana")
    (one,) = history.series
    utc = ("07:30", "08:15", "08:45", "09:15", "09:45", "10:15")
    assert list(one.at) == [instant(f"2026-11-01T{at}") for at in utc]
    assert (history.repairs.ambiguous, history.repairs.unordered) == (4, 0)


AUTUMN = (
    ("01:30", "2025-10-25T23:30"),
    ("02:00", "2025-10-26T00:00"),
    ("02:30", "2025-10-26T00:30"),
    ("02:00", "2025-10-26T01:00"),
    ("02:30", "2025-10-26T01:30"),
    ("03:00", "2025-10-26T02:00"),
)


@pytest.mark.parametrize(
    "order",
    [
        (0, 1, 2, 3, 4, 5),
        (5, 4, 3, 2, 1, 0),
        # One row an hour, both ways.
        (0, 1, 3, 5),
        (5, 3, 1, 0),
        # Only one of the two half hours was seen twice.
        (0, 1, 2, 3, 5),
        (5, 3, 2, 1, 0),
        # Nothing but the hour itself, backwards: its neighbours cannot tell, its own steps do.
        (4, 3, 2, 1),
    ],
)
def test_an_hour_that_comes_twice_is_read_whichever_way_the_rows_run(
    tmp_path: Path, order: tuple[int, ...]
):
    rows = [f"2025-10-26T{AUTUMN[k][0]},a,{k + 1}" for k in order]
    history = load_history(written(tmp_path, *rows), COLUMNS, "Europe/Warsaw")
    (one,) = history.series
    assert dict(zip(one.at.tolist(), one.value.tolist(), strict=True)) == {
        instant(AUTUMN[k][1]): float(k + 1) for k in order
    }
    assert history.repairs.contradicting == 0


def test_in_no_order_at_all_no_value_of_a_repeated_hour_is_lost(tmp_path: Path):
    rows = [f"2025-10-26T{AUTUMN[k][0]},a,{k + 1}" for k in (0, 2, 1, 3, 4, 5)]
    (one,) = load_history(written(tmp_path, *rows), COLUMNS, "Europe/Warsaw").series
    assert sorted(one.value.tolist()) == [1, 2, 3, 4, 5, 6]


def test_names_of_several_columns_never_become_one(tmp_path: Path):
    path = written(
        tmp_path,
        '2025-09-25T00:00Z,5,Dostyk,"truck,empty"',
        '2025-09-25T00:00Z,505,"Dostyk,truck",empty',
        header="at,w,post,lane",
    )
    history = load_history(path, HistoryColumns("at", "w", ("post", "lane")), None)
    assert {one.name: one.value.tolist() for one in history.series} == {
        'Dostyk,"truck,empty"': [5.0],
        '"Dostyk,truck",empty': [505.0],
    }
    assert history.repairs.contradicting == 0


def test_an_hour_that_the_clock_skips_is_left_out_and_counted(tmp_path: Path):
    path = written(tmp_path, "2026-03-08 01:30,a,1", "2026-03-08 02:30,a,2", "2026-03-08 03:30,a,3")
    history = load_history(path, COLUMNS, "America/Tijuana")
    assert list(history.series[0].value) == [1.0, 3.0]
    assert history.repairs.skipped_hour == 1


def test_two_offsets_of_one_zone_are_one_zone(tmp_path: Path):
    path = written(tmp_path, "2026-01-15T12:00-08:00,a,1", "2026-07-15T12:00-07:00,a,2")
    (one,) = load_history(path, COLUMNS, "America/Tijuana").series
    assert list(one.at) == [instant("2026-01-15T20:00"), instant("2026-07-15T19:00")]


GOOD = "2026-06-01T00:00Z,a,1"


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("2026-06-01T01:00Z,a,-3", "wait", "negative"),
        ("2026-06-01T01:00Z,a,NaN", "wait", "not a number"),
        ("2026-06-01T01:00Z,a,inf", "wait", "not a number"),
        ("2026-06-01T01:00Z,a,long", "wait", "not a number"),
        ("2026-06-01T01:00Z,a,1e12", "wait", "no wait is"),
        ("yesterday,a,3", "at", "not a stamp"),
        (",a,3", "at", "not a stamp"),
        ("0026-06-01T01:00Z,a,3", "at", "not of our time"),
        ("2026-06-01T01:00,a,3", "at", "no offset and line 2 has one"),
        ("2026-06-01T01:00+05:00,a,3", "at", "another offset than line 2"),
        ("2026-06-01T01:00Z,a", "", "2 fields where the header has 3"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_by_line_and_field(
    tmp_path: Path, row: str, column: str, said: str
):
    with pytest.raises(BadHistory) as caught:
        load_history(written(tmp_path, GOOD, row), COLUMNS, "UTC")
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (3, column)
    assert said in problem.sentence


def test_a_stamp_without_any_zone_asks_for_one(tmp_path: Path):
    with pytest.raises(BadHistory) as caught:
        load_history(written(tmp_path, "2026-06-01T01:00,a,3"), COLUMNS, None)
    assert "--tz" in caught.value.problems[0].sentence


def test_a_value_far_beyond_all_others_is_a_slip(tmp_path: Path):
    rows = [f"2026-06-{day:02}T{hour:02}:00Z,a,60" for day in range(1, 9) for hour in range(24)]
    with pytest.raises(BadHistory) as caught:
        load_history(written(tmp_path, *rows, "2026-06-20T00:00Z,a,600000"), COLUMNS, None)
    assert caught.value.problems[0].line == len(rows) + 2


def test_after_many_faults_reading_stops(tmp_path: Path):
    rows = ["2026-06-01T01:00Z,a,-1"] * (history_file.PROBLEMS_MAX + 5)
    with pytest.raises(BadHistory, match="at least") as caught:
        load_history(written(tmp_path, *rows), COLUMNS, None)
    assert len(caught.value.problems) == history_file.PROBLEMS_MAX


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"at,post,wait\n", "no rows"),
        (b"at,post,wait\n2026-06-01T00:00Z,a,\n", "no value at all"),
        (b"at,post,wait\n\xff\xfe\n", "UTF-8"),
        (b'at,post,wait\n2026-06-01T00:00Z,"a"x,1\n', "not a CSV file"),
    ],
)
def test_a_file_without_a_history_is_refused(tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "waits.csv"
    path.write_bytes(content)
    with pytest.raises(BadHistory, match=said):
        load_history(path, COLUMNS, None)


def test_an_unknown_column_is_answered_with_those_that_are_there(tmp_path: Path):
    with pytest.raises(UnknownColumn, match="at, post, wait"):
        load_history(written(tmp_path, GOOD), HistoryColumns("when", "wait"), None)


def test_a_column_without_stamps_is_told_once_and_not_row_by_row(tmp_path: Path):
    path = written(tmp_path, *(f"post {n},{n}" for n in range(40)), header="at,wait")
    with pytest.raises(UnknownColumn, match="'at' holds no stamps") as told:
        load_history(path, HistoryColumns("at", "wait"), None)
    assert "first 20 rows" in str(told.value)


def hourly(days: int = 60, month: int = 5) -> list[str]:
    first = datetime(2026, month, 1, tzinfo=UTC)
    stamps = (first + timedelta(hours=n) for n in range(24 * days))
    return [f"{at:%Y-%m-%dT%H:%MZ},a,7" for at in stamps]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("places", "right", "wrong"),
    [
        ((40,), "2026-05-02", "2062-05-02"),
        ((1_439,), "2026-06-29", "2062-06-29"),
        ((0,), "2026-05-01", "1962-05-01"),
        # Day and month exchanged on a whole day.
        (tuple(range(24 * 31, 24 * 32)), "2026-06-01", "2026-01-06"),
    ],
)
def test_a_date_that_slipped_is_named_by_its_line(
    tmp_path: Path, places: tuple[int, ...], right: str, wrong: str, *, backwards: bool
):
    rows = hourly()
    for place in places:
        assert rows[place].startswith(right)
        rows[place] = rows[place].replace(right, wrong)
    if backwards:
        rows.reverse()
        places = tuple(len(rows) - 1 - place for place in reversed(places))
    with pytest.raises(BadHistory) as caught:
        load_history(written(tmp_path, *rows), COLUMNS, None)
    found = [problem.line for problem in caught.value.problems]
    assert found == [place + 2 for place in places][: history_file.PROBLEMS_MAX]
    assert wrong in caught.value.problems[0].sentence


def test_backfilled_rows_and_long_silences_are_no_slips(tmp_path: Path):
    june, may, october = hourly(20, 6), hourly(20, 5), hourly(20, 10)
    (one,) = load_history(written(tmp_path, *june, *may, *october), COLUMNS, None).series
    assert len(one.at) == 3 * 480
