"""Commands and decisions about accounts, their grants, confirmations and API keys."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from kezek.domain.account.account import (
    Account,
    ApiKey,
    GarageDriver,
    GarageVehicle,
    Grant,
    Login,
)
from kezek.domain.account.actor import ANYWHERE, Actor, Role
from kezek.domain.checkpoint.checkpoint import Checkpoint
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, EventKind
from kezek.domain.kernel.facts import Counter, Facts, Row
from kezek.domain.kernel.instant import Moment
from kezek.domain.kernel.refusal import Fact, Reason, Refused
from kezek.domain.kernel.text import cleaned, is_line
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.vehicle.vehicle import NAME_LENGTH_MAX

LOGIN_LENGTH = (3, 64)


@value(frozen=True, slots=True)
class AddAccount:
    """A new account with its first grant.  `password` is a hash, or empty until a one-time link."""

    key: str
    actor: Actor
    login: str
    name: str
    password: str
    role: str
    place: str
    simulated: bool = False


@value(frozen=True, slots=True)
class CloseAccount:
    """Close an account.  Its events stay in the log under its number."""

    key: str
    actor: Actor
    account: int


@value(frozen=True, slots=True)
class SetPassword:
    """Set a new password hash, by the account itself or through a one-time link."""

    key: str
    actor: Actor
    account: int
    password: str


@value(frozen=True, slots=True)
class GrantRole:
    """Grant a role at a place, or take it away with `withdraw`."""

    key: str
    actor: Actor
    account: int
    role: str
    place: str
    withdraw: bool = False


@value(frozen=True, slots=True)
class ConfirmCarrier:
    """Confirm a carrier by somebody who knows it; the limits of new carriers end for it."""

    key: str
    actor: Actor
    account: int


@value(frozen=True, slots=True)
class IssueKey:
    """Issue an API key.  The secret is made by the caller; the command has only its digest."""

    key: str
    actor: Actor
    account: int
    digest: str
    label: str
    role: str
    place: str
    rate: int


@value(frozen=True, slots=True)
class RevokeKey:
    """Revoke an API key."""

    key: str
    actor: Actor
    id: int


def open_account(facts: Facts, number: int) -> Account | Refused:
    """The account, or `account_unknown` when it does not exist or is closed."""
    account = facts.get(Account, number)
    if account is None or account.closed_at is not None:
        return Refused(Reason.ACCOUNT_UNKNOWN, {"account": number})
    return account


def _next(facts: Facts, counter: str) -> int:
    last = facts.get(Counter, counter)
    return 1 if last is None else last.last + 1


def _administers(actor: Actor, place: str = ANYWHERE) -> bool:
    return actor.may((Role.ADMINISTRATOR,), place)


def _grantable(facts: Facts, rules: Regulations, role: str, place: str) -> bool:
    """Whether role and place both exist.  Free text is refused, because the log stores grants."""
    known = place == ANYWHERE or place in {regulation.authority for regulation in rules.values()}
    return role in frozenset(Role) and (known or facts.get(Checkpoint, place) is not None)


def decide_add_account(
    facts: Facts, command: AddAccount, rules: Regulations, now: Moment
) -> Decision:
    """An administrator adds anybody; a carrier may add itself."""
    alone = command.role == Role.CARRIER and command.place == ANYWHERE
    if not _administers(command.actor) and not alone:
        return Refused(Reason.NOT_ALLOWED, {})
    if not is_line(command.name, NAME_LENGTH_MAX):
        return Refused(Reason.TEXT_IMPOSSIBLE, {"field": "name", "most": NAME_LENGTH_MAX})
    login = cleaned(command.login).lower()
    low, high = LOGIN_LENGTH
    if not low <= len(login) <= high or any(c.isspace() or not c.isprintable() for c in login):
        return Refused(Reason.LOGIN_IMPOSSIBLE, {"field": "login", "least": low, "most": high})
    if facts.get(Login, login) is not None:
        return Refused(Reason.LOGIN_TAKEN, {"field": "login"})
    if not _grantable(facts, rules, command.role, command.place):
        return Refused(Reason.GRANT_IMPOSSIBLE, {"role": command.role, "place": command.place})
    number = _next(facts, "account")
    account = Account(
        number,
        login,
        cleaned(command.name),
        command.password,
        command.simulated,
        now.at,
        None,
        # An administrator vouches for the account that it adds; nobody does for a self-registration.
        confirmed_at=now.at if _administers(command.actor) else None,
    )
    event = Event(
        EventKind.ACCOUNT_ADDED,
        body={"account": number, "role": command.role, "place": command.place},
    )
    return Accepted(
        (event,),
        (
            Counter("account", number),
            account,
            Login(login, number),
            Grant(number, command.role, command.place),
        ),
        outcome={"account": number},
    )


def decide_close_account(
    facts: Facts, command: CloseAccount, _rules: Regulations, now: Moment
) -> Decision:
    """The account is closed, its login becomes free, and its garage is deleted."""
    if not _administers(command.actor):
        return Refused(Reason.NOT_ALLOWED, {})
    account = open_account(facts, command.account)
    if isinstance(account, Refused):
        return account
    event = Event(EventKind.ACCOUNT_CLOSED, body={"account": account.id})
    return Accepted(
        (event,),
        (replace(account, closed_at=now.at, password=""),),
        ((Login, account.login), *_garage(facts, account.id)),
        {"account": account.id},
    )


def _garage(facts: Facts, account: int) -> list[tuple[type[Row], Hashable]]:
    kinds: tuple[type[Row], ...] = (GarageVehicle, GarageDriver)
    return [(kind, row.key) for kind in kinds for row in facts.rows(kind, account)]


def decide_set_password(
    facts: Facts, command: SetPassword, _rules: Regulations, _now: Moment
) -> Decision:
    """The event says that the password changed and holds nothing of it."""
    if command.actor.account != command.account and not _administers(command.actor):
        return Refused(Reason.NOT_ALLOWED, {})
    account = open_account(facts, command.account)
    if isinstance(account, Refused):
        return account
    event = Event(EventKind.PASSWORD_SET, body={"account": account.id})
    changed = replace(account, password=command.password)
    return Accepted((event,), (changed,), outcome={"account": account.id})


def decide_grant(facts: Facts, command: GrantRole, rules: Regulations, _now: Moment) -> Decision:
    """The account with one role more, or one less."""
    if not _administers(command.actor):
        return Refused(Reason.NOT_ALLOWED, {})
    account = open_account(facts, command.account)
    if isinstance(account, Refused):
        return account
    grant = Grant(command.account, command.role, command.place)
    body: dict[str, Fact] = {
        "account": account.id,
        "role": command.role,
        "place": command.place,
    }
    if command.withdraw:
        if facts.get(Grant, grant.key) is None:
            return Refused(Reason.GRANT_IMPOSSIBLE, {"role": command.role, "place": command.place})
        event = Event(EventKind.GRANT_WITHDRAWN, body=body)
        return Accepted((event,), (), ((Grant, grant.key),), body)
    if not _grantable(facts, rules, command.role, command.place):
        return Refused(Reason.GRANT_IMPOSSIBLE, {"role": command.role, "place": command.place})
    return Accepted((Event(EventKind.GRANTED, body=body),), (grant,), outcome=body)


def decide_confirm(
    facts: Facts, command: ConfirmCarrier, _rules: Regulations, now: Moment
) -> Decision:
    """Confirmed by an administrator or any agency, because a carrier books with all of them."""
    if not may_confirm(command.actor):
        return Refused(Reason.NOT_ALLOWED, {})
    account = open_account(facts, command.account)
    if isinstance(account, Refused):
        return account
    if account.confirmed_at is not None:
        return Refused(Reason.NOTHING_TO_CONFIRM, {"account": account.id})
    event = Event(EventKind.CARRIER_CONFIRMED, body={"account": account.id})
    confirmed = replace(account, confirmed_at=now.at)
    return Accepted((event,), (confirmed,), outcome={"account": account.id})


def may_confirm(actor: Actor) -> bool:
    """Whether the actor may confirm carriers."""
    return _administers(actor) or any(role is Role.AGENCY for role, _ in actor.grants)


def decide_issue_key(facts: Facts, command: IssueKey, _rules: Regulations, now: Moment) -> Decision:
    """A new key, whose rights never exceed those of its account."""
    actor = command.actor
    if actor.account != command.account and not _administers(actor):
        return Refused(Reason.NOT_ALLOWED, {})
    account = open_account(facts, command.account)
    if isinstance(account, Refused):
        return account
    if not is_line(command.label, NAME_LENGTH_MAX):
        return Refused(Reason.TEXT_IMPOSSIBLE, {"field": "label", "most": NAME_LENGTH_MAX})
    held = {(g.role, g.place) for g in facts.rows(Grant, command.account)}
    wanted = {(command.role, command.place), (command.role, ANYWHERE)}
    if not wanted & held:
        return Refused(Reason.GRANT_IMPOSSIBLE, {"role": command.role, "place": command.place})
    number = _next(facts, "api_key")
    row = ApiKey(
        number,
        command.account,
        command.digest,
        cleaned(command.label),
        command.role,
        command.place,
        command.rate,
        now.at,
        None,
    )
    event = Event(EventKind.API_KEY_ISSUED, body={"api_key": number, "account": command.account})
    return Accepted((event,), (Counter("api_key", number), row), outcome={"id": number})


def decide_revoke_key(
    facts: Facts, command: RevokeKey, _rules: Regulations, now: Moment
) -> Decision:
    """The key ends at once and everywhere."""
    row = facts.get(ApiKey, command.id)
    if row is None or row.revoked_at is not None:
        return Refused(Reason.API_KEY_UNKNOWN, {"id": command.id})
    if command.actor.account != row.account and not _administers(command.actor):
        return Refused(Reason.NOT_ALLOWED, {})
    event = Event(EventKind.API_KEY_REVOKED, body={"api_key": row.id, "account": row.account})
    return Accepted((event,), (replace(row, revoked_at=now.at),), outcome={"id": row.id})
