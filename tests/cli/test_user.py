from __future__ import annotations

import re
from pathlib import Path

import pytest

from kezek.cli.exit_code import ExitCode
from kezek.cli.user import ROLES
from kezek.domain.account.actor import Role
from tests.cli.conftest import Call


def test_the_roles_are_those_of_the_rules_without_the_demo():
    assert set(ROLES) == {role.value for role in Role} - {Role.DEMONSTRATOR.value}


def test_an_account_from_its_first_day_to_its_last(call: Call, folder: Path):
    at = ("--folder", folder, "--json")
    added = call("user", "add", "Aida", "--role", "officer", "--place", "kz_syrym", *at).answer
    assert added["login"] == "aida"
    assert re.search(r"/password/[\w-]{43}$", added["link"])
    call("user", "grant", "aida", "clerk", "kz", *at)
    again = call("user", "password", "aida", *at).answer
    assert again["link"] != added["link"]
    issued = call("user", "key", "aida", "--role", "officer", "--place", "kz_syrym", *at).answer
    assert issued["key"].startswith("kzk_")
    (row,) = call("user", "list", *at).answer
    assert row["grants"] == ["clerk@kz", "officer@kz_syrym"]
    assert [key["id"] for key in row["keys"]] == [issued["id"]]
    assert not row["password_set"]
    listed = call("user", "list", "--folder", folder).out
    assert "officer@kz_syrym" in listed
    assert issued["key"] not in listed, "a key is shown once"
    call("user", "revoke", str(issued["id"]), *at)
    call("user", "grant", "aida", "clerk", "kz", "--withdraw", *at)
    call("user", "close", "aida", *at)
    (row,) = call("user", "list", *at).answer
    assert row["closed"]
    assert row["keys"] == []
    assert row["grants"] == ["officer@kz_syrym"]


def test_texts_for_people(call: Call, folder: Path):
    at = ("--folder", folder)
    assert "/password/" in call("user", "add", "berik", "--role", "carrier", *at).out
    assert "kzk_" in call("user", "key", "berik", "--role", "carrier", *at).out
    assert "reader" in call("user", "grant", "berik", "reader", *at).out
    assert "opens nothing" in call("user", "revoke", "1", *at).out
    assert "closed" in call("user", "close", "berik", *at).out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["add", "known", "--role", "clerk", "--place", "kz"], "login_taken"),
        (["add", "x", "--role", "clerk", "--place", "*"], "login_impossible"),
        (["add", "other", "--role", "clerk", "--place", "kz_nowhere"], "grant_impossible"),
        (["grant", "known", "clerk", "kz_nowhere"], "grant_impossible"),
        (["grant", "known", "agency", "kz", "--withdraw"], "grant_impossible"),
        (["key", "known", "--role", "agency", "--place", "kz"], "grant_impossible"),
        (["close", "nobody"], "account_unknown"),
        (["password", "nobody"], "account_unknown"),
        (["revoke", "7"], "api_key_unknown"),
    ],
)
def test_refusals_end_with_3_and_their_code(
    call: Call, folder: Path, arguments: list[str], code: str
):
    call("user", "add", "known", "--role", "carrier", "--folder", folder)
    called = call("user", *arguments, "--folder", folder, "--json")
    assert called.code == ExitCode.REFUSED
    assert called.document["problem"]["code"] == code
    assert called.document["problem"]["sentence"]
    assert code in call("user", *arguments, "--folder", folder).err


@pytest.mark.parametrize("role", ["officer", "supervisor", "clerk", "agency"])
def test_nobody_is_staff_everywhere_by_leaving_the_place_out(call: Call, folder: Path, role: str):
    for asked in (
        ["add", "aida", "--role", role],
        ["key", "aida", "--role", role],
        ["grant", "aida", role],
    ):
        called = call("user", *asked, "--folder", folder)
        assert called.code == ExitCode.USAGE
        assert "kz_syrym" in called.err
    everywhere = call("user", "add", "aida", "--role", role, "--place", "*", "--folder", folder)
    assert everywhere.code == ExitCode.DONE


def test_a_role_that_does_not_exist_is_a_wrong_command_line(call: Call, folder: Path):
    assert call("user", "add", "x1", "--role", "king", "--folder", folder).code == ExitCode.USAGE
