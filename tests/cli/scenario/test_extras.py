"""A command that needs an extra says how to install it, and what it names does install it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from kezek.cli.frame.fault import Failed
from kezek.cli.scenario import simulate
from kezek.planning.library import NotInstalled, lightgbm

ROOT = Path(__file__).parents[3]
LOCKED = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
EXTRAS = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

NEEDS = {
    "lightgbm": lightgbm,
    "pyarrow": lambda: simulate._parquet_there(wanted=True),
    "distributed": lambda: simulate._cluster("127.0.0.1:1"),
}


@pytest.mark.parametrize("library", NEEDS)
def test_the_sentence_about_a_missing_extra_names_what_installs_it(library: str, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, "kezek.planning.scenario.sweep.cluster", raising=False)
    monkeypatch.setattr(simulate, "find_spec", lambda _: None)
    with pytest.raises((Failed, NotInstalled)) as told:
        NEEDS[library]()
    if "make install" in str(told.value):
        assert f"\n{library}==" in LOCKED
    else:
        extra = re.search(r"\.\[(\w+)\]", str(told.value))
        assert extra is not None
        assert re.search(rf'^{extra[1]} = \["{library}\b', EXTRAS, re.MULTILINE)
