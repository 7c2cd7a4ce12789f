"""A booked time as a file for the calendar of a phone or an office (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterator

from kezek.domain.kernel.instant import Instant, to_datetime

KIND = "text/calendar; charset=utf-8"
_LINE_BYTES = 74  # a line has 75 at most, and those that go on begin with a space


def calendar_file(
    *, uid: str, made: Instant, start: Instant, end: Instant, title: str, place: str, text: str
) -> bytes:
    """One event.  `text` may have several lines."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Kezek//Ticket//EN",
        "BEGIN:VEVENT",
        f"UID:{_escaped(uid)}",
        f"DTSTAMP:{_stamp(made)}",
        f"DTSTART:{_stamp(start)}",
        f"DTEND:{_stamp(end)}",
        f"SUMMARY:{_escaped(title)}",
        f"LOCATION:{_escaped(place)}",
        f"DESCRIPTION:{_escaped(text)}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _stamp(at: Instant) -> str:
    return to_datetime(at).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Parts of at most 75 bytes, never cut inside a letter."""
    part = ""
    for letter in line:
        if len((part + letter).encode()) > _LINE_BYTES:
            yield part
            part = " "
        part += letter
    yield part
