"""How a command fails: one sentence, one code, one exit code, and no traceback for what was expected."""

from __future__ import annotations

import re
import traceback
from typing import Any

import click

from kezek.cli.frame.exit_code import ExitCode

SERVED = "served"


class Failed(click.ClickException):
    """A command's end that is not success.  `code` is stable and for machines."""

    def __init__(
        self, exit_code: ExitCode, code: str, sentence: str, facts: dict[str, Any] | None = None
    ) -> None:
        super().__init__(sentence)
        # click declares it for the class; here each failure has its own.
        self.exit_code = int(exit_code)  # type: ignore[misc]
        self.code, self.facts = code, facts or {}
        self.as_json, self.command = False, ""

    def show(self, file: Any = None) -> None:
        """To standard error for people; as the command's one answer for machines."""
        if self.as_json:
            from kezek.cli.frame.output import print_json

            problem = {"code": self.code, "sentence": self.message, "facts": self.facts}
            print_json({"command": self.command, "exit": self.exit_code, "problem": problem})
            return
        code = f" [{self.code}]" if self.exit_code == ExitCode.REFUSED else ""
        click.echo(f"kezek: {self.message}{code}", err=True, file=file)


def failed(fault: Exception) -> Failed:
    """What an exception means to whoever runs the command."""
    from kezek.app.port import Fault
    from kezek.settings import SettingRefused

    code, sentence = code_of(fault), str(fault) or code_of(fault)
    if isinstance(fault, SettingRefused):
        return Failed(ExitCode.USAGE, code, sentence)
    if code == SERVED:
        return Failed(
            ExitCode.WORLD,
            code,
            f"{sentence}. While it runs, use its pages, its API, or --key-file where there is one.",
        )
    if isinstance(fault, (Fault, OSError)) or hasattr(fault, "permanent"):
        return Failed(ExitCode.WORLD, code, sentence)
    told = "".join(traceback.format_exception(fault))
    return Failed(
        ExitCode.OURS, "our_mistake", f"this is a mistake of ours; please report it.\n{told}"
    )


def code_of(fault: Exception) -> str:
    """`NotADatabase` is `not_a_database`."""
    return re.sub(
        r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", type(fault).__name__
    ).lower()
