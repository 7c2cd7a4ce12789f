"""Seeds of the ordinary test run with several processes on one store; `make rehearse` plays more."""

from __future__ import annotations

import pytest

from tests.rehearsal.kept import keeps_every_promise

SEEDS, PIECE = 650, 50


@pytest.mark.parametrize("first", range(0, SEEDS, PIECE))
def test_every_promise_is_kept_whatever_happens(first: int):
    keeps_every_promise(range(first, first + PIECE), "memory")
