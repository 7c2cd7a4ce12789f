"""`kezek verify`: the log checked from outside, with nothing but its public key and kept heads."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.frame.output import answer, json_option, say

if TYPE_CHECKING:
    from kezek.app.log.audit import AuditReport, SourcedNote
    from kezek.crypto.log.head_signer import LogKey
    from kezek.domain.log.head import Head

# Heads asked about one by one, evenly over all: a server lets an address ask 600 times a minute.
ASKED_MAX = 300
_EXPORT = "the export"


@click.command(short_help="Check that the log is what its signed heads say.")
@click.option(
    "--log",
    "source",
    metavar="URL|FILE",
    help="A running server, or a file that `kezek log export` wrote.",
)
@click.option(
    "--database",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A copy of the SQLite file: every row of the log, its tree and its heads.",
)
@click.option(
    "--key",
    "key_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The log's public key in PEM form, from whoever you trust, not from the server.",
)
@click.option(
    "--heads",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with heads that were published earlier and kept (*.note).",
)
@click.option(
    "--api-key-file",
    type=click.File("r"),
    help="File with an API key that may read the log: reads every event from the server too.",
)
@json_option
def verify(
    *,
    source: str | None,
    database: Path | None,
    key_path: Path,
    heads: Path | None,
    api_key_file: Any,
) -> None:
    """Check that no event was changed, left out, put in or moved since heads were signed over it.

    With --database also that bookings and lines, of which the boards are made, are what the log says.
    Exit code 7 when something is wrong; what is found first is named first.
    """
    from kezek.app.log.audit import AuditReport
    from kezek.crypto.log.head_signer import LogKey
    from kezek.crypto.signing import read_public_key

    if (source is None) == (database is None):
        raise click.UsageError("name either --log or --database.")
    key, report, began = (
        LogKey(read_public_key(key_path.read_bytes())),
        AuditReport(),
        time.monotonic(),
    )
    kept = _kept(heads)
    if database is not None:
        _database(database, kept, key, report)
    elif source is not None and source.startswith(("http://", "https://")):
        _server(source.rstrip("/"), kept, key, report, api_key_file)
    else:
        _file(Path(source or ""), kept, key, report)
    _print_report(report, time.monotonic() - began)


def _kept(folder: Path | None) -> list[SourcedNote]:
    from kezek.app.log.audit import SourcedNote
    from kezek.crypto.log.published import read_published

    return [SourcedNote(name, note) for name, note in read_published(folder)] if folder else []


def _database(path: Path, kept: Sequence[SourcedNote], key: LogKey, report: AuditReport) -> None:
    from kezek.app.installation.copy_audit import audit_copy
    from kezek.app.installation.replayed import audit_rows
    from kezek.maintenance import open_copy

    with open_copy(path) as copy:
        audit_copy(copy, kept, key, report)
        audit_rows(copy, report.find)


def _file(path: Path, kept: Sequence[SourcedNote], key: LogKey, report: AuditReport) -> None:
    from kezek.app.log.export import NotAnExport

    try:
        with path.open("rb") as lines:
            _lines(lines, kept, key, report)
    except NotAnExport as fault:
        report.find("log", report.events + 1, f"{path}: {fault}")
    except OSError as fault:
        raise Failed(ExitCode.WORLD, "no_export", f"{path} cannot be read: {fault}") from None


def _lines(lines: Any, kept: Sequence[SourcedNote], key: LogKey, report: AuditReport) -> None:
    """An export: its heads first, then its events, one after the other."""
    from kezek.app.log.audit import SourcedNote, audit_export, read_heads
    from kezek.app.log.export import read_note

    each, shown, first = iter(lines), list(kept), []
    for line in each:
        note = read_note(line)
        if note is None:
            first = [line]
            break
        shown.append(SourcedNote(_EXPORT, note))

    def rest() -> Iterator[bytes]:
        yield from first
        yield from each

    audit_export(rest(), read_heads(shown, key, report, whole=_EXPORT), key, report)


def _server(
    server: str, kept: Sequence[SourcedNote], key: LogKey, report: AuditReport, api_key_file: Any
) -> None:
    from kezek.app.log.audit import SourcedNote, audit_growth, read_heads
    from kezek.cli.frame.remote import get
    from kezek.cli.log.export import notes
    from kezek.cli.log.export import remote_export as exported

    if api_key_file is not None:
        lines = exported(server, api_key_file.read().strip())
        _lines((line.encode() for line in lines), kept, key, report)
        return
    shown = [SourcedNote(server, note) for note in notes(server)]
    heads = read_heads([*kept, *shown], key, report, whole=server)

    def ask(old: int, new: int) -> list[bytes]:
        try:
            found = get(server, f"/api/v1/log/proof/consistency?from={old}&to={new}")
        except Failed as fault:
            if fault.facts.get("status") == 404:  # a head that the server has never reached
                return []
            raise
        return [bytes.fromhex(one) for one in found["path"]]

    audit_growth(_spread(heads), ask, report)


def _spread(heads: Sequence[Head]) -> list[Head]:
    """So many heads at most, the first and the last among them."""
    step = max(1, -(-len(heads) // ASKED_MAX))
    return [*heads[:-1:step], *heads[-1:]]


def _print_report(report: AuditReport, seconds: float) -> None:
    good = not report.findings
    code = ExitCode.DONE if good else ExitCode.FOUND
    body = {
        "events": report.events,
        "signed": report.signed,
        "heads": report.heads,
        "hidden": report.hidden,
        "unsealed": report.unsealed,
        "seconds": round(seconds, 3),
        "findings": [
            {"row": f.row, "at": f.at, "sentence": f.sentence}
            for f in sorted(report.findings, key=lambda f: f.at)
        ],
        "more": report.more,
    }

    def people() -> None:
        rate = report.events / seconds if seconds else 0
        say(f"{report.events:,} events, {report.heads:,} heads; {seconds:.1f} s, {rate:,.0f}/s")
        if report.hidden:
            say(
                f"{report.hidden:,} events are hidden by the log's own word: only their place is proved."
            )
        if report.unsealed:
            few = report.unsealed == 1
            unsealed = (
                "1 event at the end is" if few else f"{report.unsealed:,} events at the end are"
            )
            say(f"{unsealed} not sealed yet.")
        for finding in body["findings"]:  # type: ignore[attr-defined]
            say(f"WRONG  {finding['row']} {finding['at']}: {finding['sentence']}")
        if report.more:
            say(f"       and {report.more:,} findings more.")
        if good:
            say(f"ok     nothing was changed up to position {report.signed:,}.")

    answer(body, people, exit_code=code)
    click.get_current_context().exit(code)
