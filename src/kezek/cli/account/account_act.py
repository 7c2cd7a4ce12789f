"""What `kezek user` asks for, as values: done on a stopped installation or by the server that runs.

Each is done as the operator, with the same commands, events and refusals, whoever does it.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta

from kezek.app.application import Application
from kezek.cli.account.user import ROLES
from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.frame.installation import ask, fresh_key, operator
from kezek.domain.account.account import Account, ApiKey, Grant, Login
from kezek.domain.account.decide import (
    AddAccount,
    CloseAccount,
    ConfirmCarrier,
    GrantRole,
    IssueKey,
    RevokeKey,
)
from kezek.domain.kernel.text import cleaned

Text: TypeAlias = Annotated[str, Meta(max_length=4_000)]
# A role that the command line does not offer is none here either.
Role: TypeAlias = Annotated[str, Meta(pattern=f"^({'|'.join(ROLES)})$")]


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="act"):
    """One of the acts below; `run` blocks until it is durable."""

    def run(self, application: Application) -> Any:
        """The answer of the command; Failed when a rule says no."""
        raise NotImplementedError


class AddUser(Act, frozen=True, tag="add"):
    login: Text
    name: Text
    role: Role
    place: Text

    def run(self, application: Application) -> Any:
        made = ask(
            application,
            AddAccount(
                fresh_key(application), operator(), self.login, self.name, "", self.role, self.place
            ),
        )
        return _linked(application, int(made["account"]), cleaned(self.login).lower())


class ListUsers(Act, frozen=True, tag="list"):
    def run(self, application: Application) -> Any:
        reader = application.store.reader
        keys = reader.all(ApiKey)
        return [
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


class CloseUser(Act, frozen=True, tag="close"):
    login: Text

    def run(self, application: Application) -> Any:
        number = _account(application, self.login)
        ask(application, CloseAccount(fresh_key(application), operator(), number))
        application.access.plain.end_all(number)
        return {"account": number}


class ConfirmUser(Act, frozen=True, tag="confirm"):
    login: Text

    def run(self, application: Application) -> Any:
        number = _account(application, self.login)
        ask(application, ConfirmCarrier(fresh_key(application), operator(), number))
        return {"account": number}


class GrantUser(Act, frozen=True, tag="grant"):
    login: Text
    role: Role
    place: Text
    withdraw: bool

    def run(self, application: Application) -> Any:
        number, key = _account(application, self.login), fresh_key(application)
        asked = GrantRole(key, operator(), number, self.role, self.place, withdraw=self.withdraw)
        return ask(application, asked)


class NewPassword(Act, frozen=True, tag="password"):
    login: Text

    def run(self, application: Application) -> Any:
        return _linked(application, _account(application, self.login), self.login)


class NewKey(Act, frozen=True, tag="key"):
    login: Text
    role: Role
    place: Text
    label: Text
    rate: Annotated[int, Meta(ge=1, le=1_000_000)]

    def run(self, application: Application) -> Any:
        number, key = _account(application, self.login), fresh_key(application)
        text, digest = application.access.new_key()
        issued = ask(
            application,
            IssueKey(key, operator(), number, digest, self.label, self.role, self.place, self.rate),
        )
        return {"id": issued["id"], "account": number, "key": text}


class EndKey(Act, frozen=True, tag="revoke"):
    id: Annotated[int, Meta(ge=0, lt=1 << 62)]

    def run(self, application: Application) -> Any:
        ask(application, RevokeKey(fresh_key(application), operator(), self.id))
        return {"id": self.id}


AnyAct: TypeAlias = (
    AddUser | ListUsers | CloseUser | ConfirmUser | GrantUser | NewPassword | NewKey | EndKey
)


def _account(application: Application, login: str) -> int:
    """The number of an account that is not closed."""
    found = application.store.reader.get(Login, cleaned(login).lower())
    if found is None:
        raise Failed(
            ExitCode.REFUSED,
            "account_unknown",
            f"no account has the login {login!r}; see `kezek user list`",
        )
    return found.account


def _linked(application: Application, account: int, login: str) -> dict[str, Any]:
    secret = application.access.plain.one_time_link(account)
    link = f"{application.settings.issuer}/password/{secret}"
    return {
        "account": account,
        "login": login,
        "link": link,
        "hours": application.settings.one_time_hours,
    }
