from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from kezek.cli.account.local_socket import may_ask, peer_of
from kezek.cli.account.user import ROLES
from kezek.cli.frame.exit_code import ExitCode
from kezek.domain.account.actor import Role
from tests.cli.conftest import Call
from tests.cli.program import DEADLINE, Running


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


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=DEADLINE) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


class TestBesideAServer:
    """What is done through the socket of a server that runs."""

    def test_an_account_lives_beside_the_server_as_it_does_without(self, call: Call, folder: Path):
        with Running("serve", "--folder", folder) as server:
            at = ("--folder", folder, "--json")
            added = call(
                "user", "add", "Aida", "--role", "officer", "--place", "kz_syrym", *at
            ).answer
            assert added["login"] == "aida"
            assert added["link"].startswith(server.url)
            again = call("user", "password", "aida", *at).answer["link"]
            assert status(again) == 200
            call("user", "grant", "aida", "clerk", "kz", *at)
            issued = call("user", "key", "aida", "--role", "clerk", "--place", "kz", *at).answer
            (row,) = [r for r in call("user", "list", *at).answer if r["login"] == "aida"]
            assert row["grants"] == ["clerk@kz", "officer@kz_syrym"]
            assert [key["id"] for key in row["keys"]] == [issued["id"]]
            call("user", "revoke", str(issued["id"]), *at)
            call("user", "close", "aida", *at)
            assert status(again) != 200
            refused = call("user", "close", "aida", *at)
            assert refused.code == ExitCode.REFUSED
            assert refused.document["problem"]["code"] == "account_unknown"
            assert (
                "own machine only"
                in call("user", "add", "b-b", "--role", "carrier", "--folder", folder).out
            )
        kinds = [event["kind"] for event in call("log", *at, "--last", "500").answer]
        assert kinds.count("account_added") == 3
        assert "api_key_revoked" in kinds
        assert not (folder / "kezek.db-socket").exists()

    def test_the_socket_is_the_user_s_alone_and_knows_nothing_else(self, folder: Path):
        path = folder / "kezek.db-socket"
        with Running("serve", "--folder", folder) as server:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            for asked in (
                b"GET / HTTP/1.1\n",
                b'{"act":"cancel","number":1}\n',
                b'{"act":"list","more":1}\n',
                b'{"act":"add","login":"x-x","name":"","role":"demonstrator","place":"*"}\n',
                b"x" * 100_000 + b"\n",
            ):
                with socket.socket(socket.AF_UNIX) as line:
                    line.connect(str(path))
                    line.sendall(asked)
                    told = json.loads(line.makefile("rb").readline())
                assert told["problem"]["code"] == "malformed", asked[:40]
            assert server.get("/api/v1/board")["items"]

    def test_nobody_but_the_own_user_and_root_may_ask(self, monkeypatch):
        here, there = socket.socketpair(socket.AF_UNIX)
        with here, there:
            assert peer_of(here) == os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: 1_000)
        assert [may_ask(user) for user in (1_000, 0, 1_001, 65_534)] == [True, True, False, False]

    def test_what_a_killed_server_left_is_no_server(self, call: Call, folder: Path):
        with Running("serve", "--folder", folder) as server:
            server.child.send_signal(signal.SIGKILL)
            server.child.wait()
        assert (folder / "kezek.db-socket").is_socket()
        assert call("user", "list", "--folder", folder, "--json").code == ExitCode.DONE
        with Running("serve", "--folder", folder):
            assert call("user", "list", "--folder", folder, "--json").code == ExitCode.DONE
