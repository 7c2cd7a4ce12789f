"""The register of commands: which function decides which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from kezek.domain.account import decide as account
from kezek.domain.account import garage
from kezek.domain.account.actor import Actor
from kezek.domain.booking import book, change, lapse, release
from kezek.domain.calendar import capacity
from kezek.domain.kernel.decision import Decision
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import Moment
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.network import load
from kezek.domain.recovery import resume
from kezek.domain.regulation.regulation import Regulations
from kezek.domain.turn import acknowledge, approve, arrive, call, gate, undo


class Command(Protocol):
    """What every command carries: an idempotency key (empty for the timer's) and who asks."""

    @property
    def key(self) -> str: ...

    @property
    def actor(self) -> Actor: ...


DECIDERS: Mapping[type[Any], Callable[[Facts, Any, Regulations, Moment], Decision]] = {
    book.Book: book.decide_book,
    change.Move: change.decide_move,
    change.Cancel: change.decide_cancel,
    change.AddDriver: change.decide_add_driver,
    release.Release: release.decide_release,
    lapse.Lapse: lapse.decide_lapse,
    lapse.GiveBack: lapse.decide_give_back,
    arrive.Arrive: arrive.decide_arrive,
    arrive.WalkIn: arrive.decide_walk_in,
    call.Call: call.decide_call,
    approve.Propose: approve.decide_propose,
    approve.Approve: approve.decide_approve,
    approve.Refuse: approve.decide_refuse,
    acknowledge.Acknowledge: acknowledge.decide_acknowledge,
    gate.Admit: gate.decide_admit,
    gate.Cross: gate.decide_cross,
    gate.TurnBack: gate.decide_turn_back,
    gate.Miss: gate.decide_miss,
    undo.Undo: undo.decide_undo,
    capacity.SetCapacity: capacity.decide_calendar,
    capacity.CloseDay: capacity.decide_calendar,
    capacity.OpenDay: capacity.decide_calendar,
    load.LoadNetwork: load.decide_load,
    load.OpenLine: load.decide_open_line,
    load.ExtendCalendar: load.decide_extend,
    account.AddAccount: account.decide_add_account,
    account.CloseAccount: account.decide_close_account,
    account.SetPassword: account.decide_set_password,
    account.GrantRole: account.decide_grant,
    account.ConfirmCarrier: account.decide_confirm,
    account.IssueKey: account.decide_issue_key,
    account.RevokeKey: account.decide_revoke_key,
    garage.KeepInGarage: garage.decide_garage,
    resume.ContinueLog: resume.decide_continue,
}
# What gives out a number that people hold.
NUMBERING = frozenset({book.Book, arrive.WalkIn, account.AddAccount, account.IssueKey})


def decide(facts: Facts, command: Command, rules: Regulations, now: Moment) -> Decision:
    """A command's decision; an unknown command is our own mistake."""
    if facts.withheld and type(command) in NUMBERING:
        return Refused(Reason.NUMBERS_WITHHELD, {})
    return DECIDERS[type(command)](facts, command, rules, now)
