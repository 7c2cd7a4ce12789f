"""`kezek forecast accuracy` claims nothing of too little, and names what it does not know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kezek.app.forecast.accuracy import Accuracy
from kezek.app.forecast.replay import Scores
from kezek.cli.forecast.accuracy import _print
from kezek.cli.frame.exit_code import ExitCode
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


@pytest.mark.parametrize(
    ("loss", "corrected", "said"),
    [
        (3.0, None, "no correction learned"),
        (3.0, 2.98, "not corrected (with: loss 3.0)"),
        (2.5, 2.5, "corrected (without: loss 3.0)"),
        (3.0, 3.5, "not corrected (with: loss 3.5)"),
    ],
)
def test_it_says_whether_ranges_are_corrected_and_what_the_other_way_is_worth(
    capsys, loss, corrected, said
):
    good = Accuracy(40, 0.8, 0.9, loss, None, 4.0, 12.0)
    if corrected is not None:
        good = replace(good, loss_corrected=corrected, loss_uncorrected=3.0)
    _print({"kz_a": Scores(0, good, None)})
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith(f"typical error 12 min; {said}")
    assert "too few" in second
