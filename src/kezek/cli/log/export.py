"""`kezek log export` and `kezek log erase`: the log for an outside verifier, or hidden from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.frame.installation import folder_option, opened
from kezek.cli.frame.output import answer, json_option, say
from kezek.cli.frame.remote import get, server_of, server_option

LEAVES = 1_000
HEADS = 100


@click.command(short_help="Write the log as lines of JSON for `kezek verify`.")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@server_option
@click.option(
    "--key-file",
    type=click.File("r"),
    help="File with an API key that may read the log (- is standard input): asks the running server.",
)
@folder_option
@json_option
def export(file: Path, server: str | None, key_file: Any, folder: Path | None) -> None:
    """Write the log as lines of JSON that `kezek verify` can hash again: heads, then every event."""
    with file.open("w", encoding="utf-8") as out:
        if key_file is None:
            if server:
                raise click.UsageError("a running server tells its log to an API key: --key-file.")
            with opened(folder, serves=False) as application:
                from kezek.app.log.export import lines

                application.ledger.seal()
                application.ledger.tick(last=True)
                events = _written(out, lines(application.proofs))
        else:
            events = _written(out, remote_export(server_of(server), key_file.read().strip()))
    body = {"file": str(file), "events": events}
    answer(body, lambda: say(f"{events:,} events are in {file}."))


@click.command(short_help="Hide permanently what the log shows of a booking.")
@click.argument("number", type=click.IntRange(1))
@folder_option
@json_option
def erase(number: int, folder: Path | None) -> None:
    """Hide permanently what exports and the log's tree show of the booking with this NUMBER.

    Its salt is erased. The proofs of all other events stay as they are; this cannot be undone. It is
    noted in the folder's erased.jsonl, so that an older backup is restored without it.
    """
    with opened(folder, serves=False) as application:
        application.ledger.seal()
        if not application.ledger.erase(number):
            raise Failed(ExitCode.REFUSED, "booking_unknown", f"the log has no booking {number}.")
        from kezek.maintenance import note_erasures

        note_erasures(application)
    answer({"number": number}, lambda: say(f"Booking {number} is hidden in the log's tree."))


def remote_export(server: str, key: str) -> Iterator[str]:
    """The export of a running server."""
    from kezek.app.log.export import head_line

    for note in notes(server):
        yield head_line(note) + "\n"
    after = 0
    while True:
        page = get(server, f"/api/v1/log/leaves?after={after}&limit={LEAVES}", key)
        yield from (line + "\n" for line in page["items"])
        after += len(page["items"])
        if not page["items"]:
            return


def notes(server: str) -> list[str]:
    """Every signed head of a running server, oldest first."""
    found: list[str] = []
    before = ""
    while True:
        page = get(server, f"/api/v1/log/heads?limit={HEADS}{before}")
        found += [head["note"] for head in page["items"]]
        if page["next"] is None:
            return found[::-1]
        before = f"&before={page['next']}"


def _written(out: IO[str], lines: Iterator[str]) -> int:
    """How many events were written."""
    events = 0
    for line in lines:
        out.write(line)
        events += not line.startswith('{"head":')
    return events
