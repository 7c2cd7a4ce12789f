"""An event of the log as a line for people: each instant in UTC, and beside it in local time."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

# Whole numbers from here on are instants in UTC milliseconds, from 2001: no other fact is as large.
INSTANT_LEAST = 1_000_000_000_000


def sentence(event: dict[str, Any], zone: str = "") -> str:
    """One line.  `zone` is that of the event's checkpoint; without one this machine's is taken."""
    body = " ".join(f"{name}={_fact(value, zone)}" for name, value in event["body"].items())
    number = event["number"] or ""
    local = _local(datetime.fromisoformat(event["at"]), zone)
    return (
        f"{event['position']:>8} {event['at']} ({local}) {event['kind']:<18} {event['line'] or '-':<28}"
        f" {number:>8} {event['actor']} {body}"
    ).rstrip()


def _fact(value: object, zone: str) -> str:
    if not isinstance(value, int) or isinstance(value, bool) or value < INSTANT_LEAST:
        return str(value)
    from kezek.domain.kernel.instant import exact_utc

    at = exact_utc(value)
    return f"{at} ({_local(datetime.fromisoformat(at), zone)})"


def _local(when: datetime, zone: str) -> str:
    """Day, minute and offset, such as 2026-06-13 14:30 +05:00."""
    from zoneinfo import ZoneInfo

    there: tzinfo | None = ZoneInfo(zone) if zone else None
    shown = when.astimezone(there)
    offset = f"{shown:%z}"
    return f"{shown:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:5]}"
