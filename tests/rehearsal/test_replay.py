"""A seed is a run: played again, anywhere, it is the same to the byte."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.rehearsal.ground.grounds import GROUNDS
from tests.rehearsal.kept import quietly
from tests.rehearsal.play import play

SEEDS = (3, 4)
ELSEWHERE = """
import logging
from tests.rehearsal.play import play
logging.disable(logging.CRITICAL)
print(*(play(seed, {ground!r}).digest for seed in {seeds}))
"""


@pytest.mark.parametrize("ground", sorted(GROUNDS))
def test_two_runs_of_a_seed_are_one(ground: str):
    with quietly():
        once, again = ([play(seed, ground) for seed in SEEDS] for _ in range(2))
    assert once == again
    assert once[0].digest != once[1].digest


@pytest.mark.parametrize("ground", sorted(GROUNDS))
def test_no_process_and_no_order_of_hashing_makes_another_run_of_it(ground: str):
    told = {
        subprocess.run(
            [sys.executable, "-c", ELSEWHERE.format(ground=ground, seeds=SEEDS)],
            env={**os.environ, "PYTHONHASHSEED": salt},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for salt in ("1", "4711")
    }
    with quietly():
        told.add(" ".join(play(seed, ground).digest for seed in SEEDS) + "\n")
    assert len(told) == 1, told


def test_the_trace_of_a_seed_is_told_by_one_command():
    told = [
        subprocess.run(
            [sys.executable, "-m", "tests.rehearsal", "--seed", "3", "--trace"],
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for _ in range(2)
    ]
    assert told[0] == told[1]
    assert len(told[0].splitlines()) > 100
