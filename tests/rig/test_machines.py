"""The rig's short form on two machines on one PostgreSQL; with its siblings it makes thirty kills."""

from __future__ import annotations

from pathlib import Path

from tests.rig.kept import keeps_every_promise
from tests.rig.rig import RigPlan


def test_two_machines_on_one_postgresql_keep_every_promise_whatever_is_killed(tmp_path: Path):
    keeps_every_promise(RigPlan("machines", seed=3, kills=8), tmp_path)
