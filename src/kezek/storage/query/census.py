"""The counts of `app/installation/census.py` as statements that both databases understand."""

from __future__ import annotations

from collections.abc import Mapping

from kezek.app.installation.census import PromiseQuery
from kezek.storage.query.query import query

_LIVE_VEHICLES = """
WITH live AS (
    SELECT line.authority, p.country, p.plate, p.vin
    FROM booking b JOIN line ON line.id = b.line JOIN particulars p ON p.number = b.number
    WHERE b.ended_at IS NULL)
"""

# What must be counted from a whole table by hash or in order says so by NOT IN: an index on the claim's
# number would cost every booking something, and this is asked once a minute.
_STATEMENTS: Mapping[PromiseQuery, str] = {
    PromiseQuery.OVERBOOKED_SLOTS: """
SELECT (SELECT count(*) FROM slot WHERE taken < 0 OR protected < 0 OR taken + protected > capacity)
+ (SELECT count(*) FROM
    (SELECT line, start, count(*) AS live FROM booking
     WHERE ended_at IS NULL AND start IS NOT NULL GROUP BY line, start) AS b
   JOIN slot ON slot.line = b.line AND slot.start = b.start
   WHERE b.live > slot.taken AND taken + protected <= capacity)""",
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
    PromiseQuery.DISORDERED_BOOKINGS: """
SELECT count(*) FROM booking WHERE ended_at IS NULL AND (
    arrived_at < confirmed_at
    OR (called_at IS NOT NULL
        AND (arrived_at IS NULL OR called_at < arrived_at OR call_until IS NULL))
    OR (admitted_at IS NOT NULL AND (called_at IS NULL OR admitted_at < called_at))
    OR (exception <> '' AND exception_cause = ''))""",
    PromiseQuery.MISSING_EVENTS: """
SELECT coalesce((SELECT max(position) FROM event), 0) - :position
- (SELECT count(*) FROM event WHERE position > :position)""",
    PromiseQuery.LOST_BOOKINGS: """
SELECT (SELECT count(*) FROM booking WHERE ended_at IS NULL
    AND arrived_at IS NULL AND start IS NULL AND displaced_at IS NULL)
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
    PromiseQuery.MISUSED_ACCOUNTS: """
SELECT count(*) FROM account a WHERE a.closed_at IS NOT NULL
    AND (a.password <> '' OR a.id IN (SELECT account FROM login))""",
    PromiseQuery.AWAITING_EXCEPTIONS: "SELECT count(*) FROM booking WHERE exception = 'awaiting'",
    PromiseQuery.NUMBERED: "SELECT coalesce((SELECT last FROM counter WHERE name = 'booking'), 0)",
    PromiseQuery.SKIPPED: "SELECT coalesce("
    "(SELECT last FROM counter WHERE name = 'booking_skipped'), 0)",
    PromiseQuery.SCHEMA_STEPS: "SELECT CAST(version_num AS INTEGER) FROM alembic_version",
}

CENSUS = {census: query(statement) for census, statement in _STATEMENTS.items()}
