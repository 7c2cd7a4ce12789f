"""Every setting, command, route, refusal and event is documented, and nothing that is gone."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
from types import ModuleType

import click
import pytest

from tests.docs import pages


def test_every_refusal_is_documented_in_order_of_precedence():
    from kezek.domain.kernel.refusal import Reason

    documented = pages.named_first("refusals.md")
    existing = [reason.value for reason in Reason]
    assert not pages.compared(documented, existing)
    assert documented == existing, "the order on the page is the order of precedence"


def test_the_page_says_which_refusals_may_pass_later():
    from kezek.domain.kernel.refusal import Reason

    for reason in Reason:
        (row,) = re.findall(rf"^\| `{reason.value}` \|.*$", pages.text("refusals.md"), re.MULTILINE)
        assert row.endswith("| yes |" if reason.retryable else "| no |"), row


def test_every_event_is_documented():
    from kezek.domain.kernel.event import EventKind

    assert not pages.compared(pages.named_first("events.md"), [kind.value for kind in EventKind])


def test_every_setting_is_documented():
    from kezek.settings import Settings

    existing = [field.name for field in dataclasses.fields(Settings)]
    assert not pages.compared(pages.named_first("settings.md"), existing)


def test_every_command_and_every_option_says_what_it_is_for():
    from kezek.cli import main

    silent = [
        f"{path} {parameter.opts[-1]}" if parameter else path
        for path, command in reference().walk(main, "kezek")
        for parameter in (None, *command.params)
        if not (parameter or command).help
        if parameter is None or isinstance(parameter, click.Option)
    ]
    assert not silent, f"without a word of help: {silent}"


def test_every_command_is_documented():
    from kezek.cli import main

    documented = re.findall(r"^### `(kezek [^`]+)`$", pages.text("commands.md"), re.MULTILINE)
    assert not pages.compared(documented, [path for path, _ in reference().walk(main, "kezek")])


def reference() -> ModuleType:
    """tools/reference.py, which is a script and not a package."""
    path = pages.ROOT / "tools" / "reference.py"
    spec = importlib.util.spec_from_file_location("reference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_route_says_what_it_is_for():
    silent = [f"{method} {path}" for method, path, purpose in reference().served() if not purpose]
    assert not silent, f"without a summary or a docstring: {silent}"


def test_every_exit_code_is_documented():
    from kezek.cli.frame.exit_code import ExitCode

    existing = [str(code.value) for code in ExitCode]
    assert not pages.compared(pages.named_first("exit-codes.md"), existing)


@pytest.mark.parametrize("name", sorted(path.name for path in pages.REFERENCE.glob("*.md")))
def test_what_comes_from_the_code_is_up_to_date(name: str):
    written = reference().written(pages.REFERENCE / name)
    assert written == pages.text(name), "run: .venv/bin/python tools/reference.py"
