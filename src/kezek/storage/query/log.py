"""Queries about events, the log's tree and its signed heads."""

from __future__ import annotations

from collections.abc import Mapping

from kezek.domain.kernel.event import Logged
from kezek.domain.log.head import SignedHead
from kezek.domain.log.tree import Stretch
from kezek.storage.mapping import mapping
from kezek.storage.query.query import Query, query
from kezek.storage.table import INDEXED_KINDS

_EVENTS = f"{mapping(Logged).select} WHERE"
_OLDEST = "ORDER BY position LIMIT :limit"
_NEWEST = "ORDER BY position DESC LIMIT :limit"

LAST_POSITION = query("SELECT max(position) FROM event")
LAST = query("SELECT position, at FROM event ORDER BY position DESC LIMIT 1")
AFTER = query(f"{_EVENTS} position > :after {_OLDEST}")
AFTER_OF_LINE = query(f"{_EVENTS} position > :after AND line = :line {_OLDEST}")
BEFORE = query(f"{_EVENTS} position < :before {_NEWEST}")
BEFORE_OF_LINE = query(f"{_EVENTS} position < :before AND line = :line {_NEWEST}")

# The index knows the events of bookings only; number 0 stands for none.
HISTORY = query(f"{_EVENTS} number = :number AND number <> 0 ORDER BY position")
HISTORY_OF_NONE = query(f"{_EVENTS} number = :number ORDER BY position")

# The kind is a constant and no parameter: only then can a database use its index of this kind.
_COUNT = "SELECT count(*) FROM event WHERE line = :line AND at >= :since AND kind ="
COUNT = query(f"{_COUNT} :kind")
COUNT_OF_KIND: Mapping[str, Query] = {kind: query(f"{_COUNT} '{kind}'") for kind in INDEXED_KINDS}
OF_KIND: Mapping[str, Query] = {
    kind: query(
        f"{_EVENTS} line = :line AND kind = '{kind}' AND at >= :since"
        " ORDER BY at DESC, position DESC"
    )
    for kind in INDEXED_KINDS
}

TREE_END = query(
    "SELECT first, length(hashes) FROM tree WHERE tier = 0 ORDER BY first DESC LIMIT 1"
)
STRETCHES = query(
    f"{mapping(Stretch).select} WHERE tier = :tier AND first >= :first AND first < :past"
    " ORDER BY first"
)
HEADS_BEFORE = query(
    f"{mapping(SignedHead).select} WHERE number < :before ORDER BY number DESC LIMIT :limit"
)
