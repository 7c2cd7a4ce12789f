"""`kezek user`: accounts, what they may do, their one-time links and API keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kezek.cli.command import Group
from kezek.cli.exit_code import ExitCode
from kezek.cli.fault import Failed
from kezek.cli.installation import ask, folder_option, fresh_key, opened, operator
from kezek.cli.output import answer, json_option, print_table, say

if TYPE_CHECKING:
    from kezek.app.house import House

# The words of `domain.account.actor.Role`, so that `--help` need not load the rules; a test compares.
ROLES = ("reader", "carrier", "clerk", "officer", "supervisor", "agency", "administrator")

place_option = click.option(
    "--place",
    help="A checkpoint such as kz_syrym, an authority such as kz, or * for everywhere. Without it "
    "carriers, readers and administrators are meant everywhere; the others need it.",
)


@click.group(cls=Group)
def user() -> None:
    """Accounts and API keys, on a stopped installation."""


@user.command(short_help="Add an account and print its one-time link.")
@click.argument("login")
@click.option("--name", default="", help="The person's or the firm's name.")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the account may do.")
@place_option
@folder_option
@json_option
def add(login: str, name: str, role: str, place: str | None, folder: Path | None) -> None:
    """Add an account and print a one-time link with which it sets its password."""
    from kezek.domain.account.decide import AddAccount
    from kezek.domain.kernel.text import cleaned

    place = place_of(role, place)
    with opened(folder) as house:
        made = ask(house, AddAccount(fresh_key(house), operator(), login, name, "", role, place))
        body = {"account": made["account"], "login": cleaned(login).lower()}
        _tell_link(house, body)


@user.command("list")
@folder_option
@json_option
def list_accounts(folder: Path | None) -> None:
    """List accounts with their roles; closed ones too."""
    from kezek.domain.account.account import Account, ApiKey, Grant

    with opened(folder) as house:
        reader = house.store.reader
        keys = reader.all(ApiKey)
        body = [
            {
                "account": account.id,
                "login": account.login,
                "name": account.name,
                "grants": [f"{g.role}@{g.place}" for g in reader.rows(Grant, account.id)],
                "password_set": bool(account.password),
                "closed": account.closed_at is not None,
                "confirmed": account.confirmed_at is not None,
                "simulated": account.simulated,
                "keys": [
                    {"id": k.id, "label": k.label, "scope": f"{k.role}@{k.place}", "rate": k.rate}
                    for k in keys
                    if k.account == account.id and k.revoked_at is None
                ],
            }
            for account in reader.all(Account)
        ]
    answer(body, lambda: _print_accounts(body))


def _print_accounts(body: Sequence[dict[str, Any]]) -> None:
    def state(row: dict[str, Any]) -> str:
        if row["closed"]:
            return "closed"
        if not row["confirmed"]:
            return "not confirmed"
        return "active" if row["password_set"] else "no password"

    print_table(
        ("account", "login", "name", "roles", "state", "keys"),
        [
            (
                row["account"],
                row["login"],
                row["name"],
                " ".join(row["grants"]),
                state(row),
                " ".join(str(key["id"]) for key in row["keys"]),
            )
            for row in body
        ],
    )


@user.command(short_help="Close an account for good, with its keys.")
@click.argument("login")
@folder_option
@json_option
def close(login: str, folder: Path | None) -> None:
    """Close an account: it signs in no more, and its keys open nothing."""
    from kezek.domain.account.decide import CloseAccount

    with opened(folder) as house:
        number = account_of(house, login)
        ask(house, CloseAccount(fresh_key(house), operator(), number))
        house.access.plain.end_all(number)
    answer({"account": number}, lambda: say(f"Account {number} ({login}) is closed."))


@user.command(short_help="Confirm a carrier that has added itself.")
@click.argument("login")
@folder_option
@json_option
def confirm(login: str, folder: Path | None) -> None:
    """Confirm a carrier that has added itself: the limits of new carriers end for it."""
    from kezek.domain.account.decide import ConfirmCarrier

    with opened(folder) as house:
        number = account_of(house, login)
        ask(house, ConfirmCarrier(fresh_key(house), operator(), number))
    answer({"account": number}, lambda: say(f"The carrier {login} is confirmed."))


@user.command()
@click.argument("login")
@click.argument("role", type=click.Choice(ROLES))
@click.argument("place", required=False)
@click.option("--withdraw", is_flag=True, help="Take the role away instead.")
@folder_option
@json_option
def grant(login: str, role: str, place: str | None, *, withdraw: bool, folder: Path | None) -> None:
    """Grant an account a role at a place, or withdraw it."""
    from kezek.domain.account.decide import GrantRole

    place = place_of(role, place)
    with opened(folder) as house:
        number = account_of(house, login)
        asked = GrantRole(fresh_key(house), operator(), number, role, place, withdraw=withdraw)
        body = ask(house, asked)
    done = "no longer has" if withdraw else "has"
    answer(body, lambda: say(f"{login} {done} the role {role} at {place}."))


@user.command()
@click.argument("login")
@folder_option
@json_option
def password(login: str, folder: Path | None) -> None:
    """Print a one-time link with which an account sets a new password."""
    with opened(folder) as house:
        number = account_of(house, login)
        _tell_link(house, {"account": number, "login": login})


@user.command(short_help="Issue an API key and show it, once.")
@click.argument("login")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the key may do.")
@place_option
@click.option("--label", default="", help="What the key is for.")
@click.option(
    "--rate",
    type=click.IntRange(1, 1_000_000),
    default=600,
    show_default=True,
    help="Requests a minute that the key may make.",
)
@folder_option
@json_option
def key(
    login: str, *, role: str, place: str | None, label: str, rate: int, folder: Path | None
) -> None:
    """Issue an API key and show it, once; it never opens more than its account may."""
    from kezek.domain.account.decide import IssueKey

    place = place_of(role, place)
    with opened(folder) as house:
        number = account_of(house, login)
        text, digest = house.access.new_key()
        asked = IssueKey(fresh_key(house), operator(), number, digest, label, role, place, rate)
        issued = ask(house, asked)
    body = {"id": issued["id"], "account": number, "key": text}

    def people() -> None:
        say(f"API key {issued['id']} of {login}, shown this once:")
        say(text)

    answer(body, people)


@user.command()
@click.argument("key_id", metavar="KEY", type=int)
@folder_option
@json_option
def revoke(key_id: int, folder: Path | None) -> None:
    """Revoke an API key by its number (see `kezek user list`)."""
    from kezek.domain.account.decide import RevokeKey

    with opened(folder) as house:
        ask(house, RevokeKey(fresh_key(house), operator(), key_id))
    answer({"id": key_id}, lambda: say(f"API key {key_id} opens nothing any more."))


def place_of(role: str, place: str | None) -> str:
    """Where a role holds; everywhere is a place that staff of posts get only when it is asked for."""
    from kezek.domain.account.actor import ANYWHERE, STAFF

    if place is None and role in STAFF:
        raise click.UsageError(
            f"the role {role} holds at a place: name a checkpoint such as kz_syrym, an authority such "
            f"as kz, or {ANYWHERE!r} for everywhere"
        )
    return place or ANYWHERE


def account_of(house: House, login: str) -> int:
    """The number of an account that is not closed."""
    from kezek.domain.account.account import Login
    from kezek.domain.kernel.text import cleaned

    found = house.store.reader.get(Login, cleaned(login).lower())
    if found is None:
        raise Failed(
            ExitCode.REFUSED,
            "account_unknown",
            f"no account has the login {login!r}; see `kezek user list`",
        )
    return found.account


def _tell_link(house: House, body: dict[str, Any]) -> None:
    link = f"{house.settings.issuer}/password/{house.access.plain.one_time_link(body['account'])}"
    hours = house.settings.one_time_hours

    def people() -> None:
        say(f"{body['login']} is account {body['account']}.")
        say(f"The password is set here, once, within {hours} hours:")
        say(f"  {link}")

    answer(body | {"link": link}, people)
