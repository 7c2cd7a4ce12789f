"""The second half of the thousand seeds of the ordinary test run; `make rehearse` plays more."""

from __future__ import annotations

import pytest

from tests.rehearsal.kept import keeps_every_promise

PIECE = 50


@pytest.mark.parametrize("first", range(500, 500 + 500, PIECE))
def test_every_promise_is_kept_whatever_happens(first: int):
    keeps_every_promise(range(first, first + PIECE), "memory")
