"""`kezek log`: the append-only record, of a stopped installation or of a running server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from kezek.app.port import POSITION_MAX
from kezek.cli.frame.installation import folder_option, opened, refusal
from kezek.cli.frame.output import answer, json_option, print_json, say, wants_json
from kezek.cli.frame.remote import get, server_of, server_option
from kezek.cli.log.export import erase, export
from kezek.cli.log.log_continue import continue_log
from kezek.cli.log.log_sentence import sentence

if TYPE_CHECKING:
    from kezek.app.application import Application
    from kezek.domain.kernel.event import Logged

POLL_SECONDS = 1.0
PAGE = 500


@click.group(
    invoke_without_command=True,
    short_help="Print the log of a running server or a stopped installation.",
)
@click.option("--follow", is_flag=True, help="Go on printing as events come; needs --key-file.")
@click.option("--line", default="", help="Only events of one line, such as kz_syrym.exit.")
@click.option(
    "--last",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="How many events to begin with.",
)
@server_option
@click.option(
    "--key-file",
    type=click.File("r"),
    help="File with an API key that may read the log (- is standard input): asks the running server.",
)
@folder_option
@json_option
@click.pass_context
def log(
    context: click.Context,
    *,
    follow: bool,
    line: str,
    last: int,
    server: str | None,
    key_file: Any,
    folder: Path | None,
) -> None:
    """Print the log: of a running server with --key-file, else of a stopped installation."""
    if context.invoked_subcommand:
        return
    if key_file is None:
        if follow or server:
            raise click.UsageError("a running server shows its log to an API key: name --key-file.")
        from kezek.domain.checkpoint.checkpoint import Line

        with opened(folder, serves=False) as application:
            _refuse_unknown(application, line)
            events = application.store.reader.events_before(POSITION_MAX, last, line)
            zones = {row.id: row.zone for row in application.store.reader.all(Line)}
        _print([_shown(event) for event in reversed(events)], zones)
        return
    reader = RemoteLog(server_of(server), key_file.read().strip(), line)
    found = reader.newest(last)
    # Machines read UTC.
    zones = {} if wants_json(context) else reader.zones()
    if not follow:
        _print(found, zones)
        return
    for event in found:
        _print_one(event, zones)
    for event in reader.following(found[-1]["position"] if found else 0):
        _print_one(event, zones)


log.add_command(export)
log.add_command(erase)
log.add_command(continue_log)


class RemoteLog:
    """Reads the log of a running server, page by page, with an API key."""

    def __init__(self, server: str, key: str, line: str) -> None:
        self._server, self._key, self._line = server, key, line

    def newest(self, last: int) -> list[dict[str, Any]]:
        """The newest events, oldest first."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while len(found) < last:
            more = f"&cursor={cursor}" if cursor else ""
            page = self._page(f"order=newest&limit={min(PAGE, last - len(found))}{more}")
            found += page["items"]
            cursor = page["next"]
            if not cursor:
                break
        return found[::-1]

    def following(self, position: int) -> Iterator[dict[str, Any]]:
        """What comes after a position, as it comes."""
        while True:
            items = self._page(f"after={position}&limit={PAGE}")["items"]
            yield from items
            if items:
                position = int(items[-1]["position"])
            else:
                time.sleep(POLL_SECONDS)

    def zones(self) -> dict[str, str]:
        """The time zones of lines."""
        posts = get(self._server, "/api/v1/checkpoints?limit=100")["items"]
        # A server of the release before tells the line out of the country alone.
        return {
            line["id"]: post["zone"]
            for post in posts
            for line in post.get("lines") or filter(None, (post["line"],))
        }

    def _page(self, query: str) -> dict[str, Any]:
        line = f"&line={quote(self._line)}" if self._line else ""
        return dict(get(self._server, f"/api/v1/log?{query}{line}", self._key))


def _shown(event: Logged) -> dict[str, Any]:
    from kezek.domain.kernel.instant import exact_utc

    return {
        "position": event.position,
        "at": exact_utc(event.at),
        "real": exact_utc(event.real),
        "kind": event.kind,
        "actor": event.actor,
        "line": event.line,
        "number": event.number or None,
        "body": json.loads(event.body),
    }


def _refuse_unknown(application: Application, line: str) -> None:
    """A line that is not there is refused, as a running server refuses it."""
    from kezek.domain.checkpoint.checkpoint import Line

    if line and application.store.reader.get(Line, line) is None:
        from kezek.domain.kernel.refusal import Reason, Refused

        raise refusal(Refused(Reason.LINE_UNKNOWN, {"line": line}))


def _print(events: list[dict[str, Any]], zones: Mapping[str, str]) -> None:
    def people() -> None:
        for event in events:
            say(sentence(event, zones.get(event["line"] or "", "")))

    answer(events, people)


def _print_one(event: dict[str, Any], zones: Mapping[str, str]) -> None:
    """Events that are followed: one document a line, because the answer never ends."""
    context = click.get_current_context()
    if wants_json(context):
        print_json({"command": context.command_path, "exit": 0, "answer": event})
    else:
        say(sentence(event, zones.get(event["line"] or "", "")))
