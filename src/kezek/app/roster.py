"""Who works here: accounts with what they are granted, and the keys of their programs."""

from __future__ import annotations

from dataclasses import dataclass

from kezek.app.port import Reader
from kezek.domain.account.account import Account, ApiKey, Grant


@dataclass(frozen=True, slots=True)
class Member:
    """An account with its grants."""

    account: Account
    grants: tuple[Grant, ...]


def members(reader: Reader) -> list[Member]:
    """All accounts: open ones first, by login; the closed ones last."""
    rows = [Member(a, tuple(reader.rows(Grant, a.id))) for a in reader.all(Account)]
    return sorted(rows, key=lambda m: (m.account.closed_at is not None, m.account.login))


def keys_of(reader: Reader, account: int | None) -> list[ApiKey]:
    """The keys of an account, or everybody's; open ones first, then the newest."""
    rows = [key for key in reader.all(ApiKey) if account in (None, key.account)]
    return sorted(rows, key=lambda key: (key.revoked_at is not None, -key.id))


def names_of(reader: Reader, accounts: set[int]) -> dict[int, str]:
    """Names to show beside account numbers; the log itself holds numbers only."""
    rows = reader.many(Account, sorted(accounts))
    return {row.id: row.name or row.login for row in rows.values()}
