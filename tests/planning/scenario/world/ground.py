"""A small ground: one post that is known and calibrated, one that is only known."""

from __future__ import annotations

from kezek.app.scenario.ground import shipped_ground
from kezek.planning.scenario.world.read import Point, read_scenario

HEAD = """\
title = "A test"
from = 2026-06-15
until = 2026-06-17
replications = 4
"""

OWN = """\
[[checkpoint]]
id = "kz_own"
name = "Own"
zone = "Asia/Almaty"
regulation = "kz"
capacity_per_day = 96
demand.per_day = 80
[[checkpoint.stage]]
name = "gate"
lanes = 2
minutes = 12
"""


def points(text: str) -> tuple[Point, ...]:
    return read_scenario(text, "test.toml", shipped_ground())
