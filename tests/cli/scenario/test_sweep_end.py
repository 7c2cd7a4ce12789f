"""A sweep that is stopped, or killed, leaves its finished points and nothing that works on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cli.program import DEADLINE, environment, until
from tests.planning.scenario.world.ground import HEAD, OWN

# The first point is done in no time; each of the others would take minutes.
LONG = HEAD.replace("06-17", "07-17") + OWN + '[sweep.change]\n"replications" = [1, 9999, 10000]\n'


@pytest.fixture
def sweep(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Two workers, in the middle of the long points."""
    (tmp_path / "scenario.toml").write_text(LONG)
    child = subprocess.Popen(
        command(tmp_path),
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        # A group of its own, as a terminal gives it, so that Ctrl-C reaches everybody in it.
        start_new_session=True,
    )
    with child:
        until(lambda: list((tmp_path / "out").glob("point-*.json")))
        yield child
        child.kill()


def command(folder: Path) -> list[str]:
    scenario, out = folder / "scenario.toml", folder / "out"
    words = ["simulate", str(scenario), "--out", str(out), "--threads", "2"]
    # What runs in the background of a shell ignores Ctrl-C, and so would all that it starts.
    return ["env", "--default-signal=INT", sys.executable, "-m", "kezek", *words]


def workers(child: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(child.pid).children(recursive=True)


def test_ctrl_c_ends_a_sweep_that_goes_on_later(sweep: subprocess.Popen[str], tmp_path: Path):
    left = workers(sweep)
    assert len(left) >= 2
    os.killpg(sweep.pid, signal.SIGINT)
    _, told = sweep.communicate(timeout=DEADLINE)
    assert sweep.returncode == 130, told
    assert "stopped; 1 of 3 points are in" in told
    assert "Traceback" not in told
    assert psutil.wait_procs(left, DEADLINE)[1] == []


def test_workers_of_a_sweep_that_was_killed_end_too(sweep: subprocess.Popen[str]):
    left = workers(sweep)
    assert len(left) >= 2
    sweep.kill()
    assert psutil.wait_procs(left, DEADLINE)[1] == []
