"""The small parts under the pages: fields, what is kept, shapes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from typing import Annotated

import msgspec
import pytest

from kezek.app.cache import BoundedCache
from kezek.domain.vehicle.vehicle import NAME_LENGTH_MAX
from kezek.web.frame.format import hour_of, hour_value, utc_offset
from kezek.web.frame.forms import AS_TYPED, Form, most, whole
from kezek.web.frame.page_error import PageError
from kezek.web.frame.session import own_address


def test_a_field_for_a_name_takes_no_more_letters_than_a_name_may_have():
    folder = files("kezek.web") / "templates" / "pages"
    fields = [
        (page.name, int(limit))
        for page in folder.iterdir()
        for limit in re.findall(r'field\("(?:driver|name)",.*?max=(\d+)', page.read_text("utf-8"))
    ]
    assert len(fields) > 5
    assert {limit for _, limit in fields} == {NAME_LENGTH_MAX}, fields


class Sent(msgspec.Struct, frozen=True):
    line: Annotated[str, most(8)] = ""
    lines: Annotated[str, most(8), AS_TYPED] = ""
    box: bool = False
    number: int | None = None
    several: list[Annotated[str, most(4)]] = []
    hour: dict[str, Annotated[str, most(4)]] = {}
    other: Annotated[str, most(8)] = msgspec.field(default="", name="from")


class Needed(msgspec.Struct, frozen=True):
    number: int


def test_a_form_is_read_as_what_its_struct_announces():
    fields = {
        "line": ["first", "  la\u200bst\u00a01 "],
        "lines": [" x\ny "],
        "box": [""],
        "number": ["1 200"],
        "several": ["a", "b"],
        "hour.7": [" 9 "],
        "hour.": ["10"],
        "hours": ["unread"],
        "from": ["renamed"],
        "unknown": ["x" * 5_000],
    }
    assert Form(fields).read(Sent) == Sent(
        line="last 1",
        lines=" x\ny ",
        box=True,
        number=1_200,
        several=["a", "b"],
        hour={"7": "9", "": "10"},
        other="renamed",
    )
    assert Form().read(Sent) == Sent()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("line", "x" * 9),
        ("line", "x\ny"),
        ("line", "x\0"),
        ("line", "x\x7f"),
        ("lines", "x" * 9),
        ("lines", "x\0"),
        ("several", "x" * 5),
        ("hour.7", "x" * 5),
        ("hour.7", "x\0"),
        ("number", "1\0"),
        ("from", "x" * 9),
    ],
)
def test_what_no_page_of_ours_sends_is_refused(name: str, value: str):
    with pytest.raises(PageError):
        Form({name: [value]}).read(Sent)


@pytest.mark.parametrize("typed", [None, "", "x", "-1", "9" * 20])
def test_a_number_that_a_form_cannot_be_without(typed: str | None):
    with pytest.raises(PageError):
        Form({} if typed is None else {"number": [typed]}).read(Needed)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12),
        (" 1 200 ", 1200),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
        ("9" * 20, None),
    ],
)
def test_a_number_is_a_whole_one_in_ascii(typed: str, number: int | None):
    assert whole(typed) == number
    assert Form({"number": [typed]}).read(Sent).number == number


def test_a_form_without_a_key_is_none_of_ours():
    assert Form({"key": ["0123456789ab.cancel"]}).key == "0123456789ab.cancel"
    for key in ("", "short", "with space 12345", "x" * 200):
        with pytest.raises(PageError):
            assert Form({"key": [key]}).key


def test_what_is_kept_holds_for_its_state_and_has_an_end():
    kept: BoundedCache[int] = BoundedCache(2)
    kept.keep("a", 1, 10)
    assert kept.find("a", 1) == 10
    assert kept.find("a", 2) is None
    assert kept.state_of("a") == 1
    kept.keep("b", 1, 20)
    kept.keep("c", 1, 30)
    assert kept.find("a", 1) is None
    assert kept.find("c", 1) == 30


@pytest.mark.parametrize(
    ("text", "goes_to"),
    [
        ("/carrier", "/carrier"),
        ("/carrier?day=1", "/carrier?day=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
    ],
)
def test_after_signing_in_one_stays_here(text: str, goes_to: str):
    assert own_address(text) == goes_to


def test_hours_travel_in_addresses_and_come_back():
    assert hour_of(hour_value(1_781_308_800_000)) == 1_781_308_800_000
    for nonsense in ("", "x", "2026-06-13", "2026-06-13T00:00+05:00", "2026-06-13T25:00Z"):
        assert hour_of(nonsense) is None


@pytest.mark.parametrize(
    ("hours", "told"), [(5, "UTC+5"), (5.5, "UTC+5:30"), (-3, "UTC−3"), (0, "UTC")]
)
def test_offsets_are_written_short(hours: float, told: str):
    at = datetime(2026, 6, 13, tzinfo=timezone(timedelta(hours=hours)) if hours else UTC)
    assert utc_offset(at) == told
