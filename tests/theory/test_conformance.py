"""docs/conformance.md: the simulator finds what theory knows, and would be caught if it did not."""

from __future__ import annotations

import pytest

from tests.theory import table
from tests.theory.conformance import CASES, Case

EACH = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


@EACH
def test_a_model_finds_what_theory_knows_and_the_page_shows_it(case: Case):
    page = table.PAGE.read_text(encoding="utf-8")
    for row in case.judged():
        assert row.exact_enough, f"{row.figure}: more customers are needed\n{table.line(row)}"
        assert row.conforms, (
            f"play it again with `python -m tests.theory --seed 2`\n{table.line(row)}"
        )
        assert table.line(row) in page, "write the page with `python -m tests.theory --write`"


@EACH
def test_a_service_longer_by_half_a_percent_is_caught(case: Case):
    assert not all(row.conforms for row in case.judged(part=0.3, slip=1.005))


def test_the_page_shows_these_models_and_no_others():
    shown = table.PAGE.read_text(encoding="utf-8").partition(table.BEGIN)[2].partition(table.END)[0]
    rows = [line for line in shown.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == sum(len(case.exact()) for case in CASES) >= 12


def test_a_simulator_of_another_model_fails_by_far():
    """Nine tenths of the lanes' work is not all of it: the table is no formality."""
    (case,) = (case for case in CASES if case.name.startswith("M/D/4"))
    (row,) = case.judged(part=0.01, slip=0.9)
    assert row.apart < -20
