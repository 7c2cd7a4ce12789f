"""What commands print: tables for people, one JSON document of one shape for machines.

`{"command": "kezek user list", "exit": 0, "answer": …}`; a failure has `problem` instead of `answer`.
"""

from __future__ import annotations

import codecs
import io
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

# Wide enough for every row: what is piped into another program must not be cut.
WIDTH_UNWATCHED = 240

_JSON = "kezek.json"
_COMMAND = "kezek.command"


def json_option(command: F) -> F:
    """`--json` on a command that prints something a program may want to read."""

    def note(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
        context.meta[_JSON] = bool(value)
        context.meta[_COMMAND] = context.command_path

    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=note,
        help="Print one JSON document instead of text.",
    )(command)


def wants_json(context: click.Context) -> bool:
    """Whether this run was asked for JSON."""
    return bool(context.meta.get(_JSON))


def command_asked(context: click.Context) -> str:
    """The whole name of the command that this run is."""
    return str(context.meta.get(_COMMAND, context.command_path))


def any_terminal() -> None:
    """Signs that the encoding of standard output does not have are printed as ?, and end no command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def print_json(document: Any) -> None:
    """One document on one line, sent at once; in ASCII where the output is not UTF-8."""
    import msgspec

    text = msgspec.json.encode(document, order="deterministic").decode()
    if codecs.lookup(sys.stdout.encoding or "ascii").name != "utf-8":
        # Outside ASCII JSON has only signs inside its texts, where an escape means the same.
        text = json.dumps(json.loads(text), separators=(",", ":"))
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def answer(
    body: Any,
    people: Callable[[], None],
    *,
    exit_code: int = 0,
    beside: Mapping[str, Any] | None = None,
) -> None:
    """The command's answer, as JSON where asked for, else as `people` prints it.

    `beside` stands beside the answer, at the top of the document: figures promised there by name.
    """
    context = click.get_current_context()
    if wants_json(context):
        document = {"command": context.command_path, "exit": exit_code, "answer": body}
        print_json(document | dict(beside or {}))
    else:
        people()


def say(text: str = "") -> None:
    """A line for people, sent at once."""
    click.echo(text)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table as wide as the terminal, or as its content when nobody watches."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    width = None if sys.stdout.isatty() else WIDTH_UNWATCHED
    console = Console(markup=False, highlight=False, width=width)
    console.print(table)
