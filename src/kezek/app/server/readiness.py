"""Readiness: whether this process has everything that it needs to take a booking now.

It does not query the database, because the promise monitor has just done so; so requests cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kezek.app.desk.metrics import Heartbeat
from kezek.app.log.ledger import Forked, Ledger
from kezek.app.port import Fault, StoreFault
from kezek.app.server.promise_monitor import PromiseMonitor

# A task that beats every one to five seconds is stuck after this long without a beat.
SILENT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Ailment:
    """A fault with a stable code and a sentence for operators, in English, that says what to do.

    The sentence has no path, no address and no database text, because anybody may read it.
    """

    code: str
    sentence: str


SENTENCES: Mapping[str, str] = {
    "starting": "The server has not looked at its database yet: ask again in a few seconds.",
    "stopping": "The server finishes what it was asked and takes nothing new.",
    "database_away": "The database cannot be reached or opened: see that it runs and is mounted.",
    "database_read_only": "The database takes no changes: see its rights, or name the primary.",
    "database_full": "The disk of the database is full: free some space; nothing is lost.",
    "database_busy": "The database does not answer in time: another program keeps it locked.",
    "database_damaged": "The database is damaged: stop, keep it as it is, restore a backup.",
    "database_failing": "The database fails: the server's log says how.",
    "schema_unknown": "The database has a schema of another version: start the matching version.",
    "keys_missing": "A key is missing from the folder of keys: put it back from its copy.",
    "timer_stuck": "The timer is silent: the server's log says why; what time makes due waits.",
    "ledger_stuck": "The log is not sealed: the server's log says why; bookings go on.",
    "heads_stuck": "No head of the log is signed: the server's log says why; bookings go on.",
    "ledger_forked": "The log is not the one whose heads were published, or its key is another: put "
    "the right database or log-signing.pem back, or decide with `kezek log continue`; no head is "
    "signed until then, and where heads are unknown no number is given out.",
    "look_stuck": "The server has not been able to look at its database for half a minute.",
}
# Remarks for the operator that are no reason to send work elsewhere.
REMARKS: Mapping[str, str] = {
    "consumer_still": "Somebody who is told every event of the log has not come on for minutes: "
    "`kezek doctor` says who, and the server's log says why; bookings go on.",
}


class Readiness:
    """`missing_keys` are the key files that are gone; `stopping` says that the server is stopping."""

    def __init__(
        self,
        vigil: PromiseMonitor,
        ledger: Ledger,
        pulse: Heartbeat,
        missing_keys: Callable[[], Sequence[str]],
        stopping: Callable[[], bool],
    ) -> None:
        self._vigil, self._ledger, self._pulse = vigil, ledger, pulse
        self._missing_keys, self._stopping = missing_keys, stopping

    def ailments(self) -> list[Ailment]:
        """All ailments, the gravest first; empty when the server is ready."""
        return [Ailment(code, SENTENCES[code]) for code in self._codes()]

    def remarks(self) -> list[Ailment]:
        """Faults that delay no booking."""
        still = any(standing.still for standing in self._vigil.standings)
        return [Ailment(code, REMARKS[code]) for code in REMARKS if still]

    def _codes(self) -> list[str]:
        found = []
        if self._stopping():
            found.append("stopping")
        fault = self._vigil.fault
        if fault is not None:
            found.append(code_of(fault))
        elif not self._vigil.found:
            found.append("starting")
        if self._missing_keys():
            found.append("keys_missing")
        if self._ledger.behind or isinstance(self._ledger.fault, Forked):
            found.append("ledger_forked")
        ages = self._pulse.ages()
        found += [f"{task}_stuck" for task, age in ages.items() if age > SILENT_SECONDS]
        return found


def code_of(fault: Fault) -> str:
    """The ailment's code for a fault of the database."""
    return fault.ailment if isinstance(fault, StoreFault) else StoreFault.ailment
