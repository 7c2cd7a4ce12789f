"""What the docstrings show is what happens."""

from __future__ import annotations

import doctest
import importlib

import pytest

SHOWN = ("chance", "day", "law", "queue", "room", "tandem", "vacation")


@pytest.mark.parametrize("name", SHOWN)
def test_the_examples_hold(name: str):
    ran = doctest.testmod(importlib.import_module(f"kezek.planning.simulation.{name}"))
    assert ran.attempted > 0
    assert ran.failed == 0
