"""What holds for every test: no verdict by the clock, failures that can be replayed, the long first."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is slow, not wrong; speed belongs to the benchmark.
settings.register_profile("kezek", deadline=None, print_blob=True)
settings.load_profile("kezek")

HERE = Path(__file__).parent
# Whole files are handed to whoever is free.  Those that take minutes come first, so that in the end
# nobody waits for one, and those that mostly wait between those that compute; then what takes seconds.
LONG = (
    "rig/test_sqlite.py",
    "rehearsal/test_seeds_disk.py",
    "mutation/test_outside.py",
    "rehearsal/test_seeds_memory.py",
    "rig/test_postgresql.py",
    "planning",
    "rig/test_machines.py",
    "theory",
    "operation",
    "browser",
    "cli",
    "demo",
    "mutation",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    assert all((HERE / long).exists() for long in LONG), "a long one has another name"
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    # All that was collected stays to the end: the garbage collector need not look through it each time.
    gc.collect()
    gc.freeze()


def _turn(item: pytest.Item) -> int:
    path = item.path.relative_to(HERE)
    return next((n for n, long in enumerate(LONG) if path.is_relative_to(long)), len(LONG))
