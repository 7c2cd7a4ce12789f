"""Defaults of scenarios that ship with the product: posts, their calibration, rule sets."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulations import Regulations

NETWORK = "network"


@value(frozen=True, slots=True)
class KnownPost:
    """Published facts of a post, which a scenario need not repeat."""

    name: str
    zone: str
    regulation: str


@value(frozen=True, slots=True)
class Ground:
    """`posts` are all that ship; `calibrated` are those with capacity and demand, as file entries."""

    posts: Mapping[str, KnownPost]
    calibrated: Mapping[str, Mapping[str, Any]]
    regulations: Regulations


def calibrated() -> dict[str, Mapping[str, Any]]:
    """The entries of the shipped network's scenario, by checkpoint."""
    entries = tomllib.loads(shipped(NETWORK))["checkpoint"]
    return {entry["id"]: entry for entry in entries}


def studies() -> tuple[str, ...]:
    """The names of the shipped scenarios, the network's own first."""
    folder = resources.files("kezek") / "scenario"
    names = sorted(
        f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")
    )
    return (NETWORK, *(name for name in names if name != NETWORK))


def shipped(name: str) -> str:
    """The text of a shipped scenario."""
    return (resources.files("kezek") / "scenario" / f"{name}.toml").read_text("utf-8")
