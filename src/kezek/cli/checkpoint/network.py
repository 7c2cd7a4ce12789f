"""`kezek network`: load checkpoints and a load board, open a line, show what is there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kezek.cli.frame.command import CliGroup
from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.frame.installation import ask, folder_option, fresh_key, opened, operator
from kezek.cli.frame.moment import moment_of
from kezek.cli.frame.output import answer, json_option, print_table, say, wants_json

if TYPE_CHECKING:
    from kezek.app.table.row_problem import Checked, RowProblem
    from kezek.app.turn.board import PostRow
    from kezek.domain.checkpoint.board_day import BoardDay
    from kezek.domain.checkpoint.place_name import PlaceName
    from kezek.domain.network.load import LoadNetwork

T = TypeVar("T")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(cls=CliGroup)
def network() -> None:
    """Checkpoints, lines and their places."""


@network.command(short_help="Load checkpoints and a board from files, whole or not at all.")
@click.option("--checkpoints", type=_FILE, help="CSV of checkpoints; else those that ship.")
@click.option("--names", type=_FILE, help="CSV of names by language; alone, for what is there.")
@click.option("--board", type=_FILE, help="CSV of places left by checkpoint and day.")
@click.option(
    "--at",
    "seen",
    metavar="ISO",
    help="When the board was read, with its offset, such as 2026-06-13T17:23+05:00.",
)
@folder_option
@json_option
def load(
    checkpoints: Path | None,
    names: Path | None,
    board: Path | None,
    seen: str | None,
    folder: Path | None,
) -> None:
    """Load checkpoints, names and a board from files. With one bad row nothing is changed.

    Without options the network that ships is loaded, with its board of June 2026. Names alone are
    added to the checkpoints that are there, for a language more. What is already there is left as it is.
    """
    if (board is None) != (seen is None):
        raise click.UsageError(
            "--board and --at belong together: a board without a moment says nothing."
        )
    if names is not None and checkpoints is None and board is None:
        body = _load_names(names, folder)
    else:
        command = _read(checkpoints, names, board, seen)
        with opened(folder, must_exist=False) as application:
            body = ask(application, _keyed(command, fresh_key(application)))
    answer(
        body,
        lambda: say(
            f"Loaded: {body['checkpoints']} checkpoints in the files, {body['lines']} new lines, "
            f"{body['names']} new names."
        ),
    )


def _load_names(file: Path, folder: Path | None) -> dict[str, Any]:
    """Names for the checkpoints of an installation that is there."""
    from kezek.app.checkpoint.name_file import read_names
    from kezek.domain.network.load import LoadNetwork

    with opened(folder) as application:
        rows = _whole(read_names(file, application.network.posts()))
        key = fresh_key(application)
        return ask(application, LoadNetwork(key, operator(), (), rows, (), str(file)))


def _read(
    checkpoints: Path | None, named: Path | None, board: Path | None, seen: str | None
) -> LoadNetwork:
    """The command that the files make, before any database is touched."""
    from kezek.app.checkpoint import network as files
    from kezek.app.checkpoint.load import load_command
    from kezek.app.checkpoint.name_file import merged, read_names
    from kezek.demo.opening import board_began

    rows = _whole(files.read_checkpoints(checkpoints or files.shipped_checkpoints()))
    known = {row.id for row in rows}
    names: Sequence[PlaceName] = _whole(read_names(named, known)) if named else ()
    if checkpoints is None:
        names = merged(names, _whole(read_names(files.shipped_names(), known)))
    source = str(checkpoints or "shipped")
    days: Sequence[BoardDay] = ()
    if board is not None:
        days = _whole(files.read_board(board, rows))
        source += f" {board}"
    elif checkpoints is None:
        days = _whole(files.read_board(files.shipped_board(), rows))
    at = moment_of(seen, "--at") if seen else board_began()
    return load_command("", operator(), rows, days, names=names, seen_at=at, source=source)


def _keyed(command: LoadNetwork, key: str) -> LoadNetwork:
    from dataclasses import replace

    return replace(command, key=key)


def _whole(checked: Checked[T]) -> tuple[T, ...]:
    """The rows of a file without fault; else each fault is reported and the run ends."""
    from kezek.i18n.row_problem import sentence

    if not checked.problems:
        return checked.rows
    if not wants_json(click.get_current_context()):
        for problem in checked.problems:
            click.echo(_place(problem), err=True)
    facts = [
        {
            "file": p.file,
            "line": p.line,
            "column": p.column,
            "reason": p.reason.value,
            "sentence": sentence(p),
        }
        for p in checked.problems
    ]
    count = len(checked.problems)
    told = "one problem" if count == 1 else f"{count} problems"
    raise Failed(
        ExitCode.FOUND,
        "rows_wrong",
        f"{told} in the file; nothing was changed",
        {"problems": facts},
    )


def _place(problem: RowProblem) -> str:
    """`file:line: column: sentence`, as compilers say it, so that editors can follow."""
    from kezek.i18n.row_problem import sentence

    where = f"{problem.file}:{problem.line}" if problem.line else problem.file
    column = f" {problem.column}:" if problem.column else ""
    return f"{where}:{column} {sentence(problem)} [{problem.reason.value}]"


@network.command("open", short_help="Open a line at a checkpoint for which no board is known.")
@click.argument("checkpoint")
@click.option("--regulation", required=True, help="The rule set that the line obeys.")
@click.option("--capacity", type=click.IntRange(0, 100_000), required=True, help="Vehicles a day.")
@click.option(
    "--direction",
    type=click.Choice(["exit", "entry"]),
    default="exit",
    show_default=True,
    help="Out of the checkpoint's country or into it.",
)
@click.option(
    "--name", default="", metavar="WORD", help="Tells a further line of a direction apart: buses."
)
@folder_option
@json_option
def open_line(
    checkpoint: str,
    *,
    regulation: str,
    capacity: int,
    direction: str,
    name: str,
    folder: Path | None,
) -> None:
    """Open a line at a checkpoint for which no board is known; its capacity is marked as assumed.

    A line that is open already is left as it is: its agency changes the places of its days.
    """
    from kezek.app.checkpoint.load import own_line
    from kezek.domain.checkpoint.checkpoint import LINE_NAME
    from kezek.domain.network.load import OpenLine

    if name and not LINE_NAME.fullmatch(name):
        raise click.UsageError("--name is one word of small letters, digits and _, such as buses.")
    with opened(folder) as application:
        post = application.network.post(checkpoint)
        if post is None:
            raise Failed(ExitCode.REFUSED, "checkpoint_unknown", f"no checkpoint {checkpoint!r}")
        rules = application.rules.get(regulation)
        if rules is None:
            raise Failed(
                ExitCode.REFUSED,
                "regulation_unknown",
                f"no regulation {regulation!r}; there are {', '.join(sorted(application.rules))}",
            )
        line = own_line(post.checkpoint, rules, direction, name)
        open_already = application.network.of_line(line.id) is not None
        body = ask(application, OpenLine(fresh_key(application), operator(), line, capacity))
    body["opened"] = not open_already
    told = "was open already and is left as it is" if open_already else "is open"
    answer(body, lambda: say(f"The line {body['line']} {told}."))


@network.command(short_help="List checkpoints with their lines, places and next free day.")
@folder_option
@json_option
def show(folder: Path | None) -> None:
    """List every checkpoint with its line, today's places and the next free day."""
    with opened(folder) as application:
        body = [_shown(row) for row in application.boards.rows(application.now())]
    answer(body, lambda: _print_posts(body))


