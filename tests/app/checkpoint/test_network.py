from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from kezek.app.checkpoint.network import (
    SHIPPED_BOARD_CLOCK,
    SHIPPED_BOARD_ON,
    ZONE_BY_COUNTRY,
    read_board,
    read_checkpoints,
    shipped_board,
    shipped_checkpoints,
)
from kezek.app.table import row_problem, table
from kezek.app.table.row_problem import RowReason
from kezek.domain.checkpoint.board_day import by_checkpoint, days_of_board
from kezek.domain.kernel.spread import spread
from kezek.i18n.row_problem import SENTENCES, sentence

CHECKPOINT = {
    "id": "kz_a", "country": "KZ", "name_en": "A", "name_ru": "А", "name_kk": "",
    "region_ru": "", "neighbour": "China", "opposite_post_en": "B", "opposite_post_ru": "Б",
    "e_queue": "", "opening_hours": "", "lanes": "", "lat": "", "lon": "", "coord_of": "",
    "coord_confidence": "", "source": "a page", "confidence": "high", "notes": "", "zone": "",
}  # fmt: skip
DAY = {
    "post_pair_ru": "А - Б", "neighbour": "CN", "date": "2026-06-13", "status": "open",
    "free_at_1_mrp": "5", "free_at_100_mrp": "1",
}  # fmt: skip
CLOSED = {"status": "closed", "free_at_1_mrp": "", "free_at_100_mrp": ""}


def written(path: Path, *rows: dict[str, str]) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())
    return path


@pytest.fixture(name="file")
def _file(tmp_path):
    return tmp_path / "rows.csv"


@pytest.fixture(name="posts")
def _posts(tmp_path):
    checked = read_checkpoints(written(tmp_path / "posts.csv", CHECKPOINT))
    assert not checked.problems
    return checked.rows


# What ships.


@pytest.fixture(name="network", scope="module")
def _network():
    checkpoints = read_checkpoints(shipped_checkpoints())
    assert not checkpoints.problems
    board = read_board(shipped_board(), checkpoints.rows)
    assert not board.problems
    return checkpoints.rows, board.rows


def test_all_checkpoints_ship(network):
    checkpoints, _ = network
    assert len(checkpoints) == 70
    facts = [listed.checkpoint for listed in checkpoints]
    assert sum(c.country == "KZ" for c in facts) == 53
    assert sum(c.lat is not None for c in facts) == 33
    assert sum(c.lanes is not None for c in facts) == 4
    assert {c.zone for c in facts} == set(ZONE_BY_COUNTRY.values())
    assert {c.neighbour_country for c in facts} == {"", "CN", "KG", "RU", "SEA", "TM", "UZ"}


def test_unknown_stays_unknown(network):
    dostuk = next(c for c in network[0] if c.id == "kg_dostuk")
    assert (dostuk.checkpoint.lanes, dostuk.checkpoint.coord_confidence) == (None, "low")
    olot = next(c for c in network[0] if c.id == "uz_olot")
    assert (olot.checkpoint.neighbour_country, olot.checkpoint.lat) == ("", None)
    assert olot.name("opposite", "ru") is None


def test_all_posts_of_the_board_are_found(network):
    posts = by_checkpoint(network[1])
    assert len(posts) == 49
    assert {len(days) for days in posts.values()} == {31}
    assert {days[0].on for days in posts.values()} == {SHIPPED_BOARD_ON}
    assert "kz_port_kuryk" in posts, "no counterpart is stated, so its own name is its board name"


def test_every_open_day_of_every_post_has_exactly_the_places_left(network):
    lines = 0
    for post, days in by_checkpoint(network[1]).items():
        plans = days_of_board(days, seen_on=SHIPPED_BOARD_ON, seen_hour=SHIPPED_BOARD_CLOCK.hour)
        if plans is None:
            assert post in {"kz_kaplanbek", "kz_port_kuryk", "kz_kegen"}
            continue
        lines += 1
        for day, plan in zip(days, plans, strict=True):
            assert plan.open == day.open
            assert sum(plan.places) - sum(plan.protected) == day.free_ordinary + day.free_kept
            assert sum(plan.places) == plan.capacity
            assert all(0 <= p <= q for p, q in zip(plan.protected, plan.places, strict=True))
            assert plan.kept - plan.protected_kept == day.free_kept
            if day.open:
                left = plan.capacity - plan.kept - plan.protected_ordinary
                assert left == day.free_ordinary
    assert lines == 46


