"""A server plans in another process: it loads nothing for it, and outlives it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from kezek.cli.frame.exit_code import ExitCode
from tests.cli.program import Running, kezek, until

NUMERICS = ("numpy", "numba", "llvmlite", "scipy", "lightgbm", "pyarrow", "distributed")
WITH_PLANNER = {"KEZEK_PLANNER": "yes"}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the shipped network."""
    folder = tmp_path_factory.mktemp("network") / "site"
    assert kezek("network", "load", "--folder", folder).code == ExitCode.DONE
    return folder


@pytest.fixture
def serving(network: Path, tmp_path: Path) -> Callable[..., Running]:
    """Serves a copy of it."""

    def begin(**settings: str) -> Running:
        folder = shutil.copytree(network, tmp_path / "site")
        return Running("serve", "--folder", folder, extra=WITH_PLANNER | settings)

    return begin


def planner_of(server: Running) -> psutil.Process | None:
    """The planner that runs now."""
    for child in psutil.Process(server.child.pid).children():
        if child.status() != psutil.STATUS_ZOMBIE and "kezek.planning" in child.cmdline():
            return child
    return None


def mapped(process: psutil.Process) -> str:
    """Every file that a process has mapped into its memory."""
    return Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8")


def basis(server: Running) -> str:
    return server.get("/api/v1/checkpoints/kz_syrym/forecast")["no_basis"]


def test_a_server_loads_no_numerics_and_its_planner_does(serving: Callable[..., Running]):
    with serving() as server:
        until(lambda: not basis(server).startswith("planner_"))
        assert basis(server) != "", "a line on which nothing was seen has no basis"
        own = mapped(psutil.Process(server.child.pid))
        assert [name for name in NUMERICS if f"/{name}" in own] == []
        planner = planner_of(server)
        assert planner is not None
        assert "/numpy" in mapped(planner), "the look-up finds what is there"
        assert planner.nice() == 19
        assert Path(f"/proc/{planner.pid}/oom_score_adj").read_text(encoding="ascii") == "800\n"
        assert server.stop() == ExitCode.DONE
        assert not planner.is_running() or planner.status() == psutil.STATUS_ZOMBIE


def test_a_planner_that_is_killed_is_missed_by_nobody_and_comes_back(
    serving: Callable[..., Running],
):
    with serving() as server:
        first = until(lambda: planner_of(server))
        first.kill()
        assert b"Syrym" in server.fetch("/")
        second = until(lambda: planner_of(server))
        assert second.pid != first.pid
        assert server.stop() == ExitCode.DONE


def test_a_planner_ends_with_its_server_however_that_ends(serving: Callable[..., Running]):
    with serving() as server:
        planner = until(lambda: planner_of(server))
        server.child.kill()
        until(lambda: not planner.is_running() or planner.status() == psutil.STATUS_ZOMBIE)


def test_a_server_without_a_planner_says_so(serving: Callable[..., Running]):
    with serving(KEZEK_PLANNER="no") as server:
        assert basis(server) == "planner_off"
        assert planner_of(server) is None
