"""Opening the installation that a command works on, as its operator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.settings import Settings, read_settings

if TYPE_CHECKING:
    from kezek.app.application import Application
    from kezek.domain.account.actor import Actor
    from kezek.domain.decide import Command
    from kezek.domain.kernel.refusal import Refused

folder_option = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the database and the keys; else the setting KEZEK_FOLDER.",
)


def operator() -> Actor:
    """Whoever can open the database: may administer everything and decide for every authority."""
    from kezek.domain.account.actor import ANYWHERE, Actor, Role

    grants = frozenset({(Role.ADMINISTRATOR, ANYWHERE), (Role.AGENCY, ANYWHERE)})
    return Actor(0, "operator", grants)


def make_folder(settings: Settings) -> None:
    """The folder of the installation; what is in it is for its owner alone."""
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def refuse_missing(settings: Settings) -> None:
    """Do not make an empty installation where somebody only wants to look into one."""
    kind, _, path = settings.store_url.partition(":")
    if kind == "sqlite" and not Path(path).exists():
        raise Failed(
            ExitCode.WORLD,
            "no_installation",
            f"there is no database {path}: name its folder with --folder, "
            "or make one with `kezek serve` or `kezek network load`",
        )


@contextmanager
def opened(
    folder: Path | None, *, must_exist: bool = True, serves: bool = True, **overrides: Any
) -> Iterator[Application]:
    """The application of a stopped installation, closed again at the end.

    Without `serves` it works where the rules serve no line: for commands that ask for no rule.
    """
    settings = read_settings(folder=folder, **overrides)
    if must_exist:
        refuse_missing(settings)
    with opened_with(settings, serves=serves) as application:
        yield application


@contextmanager
def opened_with(settings: Settings, *, serves: bool = True) -> Iterator[Application]:
    """The application of these settings; its folder is made when missing."""
    from kezek.bootstrap import close_application, open_application

    make_folder(settings)
    application = open_application(settings, serves=serves)
    try:
        yield application
    finally:
        close_application(application)


def ask(application: Application, command: Command) -> dict[str, Any]:
    """The outcome of an accepted command; a refusal ends the run with its code."""
    from kezek.domain.kernel.refusal import Refused

    decided = application.desk.ask(command)
    if isinstance(decided, Refused):
        raise refusal(decided)
    return decided.outcome


def refusal(refused: Refused) -> Failed:
    """A rule's no, as the end of a command."""
    from kezek.i18n.say.refusal import sentence

    said, then = sentence(refused.reason, refused.facts, "en")
    return Failed(
        ExitCode.REFUSED, refused.reason.value, f"{said} {then}".strip(), dict(refused.facts)
    )


def fresh_key(application: Application) -> str:
    """An idempotency key for a command that is sent once."""
    return application.chance.secret(16).hex()


def moved_to(settings: Settings, *, port: int) -> Settings:
    """The settings with the port that was really opened."""
    return replace(settings, port=port)
