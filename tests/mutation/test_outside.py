"""The rig from outside, and tests with a real PostgreSQL, catch what they alone can show."""

from __future__ import annotations

import pytest

from tests.mutation.outside import outside
from tests.mutation.plant import table
from tests.mutation.played import played

FAULTS = table()
SWIFT = [name for name, fault in FAULTS.items() if outside(fault) and not fault.slow]


@pytest.mark.parametrize("name", SWIFT)
def test_a_fault_of_real_processes_is_caught(name: str):
    found = played(name)
    assert found is not None, f"nobody noticed: {FAULTS[name].what}"
    assert found["promise"] in FAULTS[name].promises, found
