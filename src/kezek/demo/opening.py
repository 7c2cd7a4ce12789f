"""The beginning of a demonstration: an empty database becomes the real network at the board's moment."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kezek.app.application import Application
from kezek.app.checkpoint import network as files
from kezek.app.checkpoint.load import load_command
from kezek.app.checkpoint.name_file import read_names
from kezek.app.port import Fault
from kezek.domain.account.account import Account, ApiKey, Grant, Login
from kezek.domain.account.actor import ANYWHERE, Actor, Role
from kezek.domain.account.decide import AddAccount, GrantRole, IssueKey, RevokeKey
from kezek.domain.account.password import PasswordFault
from kezek.domain.checkpoint.checkpoint import Line, new_line
from kezek.domain.decide import Command
from kezek.domain.kernel.instant import Instant, from_datetime
from kezek.domain.kernel.refusal import Refused
from kezek.domain.network.load import OpenLine

# Demonstrations only: it is printed at every start, and a demonstration's database is marked for good.
PASSWORD = "queue-at-the-border"  # noqa: S105 - meant to be known
KEY_LABEL = "demo traffic"
KEY_RATE = 1_000_000

_HOST = Actor(0, "demo", frozenset({(Role.ADMINISTRATOR, ANYWHERE), (Role.AGENCY, ANYWHERE)}))


class DemoRefused(Fault):
    """The demonstration cannot be set up; our own rules said no, so this is a mistake of ours."""

    permanent = True


@dataclass(frozen=True, slots=True)
class Cast:
    """Somebody who can sign in: `login`, what for, and what it may do where."""

    login: str
    name: str
    grants: tuple[tuple[Role, str], ...]


CASTS: tuple[Cast, ...] = (
    Cast("demo-administrator", "Demo administrator", ((Role.ADMINISTRATOR, ANYWHERE),)),
    Cast("demo-agency", "Demo agency of Kazakhstan", ((Role.AGENCY, "kz"),)),
    Cast(
        "demo-officer",
        "Demo officer at the Chinese border",
        (
            (Role.OFFICER, "kz_nur_zholy"),
            (Role.OFFICER, "kz_dostyk"),
            (Role.OFFICER, "kz_bakhty"),
        ),
    ),
    Cast(
        "demo-supervisor",
        "Demo supervisor",
        ((Role.SUPERVISOR, "kz_nur_zholy"), (Role.SUPERVISOR, "kz_syrym")),
    ),
    Cast("demo-officer-syrym", "Demo officer at Syrym", ((Role.OFFICER, "kz_syrym"),)),
    Cast("demo-officer-dostuk", "Demo officer at Dostuk", ((Role.OFFICER, "kg_dostuk"),)),
    Cast("demo-clerk", "Demo desk clerk", ((Role.CLERK, ANYWHERE),)),
    Cast("demo-carrier", "Demo carrier", ((Role.CARRIER, ANYWHERE),)),
)

# Those who live the trucks' lives over the API.  They never sign in.
TRUCKS = Cast(
    "demo-trucks",
    "Simulated trucks",
    ((Role.DEMONSTRATOR, ANYWHERE),),
)
GATES = Cast(
    "demo-gates",
    "Simulated officers",
    ((Role.OFFICER, ANYWHERE),),
)
SHIFTS = Cast(
    "demo-shifts",
    "Simulated supervisors",
    ((Role.SUPERVISOR, ANYWHERE),),
)


def board_began() -> Instant:
    """When the shipped board was read: the first moment of every demonstration."""
    zone = ZoneInfo(files.ZONE_BY_COUNTRY["KZ"])
    on, clock = files.SHIPPED_BOARD_ON, files.SHIPPED_BOARD_CLOCK
    return from_datetime(datetime.combine(on, clock, zone))


def prepare(application: Application) -> None:
    """Network, lines and accounts; what an interrupted start has left is completed."""
    _load(application)
    for line, capacity in shipped_lines(application):
        _ask(application, OpenLine(f"demo-line-{line.id}", _HOST, line, capacity))
    hashed = application.access.plain.hash_password(PASSWORD)
    assert not isinstance(hashed, PasswordFault), "the demo's password is none of the easy ones"
    for cast in CASTS:
        _hire(application, cast, hashed)
    for cast in (TRUCKS, GATES, SHIFTS):
        _hire(application, cast, "")


def _load(application: Application) -> None:
    checkpoints = files.read_checkpoints(files.shipped_checkpoints())
    board = files.read_board(files.shipped_board(), checkpoints.rows)
    assert not checkpoints.problems, "the shipped network is whole"
    assert not board.problems, "the shipped board is whole"
    names = read_names(files.shipped_names(), {row.id for row in checkpoints.rows})
    assert not names.problems, "the shipped names are whole"
    command = load_command(
        "demo-network",
        _HOST,
        checkpoints.rows,
        board.rows,
        names=names.rows,
        seen_at=board_began(),
        source="shipped",
    )
    _ask(application, command)


def shipped_lines(application: Application) -> Iterator[tuple[Line, int]]:
    """Lines for which no board is known, with capacities of ours: `network/lines.csv`.

    Each has its direction, and a `name` where its checkpoint has several of one direction.
    """
    with files.shipped("lines.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            post = application.network.post(row["checkpoint"])
            assert post is not None, "the shipped lines name shipped checkpoints"
            line = new_line(
                post.checkpoint,
                authority=row["authority"],
                regulation=row["regulation"],
                basis="ours",
                direction=row["direction"],
                name=row.get("name") or "",
            )
            assert line.id == row["line"], "a line's id follows from its checkpoint"
            yield line, int(row["capacity"])


def _hire(application: Application, cast: Cast, password: str) -> None:
    reader = application.store.reader
    found = reader.get(Login, cast.login)
    (role, place), *more = cast.grants
    if found is None:
        key = f"demo-account-{cast.login}"
        asked = AddAccount(key, _HOST, cast.login, cast.name, password, role, place, simulated=True)
        account = int(_ask(application, asked)["account"])
    else:
        account = found.account
    held = {(grant.role, grant.place) for grant in reader.rows(Grant, account)}
    for role, place in more:
        if (role, place) not in held:
            key = f"demo-grant-{cast.login}-{role}-{place}"
            _ask(application, GrantRole(key, _HOST, account, role, place))


def issue_keys(application: Application) -> dict[str, str]:
    """Fresh API keys for the traffic's three parts; those of earlier starts open nothing more."""
    reader = application.store.reader
    for old in reader.all(ApiKey):
        if old.label == KEY_LABEL and old.revoked_at is None:
            _ask(application, RevokeKey("", _HOST, old.id))
    keys = {}
    for part, cast, role in (
        ("trucks", TRUCKS, Role.DEMONSTRATOR),
        ("gates", GATES, Role.OFFICER),
        ("shifts", SHIFTS, Role.SUPERVISOR),
    ):
        login = reader.get(Login, cast.login)
        assert login is not None, "prepare has hired everybody"
        text, digest = application.access.new_key()
        command = IssueKey("", _HOST, login.account, digest, KEY_LABEL, role, ANYWHERE, KEY_RATE)
        _ask(application, command)
        keys[part] = text
    return keys


def _ask(application: Application, command: Command) -> dict[str, Any]:
    decided = application.desk.ask(command)
    if isinstance(decided, Refused):
        raise DemoRefused(f"{type(command).__name__}: {decided.reason.value}")
    return decided.outcome


def casts_of(application: Application) -> list[tuple[str, str]]:
    """Logins of the demonstration with what they are."""
    reader = application.store.reader
    logins = {account.login for account in reader.all(Account) if account.closed_at is None}
    return [(cast.login, cast.name) for cast in CASTS if cast.login in logins]
