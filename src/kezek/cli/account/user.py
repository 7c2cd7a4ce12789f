"""`kezek user`: accounts, what they may do, their one-time links and API keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kezek.cli.frame.command import CliGroup
from kezek.cli.frame.installation import folder_option, opened_with, refuse_missing
from kezek.cli.frame.output import answer, json_option, print_table, say
from kezek.settings import read_settings

if TYPE_CHECKING:
    from kezek.cli.account.account_act import Act

# The words of `domain.account.actor.Role`, so that `--help` need not load the rules; a test compares.
ROLES = ("reader", "carrier", "clerk", "officer", "supervisor", "agency", "administrator")

place_option = click.option(
    "--place",
    help="A checkpoint such as kz_syrym, an authority such as kz, or * for everywhere. Without it "
    "carriers, readers and administrators are meant everywhere; the others need it.",
)


@click.group(cls=CliGroup)
def user() -> None:
    """Accounts and API keys, also beside a running server."""


@user.command(short_help="Add an account and print its one-time link.")
@click.argument("login")
@click.option("--name", default="", help="The person's or the firm's name.")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the account may do.")
@place_option
@folder_option
@json_option
def add(login: str, name: str, role: str, place: str | None, folder: Path | None) -> None:
    """Add an account and print a one-time link with which it sets its password."""
    from kezek.cli.account.account_act import AddUser

    _tell_link(done(folder, AddUser(login, name, role, place_of(role, place))))


@user.command("list")
@folder_option
@json_option
def list_accounts(folder: Path | None) -> None:
    """List accounts with their roles; closed ones too."""
    from kezek.cli.account.account_act import ListUsers

    body = done(folder, ListUsers())
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
    from kezek.cli.account.account_act import CloseUser

    body = done(folder, CloseUser(login))
    answer(body, lambda: say(f"Account {body['account']} ({login}) is closed."))


@user.command(short_help="Confirm a carrier that has added itself.")
@click.argument("login")
@folder_option
@json_option
def confirm(login: str, folder: Path | None) -> None:
    """Confirm a carrier that has added itself: the limits of new carriers end for it."""
    from kezek.cli.account.account_act import ConfirmUser

    body = done(folder, ConfirmUser(login))
    answer(body, lambda: say(f"The carrier {login} is confirmed."))


@user.command()
@click.argument("login")
@click.argument("role", type=click.Choice(ROLES))
@click.argument("place", required=False)
@click.option("--withdraw", is_flag=True, help="Take the role away instead.")
@folder_option
@json_option
def grant(login: str, role: str, place: str | None, *, withdraw: bool, folder: Path | None) -> None:
    """Grant an account a role at a place, or withdraw it."""
    from kezek.cli.account.account_act import GrantUser

    place = place_of(role, place)
    body = done(folder, GrantUser(login, role, place, withdraw))
    has = "no longer has" if withdraw else "has"
    answer(body, lambda: say(f"{login} {has} the role {role} at {place}."))


@user.command()
@click.argument("login")
@folder_option
@json_option
def password(login: str, folder: Path | None) -> None:
    """Print a one-time link with which an account sets a new password."""
    from kezek.cli.account.account_act import NewPassword

    _tell_link(done(folder, NewPassword(login)))


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
    from kezek.cli.account.account_act import NewKey

    body = done(folder, NewKey(login, role, place_of(role, place), label, rate))

    def people() -> None:
        say(f"API key {body['id']} of {login}, shown this once:")
        say(body["key"])

    answer(body, people)


@user.command()
@click.argument("key_id", metavar="KEY", type=int)
@folder_option
@json_option
def revoke(key_id: int, folder: Path | None) -> None:
    """Revoke an API key by its number (see `kezek user list`)."""
    from kezek.cli.account.account_act import EndKey

    body = done(folder, EndKey(key_id))
    answer(body, lambda: say(f"API key {key_id} opens nothing any more."))


def done(folder: Path | None, act: Act) -> Any:
    """The answer to an act: by the server that has the database open, else on the database itself."""
    from kezek.cli.account.local_socket import NoServer, ask_server

    settings = read_settings(folder=folder)
    refuse_missing(settings)
    try:
        return ask_server(settings, act)
    except NoServer:
        with opened_with(settings, serves=False) as application:
            return act.run(application)


def place_of(role: str, place: str | None) -> str:
    """Where a role holds; everywhere is a place that staff of posts get only when it is asked for."""
    from kezek.domain.account.actor import ANYWHERE, STAFF

    if place is None and role in STAFF:
        raise click.UsageError(
            f"the role {role} holds at a place: name a checkpoint such as kz_syrym, an authority such "
            f"as kz, or {ANYWHERE!r} for everywhere"
        )
    return place or ANYWHERE


def _tell_link(body: dict[str, Any]) -> None:
    link, hours = body["link"], body.pop("hours")

    def people() -> None:
        say(f"{body['login']} is account {body['account']}.")
        say(f"The password is set here, once, within {hours} hours:")
        say(f"  {link}")
        if opens_here_only(link):
            say("This address opens on the server's own machine only. For other machines set")
            say("KEZEK_PUBLIC_URL, such as https://queue.example.org, and start the server again.")

    answer(body, people)


def opens_here_only(link: str) -> bool:
    """Whether an address leads to whatever machine it is opened on."""
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    host = urlsplit(link).hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_unspecified
