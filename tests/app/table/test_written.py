"""Days and hours as people write them: what is read back, and what cannot be told apart."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.app.table.written import Hours, days_written, hours_written

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"


@given(
    on=DAYS,
    way=st.sampled_from(
        ["{d}.{m}.{y}", "{d:02}.{m:02}.{y}", "{d}.{m:02}.{yy:02}", "{y}-{m:02}-{d:02}"]
    ),
    behind=st.sampled_from(["", " г.", "г", " ж.", " 0:00", " 00:00:00", "\u00a0"]),
)
def test_a_day_that_can_mean_one_is_read_back(on, way, behind):
    text = way.format(d=on.day, m=on.month, y=on.year, yy=on.year % 100)
    assert days_written(text + behind) == (on,)


@given(on=DAYS, sign=st.sampled_from([*DASHES, "/"]), short=st.booleans())
def test_a_day_whose_month_may_come_first_is_told_with_every_reading(on, sign, short):
    year = f"{on.year % 100:02}" if short else str(on.year)
    found = days_written(f"{on.day}{sign}{on.month}{sign}{year}")
    assert on in found
    assert len(found) == (2 if on.day <= 12 and on.day != on.month else 1)
    assert found == days_written(f"{on.month}{sign}{on.day}{sign}{year}")


@given(
    hour=st.integers(0, 22),
    minutes=st.sampled_from(["", ":00", ".00", ":00:00"]),
    dash=st.sampled_from([*DASHES, " - ", " \u2013 ", " до ", " to "]),
)
def test_an_hour_is_read_back_with_its_end_or_without(hour, minutes, dash):
    first, past = f"{hour}{minutes}", f"{hour + 1:02}{minutes}"
    assert hours_written(first) == Hours(hour * 60, None)
    assert hours_written(f"{first}{dash}{past}") == Hours(hour * 60, hour * 60 + 60)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("12 am", Hours(0, None)),
        ("12 PM", Hours(720, None)),
        ("11:30 pm", Hours(23 * 60 + 30, None)),
        ("23-24", Hours(23 * 60, 24 * 60)),
        ("23:00-0:00", Hours(23 * 60, 24 * 60)),
        *(
            (wrong, None)
            for wrong in ("", "24", "9-8", "25", "9:60", "0 am", "13 pm", "9-", "-9", "9–10–11")
        ),
    ],
)
def test_midnight_noon_and_what_is_no_hour(text, hours):
    assert hours_written(text) == hours


@given(st.text(max_size=40))
def test_any_text_is_read_or_is_none(text):
    assert all(isinstance(on, date) for on in days_written(text))
    found = hours_written(text)
    assert found is None or (
        0 <= found.first < 1440 and (found.past is None or found.first < found.past <= 1440)
    )
