"""The counts of `app/installation/census.py` as statements that both databases understand."""

from __future__ import annotations

from collections.abc import Mapping

from kezek.app.installation.census import PromiseQuery
from kezek.app.installation.invariant import (
    ACCOUNT_CLOSED_HAS_NO_PASSWORD,
    BOOKING_EXCEPTION_FOUNDED,
    BOOKING_IN_ORDER,
    BOOKING_SOMEWHERE,
    SLOT_WITHIN_CAPACITY,
)
from kezek.storage.query.query import query

_LIVE_VEHICLES = """
WITH live AS (
    SELECT line.authority, p.country, p.plate, p.vin
    FROM booking b JOIN line ON line.id = b.line JOIN particulars p ON p.number = b.number
    WHERE b.ended_at IS NULL)
"""

# Counts that need a whole table use NOT IN, which both databases answer by hash or in order.  An
# index on the claim's number would cost every booking something, and these queries run once a
# minute.
_STATEMENTS: Mapping[PromiseQuery, str] = {
    PromiseQuery.OVERBOOKED_SLOTS: f"""
SELECT (SELECT count(*) FROM slot WHERE NOT ({SLOT_WITHIN_CAPACITY.condition}))
+ (SELECT count(*) FROM
    (SELECT line, start, count(*) AS live FROM booking
     WHERE ended_at IS NULL AND start IS NOT NULL GROUP BY line, start) AS b
   JOIN slot ON slot.line = b.line AND slot.start = b.start
   WHERE b.live > slot.taken AND {SLOT_WITHIN_CAPACITY.condition})""",
    PromiseQuery.DOUBLE_BOOKED_VEHICLES: _LIVE_VEHICLES
    + """
SELECT (SELECT count(*) FROM
    (SELECT 1 AS one FROM live GROUP BY authority, country, plate HAVING count(*) > 1) AS plates)
+ (SELECT count(*) FROM
    (SELECT 1 AS one FROM live WHERE vin <> '' GROUP BY authority, vin HAVING count(*) > 1) AS vins)""",
    PromiseQuery.STRAY_CLAIMS: """
SELECT (SELECT count(*) FROM claim c WHERE NOT EXISTS
    (SELECT 1 FROM booking b WHERE b.number = c.number AND b.ended_at IS NULL))
+ (SELECT count(*) FROM booking
   WHERE ended_at IS NULL AND number NOT IN (SELECT number FROM claim))""",
    PromiseQuery.DISORDERED_BOOKINGS: f"""
SELECT count(*) FROM booking WHERE ended_at IS NULL AND NOT (
    ({BOOKING_IN_ORDER.condition}) AND ({BOOKING_EXCEPTION_FOUNDED.condition}))""",
    PromiseQuery.MISSING_EVENTS: """
SELECT coalesce((SELECT max(position) FROM event), 0) - :position
- (SELECT count(*) FROM event WHERE position > :position)""",
    PromiseQuery.LOST_BOOKINGS: f"""
SELECT (SELECT count(*) FROM booking WHERE ended_at IS NULL AND NOT ({BOOKING_SOMEWHERE.condition}))
+ (SELECT count(*) FROM booking b WHERE b.ended_at IS NULL AND b.start IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM slot WHERE slot.line = b.line AND slot.start = b.start))
+ coalesce((SELECT last FROM counter WHERE name = 'booking'), 0) - :number
- (SELECT count(*) FROM booking WHERE number > :number)
- coalesce((SELECT last FROM counter WHERE name = 'booking_skipped'), 0) + :skipped""",
    PromiseQuery.OVERDUE_PARTICULARS: """
SELECT count(*) FROM particulars p WHERE p.erase_on < :day AND NOT EXISTS
    (SELECT 1 FROM booking b WHERE b.number = p.number AND b.ended_at IS NULL)""",
    PromiseQuery.ORPHANED_DRIVERS: """
SELECT count(*) FROM driver d WHERE NOT EXISTS
    (SELECT 1 FROM particulars p WHERE p.number = d.number)""",
    PromiseQuery.MISUSED_ACCOUNTS: f"""
SELECT count(*) FROM account WHERE closed_at IS NOT NULL
    AND (NOT ({ACCOUNT_CLOSED_HAS_NO_PASSWORD.condition}) OR id IN (SELECT account FROM login))""",
    PromiseQuery.AWAITING_EXCEPTIONS: "SELECT count(*) FROM booking WHERE exception = 'awaiting'",
    PromiseQuery.NUMBERED: "SELECT coalesce((SELECT last FROM counter WHERE name = 'booking'), 0)",
    PromiseQuery.SKIPPED: "SELECT coalesce("
    "(SELECT last FROM counter WHERE name = 'booking_skipped'), 0)",
    PromiseQuery.SCHEMA_STEPS: "SELECT CAST(version_num AS INTEGER) FROM alembic_version",
}

CENSUS = {census: query(statement) for census, statement in _STATEMENTS.items()}
