"""The units for systemd are accepted by it, start what there is, and keep the server in its place."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kezek.cli import main
from kezek.cli.server.serving import STOP_SECONDS
from kezek.settings import Settings
from tests.docs.pages import ROOT

UNITS = sorted((ROOT / "operation" / "systemd").iterdir())
PROGRAM = "/opt/kezek/.venv/bin/kezek"
EXPOSURE_MOST = 2.0


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.fail("systemd-analyze is missing. Install it with:  apt-get install -y systemd")
    command = [program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """The units with a program that is here in the place of ours, for a machine that has none."""
    for path in UNITS:
        text = path.read_text("utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / path.name).write_text(text, "utf-8")
    return sorted(tmp_path.iterdir())


def setting(unit: str, name: str) -> list[str]:
    text = (ROOT / "operation" / "systemd" / unit).read_text("utf-8")
    return re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)


def test_systemd_accepts_every_unit(units: list[Path]):
    told = analyze("verify", "--man=no", *units)
    assert told.returncode == 0, told.stdout + told.stderr
    ours = [line for line in told.stderr.splitlines() if "kezek" in line]
    assert not ours, ours


@pytest.mark.parametrize("unit", [path.name for path in UNITS if path.suffix == ".service"])
def test_a_unit_is_confined(units: list[Path], unit: str):
    (path,) = [path for path in units if path.name == unit]
    told = analyze("security", "--offline=yes", f"--threshold={EXPOSURE_MOST * 10:.0f}", path)
    assert told.returncode == 0, told.stdout[-200:]
    assert setting(unit, "NoNewPrivileges") == ["yes"]
    assert setting(unit, "ProtectSystem") == ["strict"]
    assert setting(unit, "User") == ["kezek"]


def test_the_server_has_time_to_stop_and_starts_after_the_clock_is_right():
    assert int(setting("kezek.service", "TimeoutStopSec")[0]) > STOP_SECONDS
    assert "time-sync.target" in setting("kezek.service", "After")[0].split()
    assert setting("kezek.service", "Restart") == ["always"]
    assert setting("kezek.service", "StateDirectory") == ["kezek"]


def test_units_start_commands_that_there_are_with_settings_that_there_are():
    known = {f"KEZEK_{field.name.upper()}" for field in dataclasses.fields(Settings)}
    for path in UNITS:
        text = path.read_text("utf-8")
        for command in re.findall(rf"{PROGRAM} (\w+)", text):
            assert command in main.commands, f"{path.name}: kezek {command}"
        assert set(re.findall(r"\b(KEZEK_[A-Z_]+)=", text)) <= known


def test_every_timer_has_its_work_and_every_work_a_timer():
    timers = {path.stem for path in UNITS if path.suffix == ".timer"}
    works = {path.stem for path in UNITS if path.suffix == ".service"} - {"kezek"}
    assert timers == works
    for path in UNITS:
        assert path.name in (ROOT / "docs" / "operating.md").read_text("utf-8"), path.name
