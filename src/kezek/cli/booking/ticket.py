"""`kezek ticket verify`: is this ticket genuine?  Needs a public key, no network and no database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.frame.installation import folder_option
from kezek.cli.frame.moment import moment_of
from kezek.cli.frame.output import answer, json_option, say
from kezek.settings import read_settings

if TYPE_CHECKING:
    from kezek.crypto.signing import PublicKey
    from kezek.crypto.ticket.ticket_token import Ticket
    from kezek.domain.kernel.instant import Instant

_SIZE_MAX = 65_536  # bytes read of a file; a ticket's text has about 260


@click.group()
def ticket() -> None:
    """Tickets."""


@ticket.command()
@click.argument("text", metavar="TEXT|FILE|-")
@click.option(
    "--key",
    "keys",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True,
    help="Public key (PEM) to trust; may be repeated. Else the keys in the folder.",
)
@click.option("--at", "at", metavar="ISO", help="Judge as of this moment instead of now.")
@folder_option
@json_option
def verify(text: str, keys: tuple[Path, ...], at: str | None, folder: Path | None) -> None:
    """Check the text of a ticket's QR code, offline.

    Exit code 0: genuine; 5: not genuine; 6: genuine, but its time is over. Whether the booking
    still stands, only the queue knows.
    """
    from kezek.crypto.ticket.ticket_token import Distrust, TicketVerifier, Untrusted
    from kezek.system.clock import real_now

    verifier = TicketVerifier(_trusted(keys, folder))
    judged = moment_of(at, "--at") if at else real_now()
    try:
        found = verifier.verify(_text_of(text).strip(), judged)
    except Untrusted as doubt:
        if doubt.reason is Distrust.EXPIRED and doubt.ticket is not None:
            _tell(doubt.ticket, ExitCode.EXPIRED, doubt.reason, judged)
        else:
            _tell(None, ExitCode.FALSE, doubt.reason, judged)
    else:
        _tell(found, ExitCode.DONE, "genuine", judged)


def _text_of(given: str) -> str:
    if given == "-":
        raw = sys.stdin.buffer.read(_SIZE_MAX)
    elif _is_file(given):
        with Path(given).open("rb") as file:
            raw = file.read(_SIZE_MAX)
    else:
        return given
    return raw.decode("utf-8", errors="replace")


def _is_file(given: str) -> bool:
    try:
        return Path(given).is_file()
    except (OSError, ValueError):
        # A ticket's text is longer than a file name may be.
        return False


def _trusted(keys: tuple[Path, ...], folder: Path | None) -> list[PublicKey]:
    """The keys that were named, else the installation's own and those it accepts."""
    from kezek.crypto.keyring import ACCEPTED_FOLDER, SIGNING_FILE
    from kezek.crypto.signing import read_public_key, read_signing_key

    if keys:
        return [read_public_key(path.read_bytes()) for path in keys]
    place = read_settings(folder=folder).keys
    found = [
        read_public_key(path.read_bytes())
        for path in sorted((place / ACCEPTED_FOLDER).glob("*.pem"))
    ]
    own = place / SIGNING_FILE
    if own.is_file():
        found.insert(0, read_signing_key(own.read_bytes()).public)
    if not found:
        raise Failed(
            ExitCode.WORLD,
            "no_keys",
            f"there are no keys in {place}: name the public key with --key, or the folder with --folder",
        )
    return found


def _tell(found: Ticket | None, verdict: ExitCode, reason: str, judged: Instant) -> None:
    from kezek.domain.kernel.instant import to_datetime

    as_of = to_datetime(judged).isoformat(timespec="seconds")
    body: dict[str, Any] = {
        "verdict": verdict.name.lower(),
        "reason": str(reason),
        "as_of": as_of,
        "ticket": None,
    }
    if found is not None:
        body["ticket"] = _shown(found)
    if verdict is ExitCode.DONE:
        body["verdict"] = "genuine"

    def people() -> None:
        say(
            f"{str(body['verdict']).upper()}" + ("" if verdict is ExitCode.DONE else f" ({reason})")
        )
        for name, value in (body["ticket"] or {}).items():
            say(f"  {name:11} {value}")
        say(f"Judged as of {as_of}.")
        if verdict is ExitCode.EXPIRED:
            say("A demo has its own clock: judge its tickets with --at, as of the time it shows.")

    answer(body, people, exit_code=verdict)
    click.get_current_context().exit(verdict)


def _shown(found: Ticket) -> dict[str, Any]:
    from kezek.domain.kernel.instant import to_datetime

    return {
        "number": found.number,
        "code": found.code,
        "checkpoint": found.checkpoint,
        "line": found.line,
        "start": to_datetime(found.slot_start).isoformat(),
        "end": to_datetime(found.slot_end).isoformat(),
        "expires": to_datetime(found.expires_at).isoformat(),
        "country": found.country,
        "plate_tail": found.plate_tail,
        "issuer": found.issuer,
    }