def test_the_even_spread_bends_at_one_post_only(network):
    bent = {
        post
        for post, days in by_checkpoint(network[1]).items()
        for plan in days_of_board(days, seen_on=SHIPPED_BOARD_ON, seen_hour=17) or ()
        if plan.open and plan.places != spread(plan.capacity, 24)
    }
    assert bent == {"kz_bidaik"}


def test_the_quota_is_the_one_that_the_checkpoints_state(network):
    stated = {
        row["id"]: int(row["cgr_daily_slots_max"])
        for row in csv.DictReader(shipped_checkpoints().read_text("utf-8").splitlines())
        if row["cgr_daily_slots_max"]
    }
    for post, days in by_checkpoint(network[1]).items():
        plans = days_of_board(days, seen_on=SHIPPED_BOARD_ON, seen_hour=17)
        assert (max(p.capacity for p in plans) if plans else None) == stated.get(post)


# Bad files.


@pytest.mark.parametrize(
    ("changed", "column", "reason"),
    [
        ({"id": ""}, "id", RowReason.VALUE_MISSING),
        ({"id": "KZ_A"}, "id", RowReason.ID_WRONG),
        ({"id": "uz_a"}, "id", RowReason.ID_WRONG),
        ({"id": "kz_" + "a" * 61}, "id", RowReason.ID_WRONG),
        ({"country": "RU", "id": "ru_a"}, "country", RowReason.COUNTRY_WITHOUT_ZONE),
        ({"zone": "Mars/Olympus"}, "zone", RowReason.ZONE_UNKNOWN),
        ({"name_en": ""}, "name_en", RowReason.VALUE_MISSING),
        ({"name_en": "Ata\u202eXYZ"}, "name_en", RowReason.DIRECTION_TURNED),
        ({"name_kk": "ә" * 81}, "name_kk", RowReason.VALUE_TOO_LONG),
        ({"opposite_post_ru": "?"}, "opposite_post_ru", RowReason.VALUE_UNEXPECTED),
        ({"neighbour": "Chnia"}, "neighbour", RowReason.COUNTRY_UNKNOWN),
        ({"neighbour": "ZZ"}, "neighbour", RowReason.COUNTRY_UNKNOWN),
        ({"source": ""}, "source", RowReason.VALUE_MISSING),
        ({"confidence": ""}, "confidence", RowReason.VALUE_MISSING),
        ({"confidence": "certain"}, "confidence", RowReason.VALUE_UNEXPECTED),
        ({"coord_confidence": "certain"}, "coord_confidence", RowReason.VALUE_UNEXPECTED),
        ({"notes": "a\x07b"}, "notes", RowReason.VALUE_UNEXPECTED),
        ({"notes": "x" * 2_001}, "notes", RowReason.VALUE_TOO_LONG),
        ({"lat": "45.1"}, "lon", RowReason.COORDINATE_ALONE),
        ({"lon": "45.1"}, "lat", RowReason.COORDINATE_ALONE),
        ({"lat": "north", "lon": "1"}, "lat", RowReason.NUMBER_WRONG),
        ({"lat": "nan", "lon": "1"}, "lat", RowReason.NUMBER_WRONG),
        ({"lat": "1e1", "lon": "1"}, "lat", RowReason.NUMBER_WRONG),
        ({"lat": ".5", "lon": "1"}, "lat", RowReason.NUMBER_WRONG),
        ({"lat": "90.1", "lon": "1"}, "lat", RowReason.NUMBER_TOO_LARGE),
        ({"lat": "1", "lon": "-180.5"}, "lon", RowReason.NUMBER_TOO_LARGE),
    ],
)
def test_a_bad_checkpoint(file, changed, column, reason):
    good = CHECKPOINT | {"id": "kz_b", "name_ru": "В"}
    checked = read_checkpoints(written(file, good, CHECKPOINT | changed))
    assert checked.rows == ()
    [problem] = checked.problems
    assert (problem.file, problem.line, problem.column, problem.reason) == (
        str(file), 3, column, reason,
    )  # fmt: skip
    assert sentence(problem)


def test_a_post_in_a_zone_of_its_own_says_which(file):
    """A country whose zone does not follow, with summer time: nothing is taken for granted."""
    checked = read_checkpoints(
        written(file, CHECKPOINT | {"country": "PL", "id": "pl_a", "zone": "Europe/Warsaw"})
    )
    (post,) = checked.rows
    assert (post.checkpoint.country, post.checkpoint.zone) == ("PL", "Europe/Warsaw")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("China", "CN"),
        ("CN", "CN"),
        ("Kyrgyzstan", "KG"),
        ("Turkey", "TR"),
        ("Türkiye", "TR"),
        ("", ""),
    ],
)
def test_a_neighbour_is_a_code_or_an_english_name(file, text, code):
    (post,) = read_checkpoints(written(file, CHECKPOINT | {"neighbour": text})).rows
    assert post.checkpoint.neighbour_country == code


