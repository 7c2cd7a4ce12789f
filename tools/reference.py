"""Writes the parts of docs/reference/ that the code knows better than we do.

A page marks such a part with `<!-- from the code: NAME -->` and `<!-- end -->`.  Run it as
`.venv/bin/python tools/reference.py`; a test fails when a page has fallen behind.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click

PAGES = Path(__file__).parents[1] / "docs" / "reference"
PART = re.compile(r"(<!-- from the code: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


# What the derived status does by itself: `status_of` in domain/booking/status.py.
BY_TIME = (
    ("confirmed", "late"),
    ("late", "no_show"),
    ("called", "arrived"),
    ("called", "no_show"),
)


def table(*rows: tuple[str, ...]) -> str:
    """A Markdown table; the first row is its head."""
    head, *body = rows
    lines = [head, tuple("---" for _ in head), *body]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def transitions() -> str:
    from kezek.domain.booking.transition import TRANSITIONS

    return table(
        ("from", "verb", "guard", "to", "event"),
        *(
            (
                ", ".join(f"`{status}`" for status in ordered(row.origin)),
                f"`{row.verb}`",
                row.guard,
                f"`{row.to}`" if row.to else "as it was",
                f"`{row.event}`",
            )
            for row in TRANSITIONS
        ),
    )


def diagram() -> str:
    from kezek.domain.booking.status import ENDED, Status
    from kezek.domain.booking.transition import TRANSITIONS

    arrows: dict[tuple[str, str], list[str]] = {place: ["time"] for place in BY_TIME}
    for row in TRANSITIONS:
        for status in ordered(row.origin):
            if row.to is not None and status != row.to:
                place = ("[*]" if status is Status.NONE else status.value, row.to.value)
                arrows.setdefault(place, []).append(row.verb.value)
    lines = [f"    {origin} --> {to}: {', '.join(verbs)}" for (origin, to), verbs in arrows.items()]
    lines += [f"    {status} --> [*]" for status in ordered(ENDED)]
    return "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```\n"


def row_problems() -> str:
    from kezek.i18n.row_problem import SENTENCES

    return table(
        ("code", "what the report says"),
        *((f"`{reason}`", f"{sentence}") for reason, sentence in SENTENCES.items()),
    )


def commands() -> str:
    from kezek.cli import main

    return "\n".join(command_part(path, command) for path, command in walk(main, "kezek"))


def walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """The commands that do something, by their whole name, in the order of the help."""
    if isinstance(command, click.Group):
        if command.invoke_without_command:
            yield path, command
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from walk(inner, f"{path} {name}")
    else:
        yield path, command


def command_part(path: str, command: click.Command) -> str:
    told = [told_of(parameter) for parameter in command.params if not is_hidden(parameter)]
    rows = table(("argument or option", "default", "meaning"), *told) if told else ""
    return f"### `{path}`\n\n{inspect.cleandoc(command.help or '')}\n\n{rows}"


def is_hidden(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and parameter.hidden


def told_of(parameter: click.Parameter) -> tuple[str, str, str]:
    if not isinstance(parameter, click.Option):
        return f"`{parameter.make_metavar(click.Context(click.Command('')))}`", "", ""
    value = "" if parameter.is_flag else f" {parameter.type.name.upper()}"
    default = parameter.default
    shown = default is not None and isinstance(default, (str, int, float)) and default is not False
    return (
        ", ".join(f"`{name}{value}`" for name in parameter.opts),
        f"`{default}`" if shown and default != "" else "",
        parameter.help or "",
    )


def settings() -> str:
    from kezek.settings import Settings

    return table(
        ("setting", "default", "meaning"),
        *(
            (f"`{field.name}`", f"`{field.default}`" if field.default != "" else "", meaning(field))
            for field in dataclasses.fields(Settings)
        ),
    )


def meaning(field: dataclasses.Field) -> str:
    return field.metadata["meaning"]


def exit_codes() -> str:
    from kezek.cli.frame.exit_code import MEANINGS

    return table(
        ("exit code", "meaning"),
        *((f"`{code.value}`", meant) for code, meant in MEANINGS.items()),
    )


def ailments() -> str:
    from kezek.app.server.readiness import SENTENCES

    return table(
        ("ailment", "what it is and what to do"),
        *((f"`{code}`", sentence) for code, sentence in SENTENCES.items()),
    )


def log_codes() -> str:
    from kezek.cli.server.log_code import CODES, FOREIGN

    foreign = "a library's own line, cut short before it could quote anybody"
    rows = ((f"`{code}`", re.sub(r"%\S*[dfs]", "…", sentence)) for sentence, code in CODES.items())
    return table(("code", "sentence"), *rows, (f"`{FOREIGN}`", foreign))


def metrics() -> str:
    from kezek.api.server.metric import METRICS

    return table(
        ("metric", "kind", "labels", "meaning", "promise"),
        *(
            (
                f"`{metric.name}`",
                metric.form.value,
                ", ".join(f"`{label}`" for label in metric.labels),
                metric.meaning,
                metric.promise,
            )
            for metric in METRICS
        ),
    )


def routes() -> str:
    from kezek.api.mount import listed

    return route_table(sorted(listed(), key=lambda found: (found[1], found[0])))


def pages() -> str:
    return route_table(route for route in served() if not route[1].startswith("/api/"))


def route_table(found: Iterable[tuple[str, str, str]]) -> str:
    rows = ((f"`{method} {path}`", summary) for method, path, summary in found)
    return table(("route", "what it is for"), *rows)


def served() -> list[tuple[str, str, str]]:
    """Method, path and purpose of every route, from an installation that is made for it."""
    from kezek.bootstrap import close_application, make_app, open_application
    from kezek.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        application = open_application(Settings(folder=Path(folder)))
        try:
            app = make_app(application)
        finally:
            close_application(application)
    return sorted(
        (
            (method, re.sub(r":\w+}", "}", route.path), purpose(handler))
            for route in app.routes
            for handler in getattr(route, "route_handlers", ())
            for method in handler.http_methods - {"OPTIONS", "HEAD"}
        ),
        key=lambda found: (found[1], found[0]),
    )


def purpose(handler: Any) -> str:
    """The handler's summary, else the first line of its docstring."""
    # What is called in a thread has been wrapped.
    written = getattr(handler.fn, "func", handler.fn)
    told = getattr(handler, "summary", None) or inspect.getdoc(written) or ""
    return told.splitlines()[0] if told else ""


def ordered(statuses: frozenset) -> list:
    """Statuses in the order in which a booking meets them."""
    from kezek.domain.booking.status import Status

    return [status for status in Status if status in statuses]


PARTS: dict[str, Callable[[], str]] = {
    "transitions": transitions,
    "diagram": diagram,
    "row_problems": row_problems,
    "exit_codes": exit_codes,
    "settings": settings,
    "commands": commands,
    "ailments": ailments,
    "log_codes": log_codes,
    "metrics": metrics,
    "routes": routes,
    "pages": pages,
}


def written(page: Path) -> str:
    """The page's text as it should be."""
    return PART.sub(
        lambda found: found[1] + PARTS[found[2]]() + found[3], page.read_text(encoding="utf-8")
    )


def main() -> None:
    for page in sorted(PAGES.glob("*.md")):
        text = written(page)
        if text != page.read_text(encoding="utf-8"):
            page.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {page.name}\n")


if __name__ == "__main__":
    main()
