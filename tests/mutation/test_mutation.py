"""The rehearsal catches every fault that is planted, by a promise that the fault breaks."""

from __future__ import annotations

import pytest

from tests.mutation.__main__ import played
from tests.mutation.plant import table

FAULTS = table()


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_caught(name: str):
    found = played(name)
    assert found is not None, f"nobody noticed: {FAULTS[name].what}"
    assert found["promise"] in FAULTS[name].promises, found


def test_there_are_enough_of_them():
    assert len(FAULTS) >= 15
