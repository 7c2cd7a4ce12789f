"""The end of the log at an orderly stop, so that what somebody adds by hand behind it is seen.

The last server seals and signs everything and then notes the size of the log.  Whoever opens the
database to write takes the note away first; so events behind a note were added by nobody of ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from kezek.app.log.ledger import newest
from kezek.app.port import Shared, Store

# The size of the log at the orderly stop, empty while somebody writes.
ENDED = "log_ended"
# Positions that were found behind it at a start, FIRST-LAST, once for good.
STRAY = "log_stray"


def note_end(store: Store) -> bool:
    """Note the end, when all of it is signed and no other process works on the store; whether it is."""
    if isinstance(store, Shared) and not store.solitary():
        return False
    head, last = newest(store.reader), store.reader.last_position()
    if head is None or head.size != last:
        return False
    store.set_setting(ENDED, str(last))
    return True


def begin(store: Store) -> str:
    """Take the note away before anything is written; the positions of stray events, empty for none."""
    ended = store.setting(ENDED)
    if not ended:
        return ""
    head, last = newest(store.reader), store.reader.last_position()
    # A release that knows no note has signed on since: then it stopped in its own way.
    found = head is not None and head.size == int(ended) and last > head.size
    told = f"{int(ended) + 1}-{last}" if found else ""
    if told:
        store.set_setting(STRAY, told)
    store.set_setting(ENDED, "")
    return told


def stray(kept: Mapping[str, str], last: int, signed: int) -> str:
    """Positions of events that were added by hand, from what a store keeps of itself, the end of its log
    and the size of its newest head; empty for none.
    """
    ended = kept.get(ENDED, "")
    if ended.isdecimal() and signed == int(ended) < last:
        return f"{signed + 1}-{last}"
    return kept.get(STRAY, "")
