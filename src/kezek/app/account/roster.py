"""The roster: accounts with their grants, and their API keys."""

from __future__ import annotations

from dataclasses import dataclass

from kezek.app.checkpoint.checkpoint import Network
from kezek.app.checkpoint.place_name import PostNames
from kezek.app.port import Reader
from kezek.domain.account.account import Account, ApiKey, Grant
from kezek.domain.account.actor import ANYWHERE
from kezek.domain.kernel.text import cleaned
from kezek.domain.regulation.regulations import Regulations

# Carriers open accounts by themselves, so there may be any number.
SHOWN_MAX = 100


def account_of(actor: str) -> int:
    """The account behind an actor of the log; 0 for time, a driver or the public."""
    kind, _, number = actor.partition(":")
    return int(number) if kind == "account" and number.isdigit() else 0


@dataclass(frozen=True, slots=True)
class RolePlace:
    """The place of a role: a post (`names`), or the authority of a `country`; only the `id` where
    neither is known any more.
    """

    id: str
    names: PostNames | None = None
    country: str = ""


def role_place(network: Network, rules: Regulations, place: str) -> RolePlace | None:
    """The place of a role, None for everywhere."""
    if place == ANYWHERE:
        return None
    post = network.post(place)
    if post is not None:
        return RolePlace(place, names=post.names)
    country = next((r.country for r in rules.values() if r.authority == place), "")
    return RolePlace(place, country=country)


@dataclass(frozen=True, slots=True)
class Member:
    """An account with its grants."""

    account: Account
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """The first accounts that a search found, and how many more there are."""

    members: list[Member]
    beyond: int


def roster(reader: Reader, wanted: str = "", *, unconfirmed: bool = False) -> Roster:
    """Accounts with `wanted` in login or name: open ones first, by login; the closed ones last.

    `unconfirmed` leaves out all but the open ones that nobody has confirmed.
    """
    part = cleaned(wanted).lower()
    found = [a for a in reader.all(Account) if part in a.login.lower() or part in a.name.lower()]
    if unconfirmed:
        found = [a for a in found if is_unconfirmed(a)]
    found.sort(key=lambda a: (a.closed_at is not None, a.login))
    shown = found[:SHOWN_MAX]
    members = [Member(a, tuple(reader.rows(Grant, a.id))) for a in shown]
    return Roster(members, len(found) - len(shown))


def is_unconfirmed(account: Account) -> bool:
    """Whether the account is open and nobody has confirmed it."""
    return account.confirmed_at is None and account.closed_at is None


def keys_of(reader: Reader, account: int | None) -> list[ApiKey]:
    """The keys of an account, or everybody's; open ones first, then the newest."""
    rows = [key for key in reader.all(ApiKey) if account in (None, key.account)]
    return sorted(rows, key=lambda key: (key.revoked_at is not None, -key.id))


def names_of(reader: Reader, accounts: set[int]) -> dict[int, str]:
    """Names to show beside account numbers; the log itself holds numbers only."""
    rows = reader.many(Account, sorted(accounts))
    return {row.id: row.name or row.login for row in rows.values()}
