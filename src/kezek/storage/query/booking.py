"""Queries about bookings and the claims of their vehicles."""

from __future__ import annotations

from kezek.storage.query.query import query

PRESENT = query(
    "SELECT number FROM booking WHERE line = :line AND arrived_at IS NOT NULL"
    " AND ended_at IS NULL ORDER BY number"
)
BOOKED = query(
    "SELECT number FROM booking WHERE line = :line AND start >= :first AND start < :past"
    " AND ended_at IS NULL ORDER BY number"
)
AHEAD = query(
    "SELECT count(*) FROM booking WHERE line = :line AND ended_at IS NULL"
    " AND arrived_at IS NULL AND start <= :start AND (start < :start OR number < :number)"
)
AWAITING = query(
    "SELECT number FROM booking WHERE line = :line AND exception = 'awaiting' ORDER BY number"
)
PROPOSED = query(
    "SELECT number FROM booking WHERE line = :line AND ended_at IS NULL"
    " AND (exception = 'proposed' OR proposal <> '') ORDER BY number"
)
CODED = query(
    "SELECT number FROM booking WHERE salt >= :code AND salt < :past"
    " ORDER BY number DESC LIMIT :limit"
)
_PLATES = (
    "SELECT b.number FROM booking b JOIN particulars p ON p.number = b.number"
    " WHERE b.line = :line AND b.ended_at IS NULL AND {place}(p.plate, :part) > 0"
    " ORDER BY b.number LIMIT :limit"
)
PLATES = query(_PLATES.format(place="instr"), postgres=_PLATES.format(place="strpos"))

# A claim's value is the country's two letters, a space and the plate; the index cuts it the same way.
NAMESAKES = query(
    "SELECT authority, kind, value FROM claim"
    " WHERE authority = :authority AND substr(value, 4) = :plate AND kind = 'plate' ORDER BY value"
)

# The indexes leave out the public, who are account 0, and are used where the query says so.
_HELD = "SELECT number FROM booking WHERE holder = :account"
_HELD_BY = "{held} AND number < :before ORDER BY number DESC LIMIT :limit"
_HELD_SINCE = "{held} AND ended_at IS NULL UNION ALL {held} AND ended_at >= :since ORDER BY number"
_OF_SOMEBODY = f"{_HELD} AND holder <> 0"
HELD_LIVE = query(f"{_OF_SOMEBODY} AND ended_at IS NULL ORDER BY number")
HELD_BY = query(_HELD_BY.format(held=_OF_SOMEBODY))
HELD_BY_PUBLIC = query(_HELD_BY.format(held=_HELD))
HELD_SINCE = query(_HELD_SINCE.format(held=_OF_SOMEBODY))
HELD_SINCE_BY_PUBLIC = query(_HELD_SINCE.format(held=_HELD))

# A limited number at a time, above the last number seen.
ERASABLE = query(
    "SELECT number FROM particulars p WHERE number > :last AND erase_on < :before AND NOT EXISTS"
    " (SELECT 1 FROM booking b WHERE b.number = p.number AND b.ended_at IS NULL)"
    " ORDER BY number LIMIT :limit"
)
