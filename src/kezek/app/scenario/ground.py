"""The ground under scenarios: posts, calibration and rule sets that ship with the package."""

from __future__ import annotations

from functools import cache

from kezek.app.checkpoint.load import BOARD_REGULATION
from kezek.app.checkpoint.network import (
    ListedCheckpoint,
    read_checkpoints,
    shipped_checkpoints,
)
from kezek.app.regulation.version_file import shipped_regulations
from kezek.domain.checkpoint.place_name import OWN
from kezek.domain.regulation.regulations import Regulations
from kezek.planning.scenario.world.ground import Ground, KnownPost, calibrated


@cache
def shipped_ground() -> Ground:
    """The ground, read once, because it does not change while a program runs."""
    rules = shipped_regulations()
    posts = {
        listed.id: _known(listed, rules) for listed in read_checkpoints(shipped_checkpoints()).rows
    }
    return Ground(posts, calibrated(), rules.every())


def _known(listed: ListedCheckpoint, rules: Regulations) -> KnownPost:
    post = listed.checkpoint
    name = listed.name(OWN, "en") or post.id
    return KnownPost(name, post.zone, _regulation(post.country, rules))


def _regulation(country: str, rules: Regulations) -> str:
    """The rule set of a country's posts; empty where none ships, so that a scenario must name one."""
    if country == "KZ":
        return BOARD_REGULATION
    return next((rule.id for rule in rules.values() if rule.country == country), "")
