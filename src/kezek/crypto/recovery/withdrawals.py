"""The list of withdrawals beside the database: by it a backup made before them is restored without them.

One line of JSON each, with ids and places only.  A line is on the disk before whoever withdrew is told.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec

from kezek.app.recovery.withdrawal import Withdrawal, withdrawals_of
from kezek.crypto.fault import TrustFault
from kezek.crypto.recovery.erasures import append_lines
from kezek.domain.kernel.event import Logged

NAME = "withdrawn.jsonl"
log = logging.getLogger("kezek.crypto")


class WithdrawalsRefused(TrustFault):
    """A list of withdrawals cannot be read."""


class Withdrawals:
    """The list in a folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def tell(self, events: Sequence[Logged]) -> None:
        """Note what some events have taken away; a line that is there already is not noted again."""
        lines = [msgspec.json.encode(one) + b"\n" for one in withdrawals_of(events)]
        if not lines:
            return
        try:
            there = self._path.read_bytes() if self._path.exists() else b""
            fresh = [line for line in lines if line not in there]
            if fresh:
                append_lines(self._path, fresh)
        except OSError as fault:
            # The withdrawal itself is committed; only an older backup would bring it back.
            log.warning("a withdrawal was not noted beside the database: %s", type(fault).__name__)


def read(paths: Sequence[Path]) -> list[Withdrawal]:
    """Every withdrawal in some lists, in order; WithdrawalsRefused names a line that cannot be read."""
    found = []
    for path in paths:
        with path.open("rb") as lines:
            for place, line in enumerate(lines, 1):
                if line.strip():
                    found.append(_read(path, place, line))
    return found


def _read(path: Path, place: int, line: bytes) -> Withdrawal:
    try:
        return msgspec.json.decode(line, type=Withdrawal)
    except msgspec.DecodeError:
        raise WithdrawalsRefused(
            f"line {place} of {path} cannot be read, so a closed account, a revoked key, a role or an "
            "old password would come back: put the line right from a copy of the list, or take it out, "
            "restore, and withdraw again what it was; nothing was restored"
        ) from None
