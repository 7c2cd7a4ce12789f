"""`kezek doctor`: looks at everything an installation stands on, and says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.installation import folder_option
from kezek.cli.frame.output import answer, json_option, say
from kezek.settings import Settings, settings_and_faults

if TYPE_CHECKING:
    from kezek.cli.installation.finding import DoctorFinding

_MARKS = {"ok": ("ok", "green"), "attention": ("attention", "yellow"), "wrong": ("WRONG", "red")}


@click.command(short_help="Check an installation and list its settings.")
@folder_option
@json_option
def doctor(folder: Path | None) -> None:
    """Check versions, database, lock, keys, clock, disk and time zones, and list all settings.

    Changes nothing, and may run beside a server. Exit code 7 when something is wrong.
    """
    from kezek.cli.installation.doctor_check import examine
    from kezek.cli.installation.finding import DoctorFinding

    settings, faults = settings_and_faults(folder=folder)
    advice = "Correct or unset it: docs/reference/settings.md lists all."
    findings = [DoctorFinding("settings", "wrong", fault, advice) for fault in faults]
    findings += examine(settings)
    listed = settings_of(settings)
    wrong = any(finding.state == "wrong" for finding in findings)
    code = ExitCode.FOUND if wrong else ExitCode.DONE
    body = {
        "findings": [
            {"what": f.what, "state": f.state, "found": f.found, "advice": f.advice}
            for f in findings
        ],
        "settings": listed,
    }
    answer(body, lambda: _print(findings, listed), exit_code=code)
    click.get_current_context().exit(code)


def settings_of(settings: Settings) -> list[dict[str, Any]]:
    """Every setting with its meaning and value; secrets come from files and are never among them."""
    from dataclasses import fields

    return [
        {
            "name": f"KEZEK_{field.name.upper()}",
            "value": _written(getattr(settings, field.name)),
            "meaning": field.metadata["meaning"],
        }
        for field in fields(settings)
    ]


def _written(value: object) -> str:
    """As it is written into the environment."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return without_password(str(value))


def without_password(value: str) -> str:
    """An address with what stands between `//` and `@` taken out."""
    scheme, sign, rest = value.partition("//")
    if not sign or "@" not in rest:
        return value
    return f"{scheme}//…@{rest.rpartition('@')[2]}"


def _print(findings: list[DoctorFinding], listed: list[dict[str, Any]]) -> None:
    for finding in findings:
        word, colour = _MARKS[finding.state]
        say(f"{click.style(f'{word:9}', fg=colour)} {finding.what:12} {finding.found}")
        if finding.advice:
            say(f"{'':9} {'':12} → {finding.advice}")
    say()
    say("Settings in force (environment variables):")
    for setting in listed:
        say(f"  {setting['name']:26} {setting['value'] or '(empty)':24} {setting['meaning']}")
