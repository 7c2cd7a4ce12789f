"""What is warmed once is not compiled again, and lies where it was told to."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kezek.planning import cache, simulation, warm
from kezek.planning.simulation.chance import deterministic, erlang, lognormal
from kezek.planning.simulation.day import run_day
from kezek.planning.simulation.queue import run_queue
from kezek.planning.simulation.room import run_room
from kezek.planning.simulation.tandem import run_tandem
from kezek.planning.simulation.vacation import run_vacation

LAWS = (deterministic(1.0), erlang(2.0, phases=2), lognormal(1.0, variation=2.0))


def compiled() -> dict[str, int]:
    """How many types of arguments each kernel of the simulation is compiled for."""
    return {
        f"{module.name}.{name}": len(found.signatures)
        for module in pkgutil.iter_modules(simulation.__path__)
        for name, found in vars(
            importlib.import_module(f"{simulation.__name__}.{module.name}")
        ).items()
        if hasattr(found, "signatures")
    }


def test_after_warming_no_run_compiles_anything():
    assert list(warm.warm()) == list(warm.WARMED)
    before = compiled()
    one, two, three = LAWS
    run_queue(
        one, three, lanes=9, customers=5_000, warm_up=10, seed=2**62, replications=2, threads=2
    )
    run_room(two, one, lanes=3, room=30, customers=500, seed=1)
    run_vacation(three, one, two, customers=500, seed=1)
    run_tandem(LAWS, LAWS[:2], lanes=(2, 70), customers=500, seed=1)
    run_day(np.array((0.5, 2.0)), 9.0, three, lanes=2, instants_s=np.array((3.0,)), days=9, seed=1)
    assert compiled() == before
    assert sum(before.values()) > len(warm.WARMED)


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of sources of its own, and a cache of its own."""
    (tmp_path / "planning").mkdir()
    monkeypatch.setattr(cache, "_PLANNING", tmp_path / "planning")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "kernels"))
    return tmp_path / "planning"


def test_kernels_are_compiled_anew_when_any_of_them_changes(sources: Path):
    (sources / "one.py").write_text("@kernel\ndef one(): ...")
    (sources / "plain.py").write_text("def plain(): ...")
    first = cache.cache_folder()
    (sources / "plain.py").write_text("def plain(): return 1")
    assert cache.cache_folder() == first
    (sources / "one.py").write_text("@kernel\ndef one(): return 1")
    second = cache.cache_folder()
    assert second != first
    assert second.parent == first.parent == sources.parent / "kernels"


def test_without_a_word_kernels_lie_in_the_users_cache(
    sources: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(cache.VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(sources.parent / "mine"))
    assert cache.cache_folder().parent == sources.parent / "mine" / "kezek" / "kernels"


def test_where_nothing_may_be_written_a_process_keeps_its_own(sources: Path):
    (sources.parent / "kernels").write_text("a file where a folder should be")
    folder = cache.cache_folder()
    assert folder.is_dir()
    assert sources.parent not in folder.parents
    assert folder.stat().st_mode & 0o077 == 0
    folder.rmdir()


def test_only_the_latest_states_of_the_sources_are_kept(tmp_path: Path):
    for n in range(12):
        folder = tmp_path / f"{n:016d}"
        folder.mkdir()
        os.utime(folder, (n, n))
    (tmp_path / "mine").mkdir()
    cache.forget_old(tmp_path / f"{11:016d}")
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == [f"{n:016d}" for n in range(4, 12)] + ["mine"]


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
    assert any(Path(answer["folder"]).rglob("*.nbc"))
