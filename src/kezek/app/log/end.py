"""The end of the log at an orderly stop, by which events added by hand behind it are found.

The last server seals and signs everything and then notes the size of the log.  A program that opens the
database to write removes the note first.  So events behind a note were not added by our programs.
"""

from __future__ import annotations

from collections.abc import Mapping

from kezek.app.log.ledger import newest
from kezek.app.port import Shared, Store

# The setting with the size of the log at the orderly stop, empty while a server runs.
ENDED = "log_ended"
# The setting with the positions (FIRST-LAST) that a start has found behind it; it stays for good.
STRAY = "log_stray"


def note_end(store: Store) -> bool:
    """Note the end if all of it is signed and no other process uses the store; whether it was noted."""
    if isinstance(store, Shared) and not store.solitary():
        return False
    head, last = newest(store.reader), store.reader.last_position()
    if head is None or head.size != last:
        return False
    store.set_setting(ENDED, str(last))
    return True


def begin(store: Store) -> str:
    """Remove the note before anything is written; the positions of stray events, empty for none."""
    ended = store.setting(ENDED)
    if not ended:
        return ""
    head, last = newest(store.reader), store.reader.last_position()
    # A release without notes may have signed further heads since: then its events are no strays.
    found = head is not None and head.size == int(ended) and last > head.size
    told = f"{int(ended) + 1}-{last}" if found else ""
    if told:
        store.set_setting(STRAY, told)
    store.set_setting(ENDED, "")
    return told


def stray(kept: Mapping[str, str], last: int, signed: int) -> str:
    """The positions of events added by hand, from a store's settings, the end of its log and the size
    of its newest head; empty for none.
    """
    ended = kept.get(ENDED, "")
    if ended.isdecimal() and signed == int(ended) < last:
        return f"{signed + 1}-{last}"
    return kept.get(STRAY, "")
