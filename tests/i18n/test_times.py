"""Hours as people read them, also where clocks are put back or forward."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kezek.domain.kernel.instant import of_local, to_datetime, windows
from kezek.i18n.times import day, hour, money, stamp

WARSAW = "Europe/Warsaw"


def test_the_two_windows_of_one_hour_are_told_apart():
    shown = [hour(to_datetime(at, WARSAW)) for at in windows(date(2026, 10, 25), WARSAW)]
    assert shown[1:5] == ["01:00", "02:00 UTC+2", "02:00 UTC+1", "03:00"]
    assert len(set(shown)) == 25


def test_an_ordinary_hour_says_no_more_than_it_must():
    shown = [
        hour(to_datetime(at, "Asia/Almaty")) for at in windows(date(2026, 6, 13), "Asia/Almaty")
    ]
    assert shown == [f"{n:02}:00" for n in range(24)]


@pytest.mark.parametrize("text", ["2026-03-29T02:00", "2026-03-29T02:59"])
def test_an_hour_that_clocks_are_put_over_does_not_exist(text: str):
    assert of_local(datetime.fromisoformat(text), WARSAW) is None


def test_a_local_time_is_the_first_of_two():
    at = of_local(datetime.fromisoformat("2026-10-25T02:30"), WARSAW)
    assert at is not None
    assert to_datetime(at, "UTC").isoformat() == "2026-10-25T00:30:00+00:00"


DAY = date(2026, 6, 13)


@pytest.mark.parametrize(
    ("lang", "style", "expected"),
    [
        ("en", "", "Sat 13 June"),
        ("en", "short", "13 Jun"),
        ("en", "plain", "13 June"),
        ("en", "long", "Saturday 13 June"),
        ("en", "full", "Saturday, 13 June 2026"),
        ("en", "date", "13 June 2026"),
        ("en", "month", "June 2026"),
        ("en", "weekday", "Sat"),
        ("ru", "", "сб, 13 июня"),
        ("ru", "short", "13 июн."),
        ("ru", "plain", "13 июня"),
        ("ru", "long", "суббота, 13 июня"),
        ("ru", "full", "суббота, 13 июня 2026 г."),
        ("ru", "date", "13 июня 2026 г."),
        ("ru", "month", "июнь 2026 г."),
        ("ru", "weekday", "сб"),
        ("kk", "", "13 маусым, сб"),
        ("kk", "short", "13 мау."),
        ("kk", "plain", "13 маусым"),
        ("kk", "long", "13 маусым, сенбі"),
        ("kk", "full", "2026 ж. 13 маусым, сенбі"),
        ("kk", "date", "2026 ж. 13 маусым"),
        ("kk", "month", "2026 ж. маусым"),
        ("kk", "weekday", "сб"),
    ],
)
def test_days_are_written_as_the_language_writes_them(lang: str, style: str, expected: str):
    assert day(DAY, style, lang) == expected


def test_a_day_with_its_hour_is_joined_as_the_language_joins_them():
    at = datetime(2026, 6, 13, 7, 5, tzinfo=UTC)
    assert [stamp(at, lang) for lang in ("en", "ru", "kk")] == [
        "13 June, 07:05",
        "13 июня, 07:05",
        "13 маусым, 07:05",
    ]


@pytest.mark.parametrize(
    ("minor", "currency", "expected"),
    [
        (432_500, "KZT", "4,325 KZT"),
        (432_550, "KZT", "4,325.50 KZT"),
        # Yen have no minor unit, dinars of Kuwait a thousand.
        (4_325, "JPY", "4,325 JPY"),
        (4_325, "KWD", "4.325 KWD"),
        (4_000, "KWD", "4 KWD"),
        (-150, "EUR", "-1.50 EUR"),
        (0, "UZS", "0 UZS"),
    ],
)
def test_an_amount_has_the_minor_units_of_its_currency(minor: int, currency: str, expected: str):
    assert money(minor, currency, "en") == expected
