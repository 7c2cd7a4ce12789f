"""The commands of accounts, each with its decider and the rows that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kezek.domain.account.account import Account
from kezek.domain.account.decide import (
    AddAccount,
    CloseAccount,
    ConfirmCarrier,
    GrantRole,
    IssueKey,
    RevokeKey,
    SetPassword,
    decide_add_account,
    decide_close_account,
    decide_confirm,
    decide_grant,
    decide_issue_key,
    decide_revoke_key,
    decide_set_password,
)
from kezek.domain.account.garage import KeepInGarage, decide_garage
from kezek.domain.kernel.facts import Ref
from kezek.domain.rule import CommandRule


def _account(command: Any) -> tuple[Ref, ...]:
    return ((Account, command.account),)


RULES: Mapping[type[Any], CommandRule] = {
    AddAccount: CommandRule(decide_add_account, numbering=True),
    CloseAccount: CommandRule(decide_close_account, _account),
    SetPassword: CommandRule(decide_set_password, _account),
    GrantRole: CommandRule(decide_grant, _account),
    ConfirmCarrier: CommandRule(decide_confirm, _account),
    IssueKey: CommandRule(decide_issue_key, _account, numbering=True),
    RevokeKey: CommandRule(decide_revoke_key),
    KeepInGarage: CommandRule(decide_garage),
}
