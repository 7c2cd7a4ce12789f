"""What is warmed once is not compiled again, and lies where it was told to."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kezek.planning import cache, forecast, simulation, warm
from kezek.planning.forecast import twin
from kezek.planning.simulation.checkpoint.checkpoint import play
from kezek.planning.simulation.checkpoint.checkpoint_variates import variates_of
from kezek.planning.simulation.station.day import run_day
from kezek.planning.simulation.station.finite_queue import run_finite_queue
from kezek.planning.simulation.station.multi_server_queue import run_queue
from kezek.planning.simulation.station.tandem import run_tandem
from kezek.planning.simulation.station.vacation import run_vacation
from kezek.planning.simulation.variate.distribution import deterministic, erlang, lognormal
from tests.planning.forecast.test_twin import a_line
from tests.planning.simulation.checkpoint.random_input import plan_of

LAWS = (deterministic(1.0), erlang(2.0, phases=2), lognormal(1.0, variation=2.0))


def compiled() -> dict[str, int]:
    """How many types of arguments each kernel is compiled for."""
    modules = [
        importlib.import_module(f"{package.__name__}.{module.name}")
        for package in (forecast, simulation)
        for module in pkgutil.iter_modules(package.__path__)
    ]
    return {
        f"{module.__name__}.{name}": len(found.signatures)
        for module in modules
        for name, found in vars(module).items()
        if hasattr(found, "signatures")
    }


def test_after_warming_no_run_no_plan_and_no_line_compiles_anything():
    assert list(warm.warm()) == list(warm.WARMED)
    before = compiled()
    one, two, three = LAWS
    run_queue(
        one, three, lanes=9, customers=5_000, warm_up=10, seed=2**62, replications=2, threads=2
    )
    run_finite_queue(two, one, lanes=3, capacity=30, customers=500, seed=1)
    run_vacation(three, one, two, customers=500, seed=1)
    run_tandem(LAWS, LAWS[:2], lanes=(2, 70), customers=500, seed=1)
    run_day(np.array((0.5, 2.0)), 9.0, three, lanes=2, instants_s=np.array((3.0,)), days=9, seed=1)
    for number in range(60):
        model = plan_of(number)
        play(model, variates_of(model, number, 0))
    for state in (
        a_line(),
        a_line(waiting=0, expected=(), at_gate=()),
        a_line(calls=3, interleave=("in_turn",)),
        a_line(hours=()),
    ):
        assert twin.forecast(state).no_basis == ""
    assert compiled() == before
    assert sum(before.values()) > len(warm.WARMED)


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of its own, and a cache of its own."""
    package = tmp_path / "kezek" / "planning"
    package.mkdir(parents=True)
    for name, text in (("one", "from kezek.planning.two import two"), ("two", ""), ("else", "")):
        (package / f"{name}.py").write_text(text)
    monkeypatch.setattr(cache, "SOURCE", tmp_path)
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "kernels"))
    cache._above.cache_clear()
    yield package
    cache._above.cache_clear()


@pytest.mark.parametrize(
    ("changed", "anew"),
    [("one", {"one"}), ("two", {"one", "two"}), ("else", {"else"})],
)
def test_kernels_are_compiled_anew_when_what_they_stand_on_changes(
    sources: Path, changed: str, anew: set[str]
):
    names = ("one", "two", "else")
    before = {name: cache.cache_folder(f"kezek.planning.{name}") for name in names}
    assert {folder.parent for folder in before.values()} == {sources.parents[1] / "kernels"}
    with (sources / f"{changed}.py").open("a") as file:
        file.write("\nMORE = 1\n")
    after = {name: cache.cache_folder(f"kezek.planning.{name}") for name in names}
    assert {name for name in names if before[name] != after[name]} == anew


def test_without_a_word_kernels_lie_in_the_users_cache(
    sources: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(cache.VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(sources / "mine"))
    folder = cache.cache_folder("kezek.planning.one")
    assert folder.parent == sources / "mine" / "kezek" / "kernels"


def test_where_nothing_may_be_written_a_process_keeps_its_own(sources: Path):
    (sources.parents[1] / "kernels").write_text("a file where a folder should be")
    folder = cache.cache_folder("kezek.planning.one").parent
    assert folder.is_dir()
    assert sources.parents[1] not in folder.parents
    assert folder.stat().st_mode & 0o077 == 0
    assert cache.cache_folder("kezek.planning.two").parent == folder
    folder.rmdir()


def test_old_states_of_the_sources_go_and_current_ones_stay(sources: Path):
    kernels = cache.cache_folder("kezek.planning.one").parent
    states = [kernels / f"one-{n:016x}" for n in range(70)]
    for n, folder in enumerate([*states, kernels / "mine"]):
        folder.mkdir()
        os.utime(folder, (n, n))
    cache.forget_old({states[0]})
    assert set(kernels.iterdir()) == {states[0], *states[-64:], kernels / "mine"}


def test_the_command_says_what_it_has_warmed():
    ran = subprocess.run(
        [sys.executable, "-m", "kezek", "warm", "--json"],
        check=True,
        capture_output=True,
        text=True,
    )
    answer = json.loads(ran.stdout)["answer"]
    assert answer["kernels"] == list(warm.WARMED)
    assert answer["folder"] == str(warm.kept_in())
    assert {path.stem.partition(".")[0] for path in Path(answer["folder"]).rglob("*.nbc")} > {
        "queue"
    }
