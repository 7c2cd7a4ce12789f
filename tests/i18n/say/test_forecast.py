"""Spans and ranges in few letters."""

from __future__ import annotations

import pytest

from kezek.app.forecast.likely import Bounds
from kezek.domain.kernel.instant import MINUTE
from kezek.i18n.catalogue import words
from kezek.i18n.say.forecast import span_range


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0, 5, "up to 5 min"),
        (0, 85, "up to 1 h 25"),
        (0, 240, "up to 4 h"),
        (20, 85, "20–85 min"),
        (25, 130, "up to 2 h 30"),
        (70, 130, "1–2.5 h"),
    ],
)
def test_a_range_says_something(low: int, high: int, said: str):
    assert span_range(Bounds(low * MINUTE, high * MINUTE), words("en")) == said
