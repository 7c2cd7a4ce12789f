from __future__ import annotations

from datetime import date

import pytest

from kezek.domain.kernel.instant import date_of


def test_a_date_is_read_as_it_is_written_in_full():
    assert date_of("2026-06-13") == date(2026, 6, 13)


@pytest.mark.parametrize("nonsense", ["", "x", "20260613", "2026-W24-6", "2026-02-30"])
def test_anything_else_is_no_date(nonsense: str):
    assert date_of(nonsense) is None