def test_names_are_columns_of_any_language(file):
    more = {"name_uz_Latn": "Ay", "opposite_post_zh_Hans": "乙", "name_ru": ""}
    (post,) = read_checkpoints(written(file, CHECKPOINT | more)).rows
    assert {(n.side, n.language): n.name for n in post.names} == {
        ("own", "en"): "A",
        ("own", "uz_Latn"): "Ay",
        ("opposite", "en"): "B",
        ("opposite", "ru"): "Б",
        ("opposite", "zh_Hans"): "乙",
    }


@pytest.mark.parametrize("column", ["name_xx", "name_", "name_english", "names_kk"])
def test_a_column_for_no_language_is_unknown(file, column):
    [problem] = read_checkpoints(written(file, CHECKPOINT | {column: "A"})).problems
    assert (problem.line, problem.column, problem.reason) == (1, column, RowReason.COLUMN_UNKNOWN)


def test_one_language_is_named_once(file):
    [problem] = read_checkpoints(
        written(file, CHECKPOINT | {"name_KK": "Ә", "name_kk": "Е"})
    ).problems
    assert (problem.line, problem.column, problem.reason) == (2, "name_KK", RowReason.VALUE_TWICE)


@pytest.mark.parametrize(
    ("second", "column"),
    [({"name_ru": "В"}, "id"), ({"id": "kz_b"}, "name_ru")],
)
def test_a_checkpoint_stands_there_once(file, second, column):
    [problem] = read_checkpoints(written(file, CHECKPOINT, CHECKPOINT | second)).problems
    assert (problem.line, problem.column, problem.reason) == (3, column, RowReason.VALUE_TWICE)


@pytest.mark.parametrize(
    ("changed", "column", "reason"),
    [
        ({"post_pair_ru": "В - Г"}, "post_pair_ru", RowReason.CHECKPOINT_UNKNOWN),
        ({"post_pair_ru": ""}, "post_pair_ru", RowReason.VALUE_MISSING),
        ({"date": "14.06.2026"}, "date", RowReason.DATE_WRONG),
        ({"date": "20260614"}, "date", RowReason.DATE_WRONG),
        ({"date": "2026-02-30"}, "date", RowReason.DATE_WRONG),
        ({"date": ""}, "date", RowReason.VALUE_MISSING),
        ({"date": "2026-06-13"}, "date", RowReason.VALUE_TWICE),
        ({"date": "2026-06-15"}, "date", RowReason.DAY_MISSING),
        ({"date": "2126-06-15"}, "date", RowReason.DAY_MISSING),
        ({"status": "shut"}, "status", RowReason.VALUE_UNEXPECTED),
        ({"status": ""}, "status", RowReason.VALUE_MISSING),
        ({"free_at_1_mrp": ""}, "free_at_1_mrp", RowReason.VALUE_MISSING),
        ({"free_at_1_mrp": "-1"}, "free_at_1_mrp", RowReason.NUMBER_NEGATIVE),
        ({"free_at_1_mrp": "many"}, "free_at_1_mrp", RowReason.NUMBER_WRONG),
        ({"free_at_1_mrp": "1_0"}, "free_at_1_mrp", RowReason.NUMBER_WRONG),
        ({"free_at_1_mrp": "٣"}, "free_at_1_mrp", RowReason.NUMBER_WRONG),
        ({"free_at_1_mrp": "1.5"}, "free_at_1_mrp", RowReason.NUMBER_WRONG),
        ({"free_at_100_mrp": "100001"}, "free_at_100_mrp", RowReason.NUMBER_TOO_LARGE),
        ({"free_at_100_mrp": "9" * 5_000}, "free_at_100_mrp", RowReason.VALUE_TOO_LONG),
        ({**CLOSED, "free_at_1_mrp": "0"}, "free_at_1_mrp", RowReason.CLOSED_WITH_NUMBERS),
    ],
)
def test_a_bad_board(file, posts, changed, column, reason):
    second = DAY | {"date": "2026-06-14"} | changed
    checked = read_board(written(file, DAY, second), posts)
    assert checked.rows == ()
    found = {(p.column, p.reason) for p in checked.problems}
    # A number that cannot be read leaves nothing else to say; so does everything here.
    assert (column, reason) in found
    assert {p.line for p in checked.problems} <= {0, 3}
    assert all(map(sentence, checked.problems))


