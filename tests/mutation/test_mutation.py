"""The rehearsal catches every fault that is planted, by a promise that the fault breaks."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.mutation.outside import outside
from tests.mutation.plant import table
from tests.mutation.played import played

FAULTS = table()


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if not outside(fault)])
def test_a_planted_fault_is_caught(name: str):
    found = played(name)
    assert found is not None, f"nobody noticed: {FAULTS[name].what}"
    assert found["promise"] in FAULTS[name].promises, found


@pytest.mark.parametrize("name", FAULTS)
def test_what_a_fault_changes_is_there_once_and_becomes_a_program(name: str):
    changed: dict[str, str] = {}
    for edit in FAULTS[name].edits:
        origin = importlib.util.find_spec(edit.module).origin
        text = changed.get(origin) or Path(origin).read_text(encoding="utf-8")
        assert text.count(edit.old) == 1, edit.old
        changed[origin] = text.replace(edit.old, edit.new)
    for origin, text in changed.items():
        compile(text, origin, "exec")


def test_there_are_enough_of_them():
    assert sum(outside(fault) for fault in FAULTS.values()) >= 8
    assert sum(not outside(fault) for fault in FAULTS.values()) >= 15
