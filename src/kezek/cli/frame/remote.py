"""Reading from a running server: plain GET requests of its public API."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import click

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.settings import read_settings

SECONDS = 10.0

server_option = click.option(
    "--server",
    metavar="URL",
    help="Address of the running server; else the one that the settings name.",
)


def server_of(given: str | None) -> str:
    """The address without a slash at its end."""
    return (given or read_settings().issuer).rstrip("/")


def get(server: str, path: str, key: str = "") -> Any:
    """The JSON of an address below `server`, or a failure that says what to do."""
    if not server.startswith(("http://", "https://")):
        raise click.BadParameter(f"{server!r} is no address like http://127.0.0.1:8470.")
    headers = {"Accept": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(server + path, headers=headers)  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
            return json.load(response)
    except urllib.error.HTTPError as refused:
        raise _refused(refused) from None
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "reason", fault)
        raise Failed(
            ExitCode.WORLD,
            "server_away",
            f"no Kezek server answers at {server} ({reason}): start one with `kezek serve` "
            "or `kezek demo`, or name it with --server",
        ) from None


def _refused(refused: urllib.error.HTTPError) -> Failed:
    try:
        problem = json.load(refused)
        code, detail = str(problem["code"]), str(problem.get("detail") or problem.get("title"))
    except (ValueError, KeyError, TypeError):
        code, detail = f"http_{refused.code}", f"the server answered {refused.code}"
    server_failed = 500  # from here on, HTTP blames the server
    exit_code = ExitCode.WORLD if refused.code >= server_failed else ExitCode.REFUSED
    return Failed(exit_code, code, detail, {"status": refused.code})
