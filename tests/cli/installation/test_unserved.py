"""A database with lines that the rule sets here do not serve: its record and its accounts are kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kezek.cli.frame.exit_code import ExitCode
from tests.cli.booking.test_book import TOMORROW, TRUCK
from tests.cli.conftest import Call
from tests.cli.installation.test_copy import live
from tests.keys import lay_keys
from tests.ledger.book import KEY
from tests.world import X

MAY = ("--role", "carrier", "--place", "*")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unserved")
    live(folder / "kezek.db")
    (folder / "keys").mkdir(mode=0o700)
    lay_keys(folder, KEY)
    return folder


@pytest.fixture
def unserved(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "site"))


@pytest.mark.parametrize(
    "command",
    [
        ("log",),
        ("log", "--line", X),
        ("log", "export", "{folder}/log.jsonl"),
        ("log", "erase", "5"),
        ("feed", "list"),
        ("user", "add", "somebody", *MAY),
        ("backup", "{folder}/backup"),
        ("doctor",),
    ],
)
def test_what_asks_for_no_rule_works(call: Call, unserved: Path, command: tuple[str, ...]):
    told = [word.format(folder=unserved) for word in command]
    called = call(*told, "--folder", unserved)
    assert called.code == ExitCode.DONE, called.err


@pytest.mark.parametrize("command", [("network", "show"), ("book", "kz_a", TOMORROW, *TRUCK)])
def test_what_serves_a_line_says_what_is_missing(
    call: Call, unserved: Path, command: tuple[str, ...]
):
    called = call(*command, "--folder", unserved, "--json")
    assert called.code == ExitCode.WORLD
    assert "no version of xx-tiny is in force" in called.document["problem"]["sentence"]
