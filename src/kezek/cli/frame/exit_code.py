"""The one table of exit codes; docs/reference/exit-codes.md repeats it and a test compares them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended, for whoever calls it from a script."""

    DONE = 0
    OURS = 1
    USAGE = 2
    REFUSED = 3
    WORLD = 4
    FALSE = 5
    EXPIRED = 6
    FOUND = 7
    STOPPED = 130


MEANINGS: Mapping[ExitCode, str] = {
    ExitCode.DONE: "done; a ticket is genuine; nothing is wrong",
    ExitCode.OURS: "our own mistake: please report what is printed",
    ExitCode.USAGE: "the command line or a setting is wrong: what is printed says which",
    ExitCode.REFUSED: "a rule said no: the refusal's code is printed, nothing was changed",
    ExitCode.WORLD: "the world failed: database, file, port or server cannot be used",
    ExitCode.FALSE: "the ticket is not genuine",
    ExitCode.EXPIRED: "the ticket is genuine, but its time is over",
    ExitCode.FOUND: "checked, and something is wrong: rows of a file, a finding of the doctor",
    ExitCode.STOPPED: "stopped by Ctrl-C before it was done",
}
