"""What a carrier's table says, row by row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kezek.app.booking.bulk import COLUMNS, ROWS_MAX, ClearRow, TruckTable, Unclear, read_sheet
from kezek.app.booking.bulk_answer import RowAnswer, answer_csv, refused_csv
from kezek.app.checkpoint.checkpoint import Network, Post
from kezek.app.checkpoint.network import read_checkpoints, shipped_checkpoints
from kezek.app.checkpoint.place_name import PostNames, names_by_post
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.table.row_problem import RowReason
from kezek.domain.checkpoint.checkpoint import Checkpoint
from kezek.i18n.table_words import vocabulary
from tests.world import A, World

HEAD = "checkpoint,day,hour,country,plate,vin,trailer,driver,phone,class"
GOOD = "kz_a,2026-06-14,08:00,KZ,TST00001,TESTTRUCK00000001,,Invented Driver,+77000000001,"


@pytest.fixture(scope="module")
def posts():
    w = World()
    return Network(w.store, w.rules, ChangeFeed()).posts()


def read(posts, *lines: str, encoding: str = "utf-8", end: str = "\n") -> TruckTable:
    return sheet_of(end.join(lines).encode(encoding), posts)


def sheet_of(raw: bytes, posts) -> TruckTable:
    return read_sheet(raw, posts, vocabulary(), "en")


def reasons(sheet: TruckTable) -> list[str]:
    return [problem.reason for problem in sheet.problems]


def test_a_row_says_post_window_and_truck(posts):
    (row,) = read(posts, HEAD, GOOD).rows
    assert isinstance(row, ClearRow)
    assert (row.line, row.served.checkpoint.id, row.vehicle_class) == (2, "kz_a", "in_turn")
    assert row.start == World().window(A, day=1, hour=8)
    assert row.vehicle.plate == "TST00001"
    assert row.vehicle.drivers == ("Invented Driver",)
    assert row.vehicle.trailer == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_byte_order_mark_the_separator_and_the_line_end_do_not_matter(
    posts, encoding, separator, end
):
    lines = [line.replace(",", separator) for line in (HEAD, GOOD)]
    (row,) = read(posts, *lines, encoding=encoding, end=end).rows
    assert isinstance(row, ClearRow)


def test_a_semicolon_table_may_hold_commas(posts):
    row = "kz_a;2026-06-14;8;KZ;TST00001;;;Invented, Driver;;"
    (asked,) = read(posts, HEAD.replace(",", ";"), row).rows
    assert isinstance(asked, ClearRow)
    assert asked.vehicle.drivers == ("Invented, Driver",)


@pytest.mark.parametrize(
    "hour",
    [
        *("8", "08", "8:00", "08:00", "8.00", "8:00:00", "8 ч", "8 AM", "8:00 am"),
        *("8:00-9:00", "8:00–9:00", "08.00 — 09.00", "8-9", "с 8 до 9", "08:00 – 09:00"),
    ],
)
def test_an_hour_is_written_in_many_ways(posts, hour):
    (row,) = read(posts, "checkpoint,day,hour,country,plate", f"kz_a,2026-06-14,{hour},kz,T1").rows
    assert isinstance(row, ClearRow)
    assert row.vehicle.country == "KZ"


@pytest.mark.parametrize(
    "day",
    [
        "2026-06-14",
        "2026/06/14",
        "2026.6.14",
        "14.06.2026",
        "14.6.2026",
        "14.06.26",
        "14/06/2026",
        "14-06-2026",
        "14–06–2026",
        "06/14/2026",
        "14.06.2026 0:00",
        "2026-06-14 00:00:00",
        "14.06.2026 г.",
    ],
)
def test_a_day_may_be_written_as_a_spreadsheet_of_the_region_does(posts, day):
    (row,) = read(posts, "checkpoint,day,hour,country,plate", f"kz_a,{day},8,KZ,T1").rows
    assert isinstance(row, ClearRow)
    assert row.start == World().window(A, day=1, hour=8)


@pytest.mark.parametrize(
    "day", ["31.06.2026", "14.06", "1.13.2026", "٤.06.2026", "14/06.2026", "99"]
)
def test_a_day_that_is_none_is_a_fault_of_its_row(posts, day):
    (row,) = read(posts, "checkpoint,day,hour,country,plate", f"kz_a,{day},8,KZ,T1").rows
    assert isinstance(row, Unclear)
    assert [p.reason for p in row.problems] == [RowReason.DATE_WRONG]


@pytest.mark.parametrize(
    "hour",
    ["24", "8:30", "eight", "-1", "٨", "008", "8:00-8:30", "9-8", "13 pm", "8:00-25:00", "8-"],
)
def test_an_hour_that_no_window_begins_at_is_a_fault_of_its_row(posts, hour):
    (row,) = read(posts, "checkpoint,day,hour,country,plate", f"kz_a,2026-06-14,{hour},KZ,T1").rows
    assert isinstance(row, Unclear)
    assert [p.column for p in row.problems] == ["hour"]


def test_columns_may_come_in_any_order_and_case(posts):
    (row,) = read(posts, "Plate,Country,HOUR,day,Checkpoint", "TST1,KZ,9,2026-06-14,KZ_A").rows
    assert isinstance(row, ClearRow)


def test_a_bad_row_does_not_spoil_its_neighbours(posts):
    sheet = read(posts, HEAD, GOOD, "kz_zz,2026-06-41,99,,,,,,,", GOOD.replace("00001", "00002"))
    first, bad, last = sheet.rows
    assert isinstance(first, ClearRow)
    assert isinstance(last, ClearRow)
    assert isinstance(bad, Unclear)
    assert bad.line == 3
    assert [p.reason for p in bad.problems] == [
        RowReason.CHECKPOINT_UNKNOWN,
        RowReason.DATE_WRONG,
        RowReason.VALUE_MISSING,
        RowReason.VALUE_MISSING,
    ]


def test_a_row_of_another_width_is_refused_alone(posts):
    wide, fine = read(posts, HEAD, GOOD + ",more", GOOD).rows
    assert isinstance(wide, Unclear)
    assert wide.problems[0].reason is RowReason.ROW_WIDTH
    assert isinstance(fine, ClearRow)
    assert fine.line == 3


def test_lines_are_counted_as_an_editor_counts_them(posts):
    quoted = GOOD.replace("Invented Driver", '"Invented\nDriver"')
    rows = read(posts, "", HEAD, "", quoted, "", GOOD).rows
    assert [row.line for row in rows] == [4, 7]
    assert isinstance(rows[0], Unclear), "a name over two lines is no name"


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("checkpoint,day,hour,country", RowReason.COLUMN_MISSING),
        (HEAD + ",colour", RowReason.COLUMN_UNKNOWN),
        (HEAD + ",plate", RowReason.COLUMN_TWICE),
    ],
)
def test_a_wrong_header_refuses_the_whole_table(posts, head, reason):
    sheet = read(posts, head, GOOD)
    assert sheet.rows == ()
    assert reasons(sheet) == [reason]


def test_columns_of_the_header_are_named_as_it_names_them(posts):
    sheet = read(posts, HEAD.replace("plate", "Госномер") + ",Тягач,Colour", GOOD)
    assert [(p.column, p.reason) for p in sheet.problems] == [
        ("Госномер / Тягач", RowReason.COLUMN_TWICE),
        ("Colour", RowReason.COLUMN_UNKNOWN),
    ]


@pytest.mark.parametrize("text", ["", "\n\n", HEAD, HEAD + "\n\n\n", " "])
def test_a_table_without_rows_says_so(posts, text):
    sheet = sheet_of(text.encode(), posts)
    assert RowReason.FILE_EMPTY in reasons(sheet) or RowReason.COLUMN_MISSING in reasons(sheet)


def test_a_thousand_rows_are_read_and_one_more_is_refused(posts):
    lines = [HEAD] + [GOOD.replace("00001", f"{n:05d}") for n in range(ROWS_MAX)]
    assert len(read(posts, *lines).rows) == ROWS_MAX
    sheet = read(posts, *lines, GOOD)
    assert sheet.rows == ()
    assert reasons(sheet) == [RowReason.ROWS_TOO_MANY]


CYRILLIC = [
    "checkpoint,day,hour,country,plate,driver",
    "kz_a,14.06.2026,9:00,RU,А123ВС77,Айбек Нурланов",
]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1251", "windows-1251"),
        ("cp866", "CP866"),
        ("koi8-r", "KOI8-R"),
    ],
)
@pytest.mark.parametrize("driver", ["Айбек Нурланов", "АЙБЕК НУРЛАНОВ"])
def test_the_encoding_is_guessed_and_named(posts, encoding, said, driver):
    lines = [CYRILLIC[0], CYRILLIC[1].replace("Айбек Нурланов", driver)]
    sheet = read(posts, *lines, encoding=encoding)
    (row,) = sheet.rows
    assert isinstance(row, ClearRow)
    assert (row.vehicle.plate, row.vehicle.drivers) == ("А123ВС77", (driver,))
    assert sheet.guessed == said


@pytest.mark.parametrize("name", ["Müller", "Yılmaz Şahin", "Иванов", "ИВАНОВ", "Ёлкин"])
def test_a_guess_makes_words(posts, name):
    encoding = "cp1251" if name[0] > "z" else "cp1254"
    sheet = read(posts, CYRILLIC[0], f"kz_a,14.06.2026,9,KZ,T1,{name}", encoding=encoding)
    assert isinstance(sheet.rows[0], ClearRow)
    assert sheet.rows[0].vehicle.drivers == (name,)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xb0\xb1\xb2\xdb", RowReason.ENCODING_UNKNOWN),
        (b"\0", RowReason.ENCODING_UNKNOWN),
    ],
)
def test_bytes_that_are_no_text_are_said_once(posts, raw, reason):
    sheet = sheet_of(HEAD.encode() + (b"\n" + raw) * 6, posts)
    assert [(p.line, p.reason) for p in sheet.problems] == [(0, reason)]


@pytest.mark.parametrize("raw", [b"PK\x03\x04 and zeros \0\0", b"\xd0\xcf\x11\xe0\xa1"])
def test_a_workbook_is_called_one(posts, raw):
    assert reasons(sheet_of(raw, posts)) == [RowReason.WORKBOOK]


@pytest.mark.parametrize("first", ["", "sep=;\n", '"sep=;"\n'])
def test_tabs_and_the_separator_line_of_a_spreadsheet_are_understood(posts, first):
    separator = ";" if first else "\t"
    text = first + "\n".join(line.replace(",", separator) for line in CYRILLIC)
    (row,) = sheet_of(text.encode(), posts).rows
    assert isinstance(row, ClearRow)


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("checkpoint,day,hour,country,plate,,", "kz_a,2026-06-14,10,KZ,TST1,,"),
        ("checkpoint,,day,hour,country,plate", "kz_a, ,2026-06-14,10,KZ,TST1"),
        ("checkpoint,day,hour,country,plate", "kz_a,2026-06-14,10,KZ,TST1,,,"),
        ("checkpoint,day,hour,country,plate,vin,,", "kz_a,2026-06-14,10,KZ,TST1"),
    ],
)
def test_columns_without_name_and_content_are_ignored(posts, head, row):
    (asked,) = read(posts, head, row).rows
    assert isinstance(asked, ClearRow)
    assert asked.vehicle.plate == "TST1"


def test_a_column_without_name_but_content_is_named_by_its_number(posts):
    head, row = "checkpoint,day,hour,country,plate,,", "kz_a,2026-06-14,10,KZ,TST1,,red"
    (unclear,) = read(posts, head, row).rows
    assert isinstance(unclear, Unclear)
    assert [(p.column, p.reason, p.value) for p in unclear.problems] == [
        ("7", RowReason.COLUMN_UNNAMED, "red")
    ]


def test_an_unknown_column_is_named_by_its_number_and_name(posts):
    (problem,) = read(posts, "checkpoint,day,hour,country,plate,colour", "").problems
    assert (problem.column, problem.value) == ("colour", "6")


def test_a_cell_that_was_kept_from_being_a_formula_is_read_as_it_was(posts):
    text = GOOD.replace("+77000000001", "'+77000000001")
    (row,) = read(posts, HEAD, text).rows
    assert isinstance(row, ClearRow)
    assert row.vehicle.phone == "+77000000001"


def test_an_open_quote_refuses_the_table(posts):
    assert reasons(read(posts, HEAD, '"kz_a,2026')) == [RowReason.CSV_BROKEN]


def test_the_documented_columns_are_those_of_the_header():
    assert ",".join(COLUMNS) == HEAD


def test_an_answer_never_becomes_a_formula():
    answers = [RowAnswer(2, "=1+1", False, "plate_impossible", "No.", "Look.", "", 0)]
    answers.append(RowAnswer(3, "TST1", True, "", "Booked, yes.", "", "7F4M", 9))
    text = answer_csv(answers, {9: "http://here/t/9-x"})
    lines = text.split("\r\n")
    assert lines[0] == "line,plate,answer,reason,sentence,next,number,code,ticket,read_as"
    assert lines[1] == "2,'=1+1,refused,plate_impossible,No.,Look.,,,,"
    assert lines[2] == '3,TST1,booked,,"Booked, yes.",,9,7F4M,http://here/t/9-x,'


def test_an_hour_that_clocks_are_put_over_is_refused_by_its_name(posts):
    post = posts["kz_a"]
    served = replace(post.usual, line=replace(post.usual.line, zone="Europe/Warsaw"))
    summer = replace(post, lines=(served,))
    (row,) = read(
        {"kz_a": summer}, "checkpoint,day,hour,country,plate", "kz_a,2027-03-28,02:00,KZ,T1"
    ).rows
    assert isinstance(row, Unclear)
    assert [problem.reason for problem in row.problems] == [RowReason.HOUR_SKIPPED]


SHORT = "checkpoint,day,hour,country,plate"


def only(posts, row: str, head: str = SHORT) -> ClearRow | Unclear:
    (found,) = read(posts, head, row).rows
    return found


@pytest.mark.parametrize(
    ("row", "readings"),
    [
        ("kz_a,06/07/2026,8,KZ,T1", ("2026-06-07", "2026-07-06")),
        ("kz_a,6-7-26,8,KZ,T1", ("2026-06-07", "2026-07-06")),
        # The Kyrgyz Republic, and the Republic of Kazakhstan in Kazakh.
        ("kz_a,14.06.2026,8,КР,T1", ("KG", "KZ")),
        ("kz_a,14.06.2026,8-10,KZ,T1", ("08:00–09:00", "09:00–10:00")),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused_with_both(posts, row, readings):
    found = only(posts, row)
    assert isinstance(found, Unclear)
    assert [(p.reason, p.readings) for p in found.problems] == [
        (RowReason.VALUE_AMBIGUOUS, readings)
    ]


def test_the_last_hour_of_a_day_ends_at_midnight(posts):
    for hour in ("23:00-24:00", "23:00-0:00", "23:00–00:00"):
        found = only(posts, f"kz_a,14.06.2026,{hour},KZ,T1")
        assert isinstance(found, ClearRow)
        assert found.start == World().window(A, day=1, hour=23)


@pytest.mark.parametrize(
    "head",
    [
        "Пункт пропуска,Дата,Время,Страна,Гос. номер,ВИН-код,Прицеп,ФИО водителя,Телефон,Класс",
        "Өткізу пункті;Күні;Сағаты;Ел;Мемлекеттік нөмірі;VIN;Тіркеме;Жүргізуші;Телефоны;Сынып",
        "ПУНКТ ПРОПУСКА\tДень\tЧас\tСтрана\tГосномер\tVIN\tПолуприцеп\tВодитель\tТел.\tКатегория",
        "Border crossing,Date,Crossing slot,Country,Licence plate,VIN,Trailer,Driver name,Phone,Class",
    ],
)
def test_columns_may_be_named_in_every_shipped_language(posts, head):
    separator = next(sign for sign in ";\t," if sign in head)
    row = GOOD.replace(",", separator)
    (found,) = read(posts, head, row).rows
    assert isinstance(found, ClearRow)
    assert (found.vehicle.plate, found.vehicle.vin) == ("TST00001", "TESTTRUCK00000001")
    assert found.vehicle.drivers == ("Invented Driver",)


def test_a_fault_names_the_column_as_it_was_sent(posts):
    found = only(posts, "kz_a,nothing,8,KZ,T1", "Пункт пропуска,Дата,Час,Страна,Номер")
    assert isinstance(found, Unclear)
    assert [p.column for p in found.problems] == ["Дата"]


@pytest.mark.parametrize(
    ("country", "code"),
    [
        *(
            ("KZ", "KZ"),
            ("kz", "KZ"),
            ("Казахстан", "KZ"),
            ("Қазақстан", "KZ"),
            ("Kazakhstan", "KZ"),
        ),
        *(
            ("KAZ", "KZ"),
            ("РК", "KZ"),
            ("КЗ", "KZ"),
            ("Россия", "RU"),
            ("РФ", "RU"),
            ("Ресей", "RU"),
        ),
        *(
            ("КРГ", "КРГ"),
            ("KR", "KR"),
            ("Кыргызстан", "KG"),
            ("Киргизия", "KG"),
            ("Türkiye", "TR"),
        ),
        *(("Oʻzbekiston", "UZ"), ("УЗБЕКИСТАН", "UZ"), ("Германия", "DE"), ("Румыния", "RO")),
        ("Nowhere", "NOWHERE"),
    ],
)
def test_a_country_is_a_code_or_a_name_in_any_language(posts, country, code):
    found = only(posts, f"kz_a,2026-06-14,8,{country},T1")
    assert isinstance(found, ClearRow)
    assert found.vehicle.country == code


def at_another(post: Post, checkpoint: Checkpoint, names: PostNames) -> Post:
    at = {"checkpoint": checkpoint, "names": names}
    return replace(post, **at, lines=tuple(replace(served, **at) for served in post.lines))


def named(id: str, posts: dict[str, Post]) -> dict[str, Post]:
    """The posts with the real one of an id beside them, at the line of an invented one."""
    (real,) = [c for c in read_checkpoints(shipped_checkpoints()).rows if c.id == id]
    names = names_by_post([real.checkpoint], real.names)[id]
    return {**posts, id: at_another(posts["kz_a"], real.checkpoint, names)}


@pytest.mark.parametrize(
    "name",
    [
        *("kz_syrym", "Сырым", "СЫРЫМ", "Syrym", "Сырым – Маштаково", "Сырым-Маштаково"),
        *("Сырым — Маштаково", "Сырым−Маштаково", "Маштаково – Сырым", "Syrym to Mashtakovo"),
        *("Syrym–Mashtakovo", "Маштаково", "АПП «Сырым»", "Сырым өткізу пункті", "Сырым – Россия"),
    ],
)
def test_a_post_is_found_by_its_names_on_both_sides(posts, name):
    found = only(named("kz_syrym", posts), f'"{name}",2026-06-14,8,KZ,T1')
    assert isinstance(found, ClearRow)
    assert found.served.checkpoint.id == "kz_syrym"


def test_a_name_that_two_posts_have_is_refused_with_both(posts):
    checkpoint = replace(posts["kz_b"].checkpoint, id="kz_twin")
    names = replace(posts["kz_b"].names, own={"ru": "Сырым", "en": "Twin"})
    twin = replace(posts["kz_b"], checkpoint=checkpoint, names=names)
    two = named("kz_syrym", posts) | {"kz_twin": twin}
    found = only(two, "Сырым,2026-06-14,8,KZ,T1")
    assert isinstance(found, Unclear)
    assert [(p.reason, p.readings) for p in found.problems] == [
        (RowReason.VALUE_AMBIGUOUS, ("Syrym", "Twin"))
    ]


def refusal(line: int, sentence: str) -> RowAnswer:
    return RowAnswer(line, "", False, "x", sentence, "", "", 0)


def test_refused_rows_come_back_as_they_were_sent_with_why():
    head = "Пункт;Дата;Час;Страна;Номер;Цвет".replace(";Цвет", ";Телефон")
    posts = Network((w := World()).store, w.rules, ChangeFeed()).posts()
    rows = [
        "kz_a;14.06.26;8;KZ;T1;+77000000001",
        "kz_a;14.06.26;99;Казахстан;T2",
        "kz_a;x;9;KZ;T3;;;red",
    ]
    sheet = read(posts, head, *rows)
    answers = [
        RowAnswer(2, "T1", True, "", "", "", "", 1),
        refusal(3, "Wrong hour."),
        refusal(4, "No."),
    ]
    text = refused_csv(sheet, answers, "причина")
    assert text.split("\r\n") == [
        f"причина;{head}",
        "Wrong hour.;kz_a;14.06.26;99;Казахстан;T2;",
        "No.;kz_a;x;9;KZ;T3;;;red",
        "",
    ]
    again = read(posts, *text.split("\r\n"))
    assert [type(row) for row in again.rows] == [Unclear, Unclear]
    mended = read(posts, *text.replace(";99;", ";9;").split("\r\n"))
    assert isinstance(mended.rows[0], ClearRow)
    once_more = refused_csv(again, [refusal(2, "Still."), refusal(3, "No.")], "reason")
    assert once_more.split("\r\n")[:2] == [
        f"reason;{head}",
        "Still.;kz_a;14.06.26;99;Казахстан;T2;",
    ]


def test_where_nothing_was_refused_nothing_comes_back(posts):
    sheet = read(posts, HEAD, GOOD)
    assert refused_csv(sheet, [RowAnswer(2, "T", True, "", "", "", "", 1)], "reason") == ""


def test_a_column_s_name_of_any_length_is_told_in_a_line(posts):
    long = "дата" + " " * 90 + "x" * 100_000
    sheet = read(posts, f"checkpoint,hour,country,plate,{long}", "kz_a,8,KZ,T1,14.06.2026")
    assert reasons(sheet) == [RowReason.COLUMN_MISSING, RowReason.COLUMN_UNKNOWN]
    assert all(len(problem.column) < 100 for problem in sheet.problems)
