from __future__ import annotations

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kezek.cli import main
from kezek.cli.frame.exit_code import MEANINGS, ExitCode
from kezek.cli.frame.fault import code_of
from tests.cli.conftest import Call
from tests.cli.program import environment, kezek

ROOT = Path(__file__).parents[2]
COMMANDS = {
    "serve",
    "demo",
    "network",
    "book",
    "board",
    "log",
    "user",
    "verify",
    "ticket",
    "doctor",
    "feed",
    "copy",
    "backup",
    "restore",
    "migrate",
    "forecast",
    "simulate",
    "warm",
}


def test_help_lists_every_command(call: Call):
    called = call("--help")
    assert called.code == 0
    listed = set(re.findall(r"^  (\w+)  ", called.out, re.MULTILINE))
    assert listed == COMMANDS


def test_help_waits_for_nothing_heavy():
    heavy = (
        "litestar",
        "uvicorn",
        "apsw",
        "rich",
        "aiohttp",
        "msgspec",
        "cryptography",
        "kezek.bootstrap",
    )
    check = f"import kezek.cli, sys; sys.exit(' '.join(set({heavy!r}) & set(sys.modules)) or 0)"
    ran = subprocess.run(
        [sys.executable, "-c", check],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert ran.returncode == 0, f"loaded for --help alone: {ran.stderr}"


def test_version_and_module_entry():
    ran = kezek("--version")
    assert ran.code == 0
    assert re.fullmatch(r"kezek, version \d+\.\d+\.\d+\n", ran.out)


def test_every_exit_code_has_a_meaning_and_is_documented():
    assert set(MEANINGS) == set(ExitCode)
    page = (ROOT / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| `(\d+)` \| (.+) \|$", page, re.MULTILINE))
    assert documented == {str(int(code)): meaning for code, meaning in MEANINGS.items()}


def test_settings_are_documented_with_meaning_and_default():
    from dataclasses import fields

    from kezek.settings import Settings

    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    for field in fields(Settings):
        words = {"": "empty", "False": "`no`", "True": "`yes`"}
        default = words.get(str(field.default), f"`{field.default}`")
        assert f"| `{field.name}` | {default} | {field.metadata['meaning']} |" in page


@pytest.mark.parametrize(
    "wrong", [["fly"], ["serve", "--wings"], ["book"], ["network", "load", "x"]]
)
def test_a_wrong_command_line_ends_with_2(call: Call, wrong: list[str]):
    called = call(*wrong)
    assert called.code == ExitCode.USAGE
    assert "Usage:" in called.err


def test_a_variable_that_is_no_setting_is_named(call: Call, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KEZEK_FOLDRE", "x")
    called = call("network", "show")
    assert called.code == ExitCode.USAGE
    assert "KEZEK_FOLDRE" in called.err


def test_our_own_mistake_ends_with_1(monkeypatch: pytest.MonkeyPatch):
    from click.testing import CliRunner

    @click.command("stumble")
    def stumble() -> None:
        raise KeyError("ours")

    monkeypatch.setitem(main.commands, "stumble", stumble)
    result = CliRunner().invoke(main, ["stumble"])
    assert result.exit_code == ExitCode.OURS
    assert "mistake of ours" in result.stderr


@pytest.mark.parametrize(
    ("kind", "code"), [(KeyError, "key_error"), (FileNotFoundError, "file_not_found_error")]
)
def test_codes_of_faults_are_words(kind: type[Exception], code: str):
    assert code_of(kind()) == code


@pytest.mark.parametrize(
    "command",
    [
        ["network", "show"],
        ["log"],
        ["user", "list"],
        ["user", "close", "x"],
        ["book", "kz_syrym", "2026-06-20T14:00", "--country", "KZ", "--plate", "1"],
    ],
)
def test_looking_into_an_installation_that_is_not_there_makes_none(
    call: Call, tmp_path: Path, command: list[str]
):
    called = call(*command, "--folder", tmp_path / "none", "--json")
    assert called.code == ExitCode.WORLD
    assert called.document["problem"]["code"] == "no_installation"
    assert not (tmp_path / "none").exists()


def test_what_failed_is_told_once_and_without_a_trace(capsys: pytest.CaptureFixture[str]):
    # What Python speaks through where nobody keeps a log, as in every command but the servers.
    speaks = logging.lastResort
    assert speaks
    told = {"msg": "a batch of 1 failed", "exc_info": (OSError, OSError("disk full"), None)}
    speaks.handle(logging.makeLogRecord(told))
    speaks.handle(logging.makeLogRecord({"msg": "the clock is behind"}))
    assert capsys.readouterr().err == "the clock is behind\n"


def groups(command: click.Command, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that has others under it, by its words."""
    if isinstance(command, click.Group):
        yield names
        for name, under in command.commands.items():
            yield from groups(under, (*names, name))


@pytest.mark.parametrize("words", list(groups(main)), ids=" ".join)
def test_no_list_of_commands_cuts_a_sentence(words: tuple[str, ...]):
    told = CliRunner().invoke(main, [*words, "--help"], terminal_width=80)
    assert told.exit_code == 0
    assert "..." not in told.output.replace("[ARGS]...", ""), told.output


@pytest.mark.parametrize("encoding", ["ascii", "koi8-r", "cp866", "latin-1"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("doctor", "--folder", "kezek-none"), ExitCode.DONE),
        (("simulate", "--help"), ExitCode.DONE),
        (("user", "list", "--folder", "Қорғас"), ExitCode.WORLD),
    ],
)
def test_signs_that_a_terminal_does_not_have_end_no_command(
    encoding: str, arguments: tuple[str, ...], code: int
):
    extra = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    assert kezek(*arguments, extra=extra, encoding=encoding).code == code
