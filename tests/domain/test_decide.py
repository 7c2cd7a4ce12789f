"""Each noun states its commands once, and the register joins all of them."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import fields, is_dataclass
from itertools import combinations

from kezek import domain
from kezek.domain import decide
from kezek.domain.account import register as account
from kezek.domain.booking import register as booking
from kezek.domain.calendar import register as calendar
from kezek.domain.network import register as network
from kezek.domain.recovery import register as recovery
from kezek.domain.turn import register as turn

REGISTERS = (account, booking, calendar, network, recovery, turn)


def commands() -> set[type]:
    """Every class of the domain that begins as a command does: with its key and who asks."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(domain.__path__, "kezek.domain.")
    ]
    classes = {
        kind for module in modules for _, kind in inspect.getmembers(module, inspect.isclass)
    }
    return {
        kind
        for kind in classes
        if is_dataclass(kind) and [f.name for f in fields(kind)][:2] == ["key", "actor"]
    }


def test_every_command_has_its_line():
    assert commands() == set(decide.RULES)


def test_every_register_is_joined_and_no_command_stands_in_two():
    found = {
        module.name
        for module in pkgutil.walk_packages(domain.__path__, "kezek.domain.")
        if module.name.endswith(".register")
    }
    assert found == {register.__name__ for register in REGISTERS}
    for one, other in combinations(REGISTERS, 2):
        assert not set(one.RULES) & set(other.RULES)
    assert set(decide.RULES) == {command for one in REGISTERS for command in one.RULES}


def test_what_is_due_says_when_it_is_to_be_looked_at():
    for kind, due in decide.DUE.items():
        assert "look_at" in {f.name for f in fields(kind)}, kind
        assert due.kind is kind


def test_what_time_makes_due_is_a_command_of_the_timer_without_a_key():
    for kind, key in ((booking.Booking, 7), (booking.Return, (7, 0))):
        command = decide.DUE[kind].command(key)
        assert type(command) in decide.RULES
        assert (command.key, command.actor.label) == ("", "timer")
    assert {booking.Booking, booking.Return} == set(decide.DUE)
