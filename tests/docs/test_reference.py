"""Every setting, command, route, refusal and event is documented, and nothing that is gone."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
from collections.abc import Iterator

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


def commands(group: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from commands(command, f"{path} {name}")
    else:
        yield path, group


def test_every_command_is_documented():
    from kezek.cli import main

    documented = re.findall(r"^### `(kezek [^`]+)`$", pages.text("commands.md"), re.MULTILINE)
    assert not pages.compared(documented, [path for path, _ in commands(main, "kezek")])


def test_every_option_of_every_command_is_documented():
    from kezek.cli import main

    page = pages.text("commands.md")
    for path, command in commands(main, "kezek"):
        part = page.split(f"### `{path}`\n", 1)[-1].split("\n### ", 1)[0]
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert f"`{option.opts[-1]}" in part, f"{path} {option.opts[-1]}"


@pytest.mark.parametrize("name", sorted(path.name for path in pages.REFERENCE.glob("*.md")))
def test_what_comes_from_the_code_is_up_to_date(name: str):
    spec = importlib.util.spec_from_file_location(
        "reference", pages.ROOT / "tools" / "reference.py"
    )
    assert spec is not None
    assert spec.loader is not None
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    path = pages.REFERENCE / name
    assert reference.written(path) == pages.text(name), "run: .venv/bin/python tools/reference.py"