def test_every_fault_is_named_not_only_the_first(file, posts):
    rows = [DAY | {"free_at_1_mrp": "x", "date": "y"}, DAY | {"status": "z"}]
    problems = read_board(written(file, *rows), posts).problems
    assert [(p.line, p.column) for p in problems] == [
        (2, "date"), (2, "free_at_1_mrp"), (3, "status"),
    ]  # fmt: skip


def test_a_closed_day_has_no_numbers(file, posts):
    [day] = read_board(written(file, DAY | CLOSED), posts).rows
    assert (day.open, day.free, day.on) == (False, 0, date(2026, 6, 13))


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        (lambda raw: raw[:0], 0, RowReason.FILE_EMPTY),
        (lambda raw: raw.split(b"\n")[0], 0, RowReason.FILE_EMPTY),
        (lambda raw: raw.replace(b",status", b""), 1, RowReason.COLUMN_MISSING),
        (lambda raw: raw.replace(b"status", b"state"), 1, RowReason.COLUMN_UNKNOWN),
        (lambda raw: raw.replace(b"status", b"status,status"), 1, RowReason.COLUMN_TWICE),
        (lambda raw: raw + b"a,b\n", 3, RowReason.ROW_WIDTH),
        (lambda raw: raw + b"\n\na,b\n", 5, RowReason.ROW_WIDTH),
        (lambda raw: raw.replace(b"open", b"op\0en"), 2, RowReason.NUL_BYTE),
        (lambda raw: raw.replace(b"open", b"op\xffen"), 2, RowReason.NOT_UTF8),
        (lambda raw: raw.decode().encode("utf-16"), 1, RowReason.NUL_BYTE),
        (lambda raw: raw.decode().encode("cp1251"), 2, RowReason.NOT_UTF8),
        (lambda raw: raw + b'"a\nb', 3, RowReason.CSV_BROKEN),
        (lambda raw: raw + b'"a"b,c', 3, RowReason.CSV_BROKEN),
        (lambda raw: raw + b"x" * 200_000, 3, RowReason.CSV_BROKEN),
    ],
)
def test_a_bad_file(file, posts, change, line, reason):
    written(file, DAY)
    file.write_bytes(change(file.read_bytes()))
    checked = read_board(file, posts)
    assert checked.rows == ()
    assert (line, reason) in {(p.line, p.reason) for p in checked.problems}


def test_a_quoted_line_break_does_not_shift_the_lines(file):
    first = CHECKPOINT | {"id": "kz_b", "name_ru": "В", "notes": "a\nb"}
    problems = read_checkpoints(written(file, first, CHECKPOINT | {"name_en": ""})).problems
    assert [(p.line, p.column) for p in problems] == [(2, "notes"), (4, "name_en")]


@pytest.mark.parametrize(
    "change", [lambda raw: b"\xef\xbb\xbf" + raw, lambda raw: raw.replace(b"\n", b"\r\n")]
)
def test_a_byte_order_mark_and_other_line_ends_are_fine(file, posts, change):
    written(file, DAY)
    file.write_bytes(change(file.read_bytes()))
    checked = read_board(file, posts)
    assert checked.problems == ()
    assert len(checked.rows) == 1


def test_a_missing_file_is_a_problem_not_a_crash(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        [problem] = read_checkpoints(path).problems
        assert (problem.line, problem.reason) == (0, RowReason.FILE_UNREADABLE)


def test_an_endless_file_is_refused(monkeypatch, file, posts):
    monkeypatch.setattr(table, "SIZE_MAX", 50)
    [problem] = read_board(written(file, DAY), posts).problems
    assert problem.reason == RowReason.FILE_TOO_LARGE


def test_problems_are_listed_up_to_a_limit(monkeypatch, file, posts):
    monkeypatch.setattr(row_problem, "PROBLEMS_MAX", 3)
    problems = read_board(written(file, *[DAY | {"status": "z"}] * 9), posts).problems
    assert [p.reason for p in problems][3:] == [RowReason.PROBLEMS_TOO_MANY]


def test_a_wrong_value_is_safe_to_print(file, posts):
    text = "\x1b[31m" + "я" * 200
    [problem] = read_board(written(file, DAY | {"neighbour": "CN", "status": text}), posts).problems
    assert problem.value.startswith("\\x1b[31m")
    assert len(problem.value) < 100


def test_every_reason_has_a_sentence():
    assert set(SENTENCES) == set(RowReason)
