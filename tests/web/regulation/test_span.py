"""How long a rule lets somebody take, as the page of the rules says it."""

from __future__ import annotations

import pytest

from kezek.domain.kernel.instant import DAY, HOUR, MINUTE
from kezek.i18n.catalogue import words
from kezek.web.regulation.regulation import span


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (20 * MINUTE, "20 minutes"),
        (HOUR, "1 hour"),
        (90 * MINUTE, "90 minutes"),
        (DAY, "24 hours"),
        (30 * DAY, "30 days"),
        (49 * HOUR, "49 hours"),
        (0, "0 minutes"),
    ],
)
def test_a_span_is_said_in_the_largest_unit_that_fits(length: int, said: str):
    assert span(length, words("en")) == said
