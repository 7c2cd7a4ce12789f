"""What the docstrings show is what happens."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

from kezek.planning import simulation

MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(simulation.__path__, f"{simulation.__name__}.")
]
SHOWING = [module for module in MODULES if ">>> " in inspect.getsource(module)]


@pytest.mark.parametrize("module", SHOWING, ids=lambda module: module.__name__.rpartition(".")[2])
def test_the_examples_hold(module):
    ran = doctest.testmod(module)
    assert ran.attempted > 0
    assert ran.failed == 0
