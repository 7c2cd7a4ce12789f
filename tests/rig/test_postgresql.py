"""The rig's short form on two workers on PostgreSQL; with its siblings it makes thirty kills."""

from __future__ import annotations

from pathlib import Path

from tests.rig.kept import keeps_every_promise
from tests.rig.rig import RigPlan


def test_two_workers_on_postgresql_keep_every_promise_whatever_is_killed(tmp_path: Path):
    keeps_every_promise(RigPlan("postgresql", seed=2, kills=8), tmp_path)
