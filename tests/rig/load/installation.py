"""An installation to be broken: a few people, and lines of very different width."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kezek.app.checkpoint.load import load_command
from kezek.app.checkpoint.network import read_checkpoints, shipped_checkpoints
from kezek.bootstrap import close_application, open_application
from kezek.domain.account.actor import Actor, Role
from kezek.domain.account.decide import AddAccount, IssueKey
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.refusal import Refused
from kezek.domain.network.load import OpenLine
from kezek.settings import Settings

ZONE = "Asia/Almaty"
# Where trucks drive today, wide enough for hours of it; a dozen places a day, one of them for the dear
# classes, which everybody wants; and a line of which a day is closed and opened all the time.
BUSY, NARROW, STORM = ("kz_syrym", "kz_nur_zholy"), "kz_sartobe", "kz_korday"
PLACES_A_DAY = dict.fromkeys(BUSY, 10_000) | {NARROW: 12, STORM: 48}
NO_LIMIT = 1_000_000_000
PEOPLE = {
    "fleet_a": Role.CARRIER,
    "fleet_b": Role.CARRIER,
    "officer_a": Role.OFFICER,
    "officer_b": Role.OFFICER,
    "supervisor": Role.SUPERVISOR,
    "agency": Role.AGENCY,
}
SETTINGS = {
    # One address in all answers, whatever the port is after the next start.
    "KEZEK_PUBLIC_URL": "https://queue.example",
    "KEZEK_RATE_PUBLIC": str(NO_LIMIT),
    # Forecasts are promised to nobody, and their process costs each start a second.
    "KEZEK_PLANNER": "no",
    # Places come back while the run lasts.
    "KEZEK_RETURN_MINUTES_MIN": "0",
    "KEZEK_RETURN_MINUTES_MAX": "1",
}
_HOST = Actor(0, "rig", frozenset({(Role.ADMINISTRATOR, "*"), (Role.AGENCY, "*")}))


@dataclass(frozen=True)
class People:
    """Accounts and API keys by name."""

    accounts: dict[str, int]
    keys: dict[str, str]


def install(folder: Path, database: str) -> People:
    """Make it, on an empty database."""
    settings = Settings(folder=folder, database=database, public_url=SETTINGS["KEZEK_PUBLIC_URL"])
    application = open_application(settings)
    people = People({}, {})
    try:
        rows = read_checkpoints(shipped_checkpoints()).rows
        _ask(
            application,
            load_command("load", _HOST, rows, (), seen_at=application.now(), source="rig"),
        )
        for post, places in PLACES_A_DAY.items():
            line = Line(f"{post}.exit", post, "exit", "kz", "kz", ZONE, "ours", 0)
            _ask(application, OpenLine(f"open {post}", _HOST, line, places))
        for name, role in PEOPLE.items():
            added = AddAccount(f"add {name}", _HOST, name, name, "", role, "*")
            account = people.accounts[name] = _ask(application, added)["account"]
            people.keys[name], digest = application.access.new_key()
            key = IssueKey(f"key {name}", _HOST, account, digest, name, role, "*", NO_LIMIT)
            _ask(application, key)
    finally:
        close_application(application)
    return people


def _ask(application: Any, command: Any) -> dict[str, Any]:
    decided = application.desk.ask(command)
    assert not isinstance(decided, Refused), decided
    return decided.outcome
