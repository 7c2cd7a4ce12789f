"""The rig's short form on one process on SQLite; with its siblings it makes thirty kills."""

from __future__ import annotations

from pathlib import Path

from tests.rig.kept import keeps_every_promise
from tests.rig.rig import RigPlan


def test_one_process_on_sqlite_keeps_every_promise_whatever_is_killed(tmp_path: Path):
    keeps_every_promise(RigPlan("sqlite", seed=1, kills=14), tmp_path)
