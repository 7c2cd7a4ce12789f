"""What is searched for when a text was typed or scanned."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from kezek.app.find import readings_of
from kezek.domain.booking.booking import CODE_LENGTH, CODE_LETTERS
from kezek.domain.kernel.keyboard import Layout
from tests.typist import Way, typed

CODES = st.text(CODE_LETTERS, min_size=CODE_LENGTH, max_size=CODE_LENGTH)


@given(CODES, st.sampled_from(list(Layout)), st.sampled_from(list(Way)))
@example("6X6Z", Layout.FRENCH, Way.PLAIN)
def test_a_scanned_code_is_among_the_readings_on_every_layout(code: str, layout: Layout, way: Way):
    assert code in readings_of(typed(code, layout, way))
