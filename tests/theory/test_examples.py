"""What the docstrings show is what happens."""

from __future__ import annotations

import doctest
import importlib

import pytest

SHOWN = ("kezek.planning.simulation.chance",)


@pytest.mark.parametrize("name", SHOWN)
def test_the_examples_hold(name: str):
    ran = doctest.testmod(importlib.import_module(name))
    assert ran.attempted > 0
    assert ran.failed == 0
