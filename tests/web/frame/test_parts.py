"""The small parts under the pages: fields, what is kept, shapes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files

import pytest

from kezek.app.cache import BoundedCache
from kezek.domain.vehicle.vehicle import NAME_LENGTH_MAX
from kezek.web.frame.forms import Form
from kezek.web.frame.page_error import PageError
from kezek.web.frame.session import own_address
from kezek.web.frame.shape import hour_of, hour_value, utc_offset


def test_a_field_for_a_name_takes_no_more_letters_than_a_name_may_have():
    folder = files("kezek.web") / "templates" / "pages"
    fields = [
        (page.name, int(most))
        for page in folder.iterdir()
        for most in re.findall(r'field\("(?:driver|name)",.*?max=(\d+)', page.read_text("utf-8"))
    ]
    assert len(fields) > 5
    assert {most for _, most in fields} == {NAME_LENGTH_MAX}, fields


def test_a_field_is_one_line_of_a_bounded_length():
    form = Form({"a": ["  x  "], "long": ["x" * 300], "lines": ["x\ny"], "nul": ["x\0"]})
    assert form.text("a") == "x"
    assert form.text("missing") == ""
    assert form.area("lines", 10) == "x\ny"
    for name in ("long", "lines", "nul"):
        with pytest.raises(PageError):
            form.text(name)


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
    assert Form({"n": [typed]}).number("n") == number


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
