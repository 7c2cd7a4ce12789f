"""`kezek forecast accuracy` claims nothing of too little, and names what it does not know."""

from __future__ import annotations

from pathlib import Path

from kezek.cli.exit_code import ExitCode
from tests.cli.conftest import Call

ASKED = ("forecast", "accuracy")


def test_without_crossings_nothing_is_claimed(call: Call, network: Path):
    told = call(*ASKED, "kz_syrym", "--folder", network, "--json").answer["accuracy"]
    assert told == [{"checkpoint": "kz_syrym", "called": None, "crossed": None}]
    said = call(*ASKED, "kz_syrym", "--folder", network).out
    assert said.count("too few trucks have crossed to tell") == 2


def test_every_line_is_told_where_none_is_named(call: Call, network: Path):
    told = call(*ASKED, "--folder", network, "--json").answer["accuracy"]
    assert len(told) == 46


def test_a_checkpoint_that_is_none_is_named(call: Call, network: Path):
    refused = call(*ASKED, "kz_nowhere", "--folder", network, "--json")
    assert refused.code == ExitCode.USAGE
    problem = refused.document["problem"]
    assert problem["code"] == "checkpoint_unknown"
    assert "'kz_nowhere'" in problem["sentence"]