def _shown(row: PostRow) -> dict[str, Any]:
    from kezek.app.checkpoint.country import english_name

    line, today, free = row.served and row.served.line, row.today, row.next_free
    return {
        "checkpoint": row.checkpoint.id,
        "name": str(row.names.own_name("en")),
        "country": row.checkpoint.country,
        "neighbour": english_name(row.checkpoint.neighbour_country),
        "line": line.id if line else None,
        "direction": line.direction if line else None,
        "regulation": line.regulation if line else None,
        "basis": line.basis if line else None,
        "state": row.state,
        "capacity_today": today.capacity if today else None,
        "free_today": today.ordinary if today else None,
        "next_free_on": free.on.isoformat() if free else None,
        "waiting": row.waiting,
        "waiting_due": row.waiting_due,
    }


def _print_posts(body: list[dict[str, Any]]) -> None:
    if not body:
        say("No checkpoints: load a network with `kezek network load`.")
        return
    print_table(
        (
            "checkpoint",
            "name",
            "towards",
            "state",
            "today",
            "free",
            "next free",
            "waiting",
            "hour runs",
        ),
        [
            (
                row["checkpoint"],
                row["name"],
                row["neighbour"],
                row["state"],
                row["capacity_today"],
                row["free_today"],
                row["next_free_on"],
                row["waiting"],
                row["waiting_due"],
            )
            for row in body
        ],
    )
