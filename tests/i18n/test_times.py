"""Hours as people read them, also where clocks are put back or forward."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from kezek.domain.kernel.instant import of_local, to_datetime, windows
from kezek.i18n.times import hour

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
