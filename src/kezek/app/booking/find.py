"""An officer's search: a plate, a ticket code, a booking number or the text of a QR code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from kezek.app.booking.ticket import Tickets, TicketView
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.port import POSITION_MAX, Reader, Store
from kezek.domain.booking.booking import (
    CODE_LENGTH,
    CODE_LETTERS,
    Booking,
    Particulars,
    numbers_of,
)
from kezek.domain.kernel.facts import Counter
from kezek.domain.kernel.instant import DAY, Instant
from kezek.domain.kernel.keyboard import plate_readings
from kezek.domain.kernel.known import PlateFormats
from kezek.domain.kernel.text import cleaned
from kezek.domain.vehicle import plate as plates
from kezek.domain.vehicle.reading import spellings, twins
from kezek.domain.vehicle.spelling import fold

FOUND_MAX = 12
# Codes repeat, so only this many of the newest bookings with a code are read.
CODED_MAX = 20
TEXT_LENGTH_MAX = 600
# How long after their end bookings are found, and the most events of a line that are read for it.
ENDED_FOR = DAY
ENDED_PAGE, ENDED_PAGES_MAX = 2_000, 5
# Labels before a booking's number or a ticket's code, on paper and on our pages.
_LABEL = re.compile(
    r"(?:№|#|(?:number|no|nr|n|booking|ticket|code|номер|бронирование|бронь|талон|код|нөмірі?|брондау)"
    r"(?=[\W\d_]))[\s.:]*",
    re.IGNORECASE,
)


def is_code(text: str) -> bool:
    """Whether a text has the shape of a ticket's code, which names no person and no truck."""
    return len(text) == CODE_LENGTH and all(c in CODE_LETTERS for c in text)


def unlabelled(text: str) -> str:
    """The text without a label before a number or a code: № 4820, No. 4820, booking 4820."""
    text = text.strip()
    while label := _LABEL.match(text):
        text = text[label.end() :]
    return text


def near_codes(text: str, codes: Iterable[str]) -> list[str]:
    """The codes that differ from a typed text by one slip, in order: a character that is wrong, missing
    or too many, or two exchanged.
    """
    typed = fold(text)
    if not CODE_LENGTH - 1 <= len(typed) <= CODE_LENGTH + 1:
        return []
    near = _one_slip_from(typed) - {typed}
    return sorted(near.intersection(codes))


def _one_slip_from(typed: str) -> set[str]:
    """All texts one slip away from the typed one."""
    parts = [(typed[:at], typed[at:]) for at in range(len(typed) + 1)]
    found = {head + tail[1:] for head, tail in parts if tail}
    found |= {head + tail[1] + tail[0] + tail[2:] for head, tail in parts if len(tail) > 1}
    found |= {head + letter + tail[1:] for head, tail in parts if tail for letter in CODE_LETTERS}
    return found | {head + letter + tail for head, tail in parts for letter in CODE_LETTERS}


def with_code(reader: Reader, code: str) -> list[Booking]:
    """Bookings of any line that carry a code, live or not, the newest first."""
    counter = reader.get(Counter, "booking")
    before = numbers_of(code, counter.last if counter else 0)[:CODED_MAX]
    found = reader.many(Booking, [*reader.coded(code, CODED_MAX), *before])
    carry = (booking for booking in found.values() if booking.code == code)
    return sorted(carry, key=lambda booking: -booking.number)


class Finder:
    """Finds live bookings of one line.  `read_qr` gives the booking number of a trusted QR text."""

    def __init__(
        self,
        store: Store,
        tickets: Tickets,
        read_qr: Callable[[str, Instant], int | None],
        formats: PlateFormats,
    ) -> None:
        self._store, self._tickets, self._read_qr = store, tickets, read_qr
        self._formats = formats

    def find(self, served: ServedLine, text: str, now: Instant) -> list[TicketView]:
        """Bookings of the line that fit, live ones first; empty when none does."""
        text = cleaned(text)[:TEXT_LENGTH_MAX]
        if not text or served.line is None:
            return []
        views = self._tickets.views(self._numbers(served, text, now), now)
        here = [v for v in views if v.booking.line == served.line.id]
        return sorted(here, key=lambda v: (not v.live, -v.booking.number))[:FOUND_MAX]

    def find_ended(self, served: ServedLine, text: str, now: Instant) -> list[TicketView]:
        """Bookings of the line that ended within a day and whose plate fits, the latest first.

        They are found in the log, so that no index of plates outlives its bookings.
        """
        code = fold(cleaned(text)[:TEXT_LENGTH_MAX])
        if len(code) < CODE_LENGTH or served.line is None:
            return []
        parts = {code, *plates.searched(text), *twins(code), *spellings(text, self._formats)}
        reader, numbers = self._store.reader, set[int]()
        before = POSITION_MAX
        for _ in range(ENDED_PAGES_MAX):
            events = reader.events_before(before, ENDED_PAGE, served.line.id)
            numbers |= {event.number for event in events if event.at >= now - ENDED_FOR}
            if len(events) < ENDED_PAGE or events[-1].at < now - ENDED_FOR:
                break
            before = events[-1].position
        who = reader.many(Particulars, sorted(numbers - {0}))
        fitting = [p.number for p in who.values() if any(part in p.plate for part in parts)]
        ended = [v for v in self._tickets.views(sorted(fitting)[-CODED_MAX:], now) if not v.live]
        return sorted(ended, key=lambda v: -(v.booking.ended_at or 0))[:FOUND_MAX]

    def _numbers(self, served: ServedLine, text: str, now: Instant) -> list[int]:
        scanned = self._read_qr(text, now)
        if scanned is not None:
            return [scanned]
        counter = self._store.reader.get(Counter, "booking")
        last = counter.last if counter else 0
        numbers = [
            n for read in readings_of(text) for n in self._as_typed(served.line.id, read, last)
        ]
        bare = unlabelled(text)
        if bare != text and bare:
            numbers += self._by_name(fold(bare), last)
        return list(dict.fromkeys(numbers))

    def _by_name(self, name: str, last: int) -> list[int]:
        """The bookings with a ticket's code or a number."""
        reader, numbers = self._store.reader, list[int]()
        if is_code(name):
            numbers += [booking.number for booking in with_code(reader, name)]
        if name.isascii() and name.isdigit() and int(name) <= last:
            numbers.append(int(name))
        return numbers

    def _as_typed(self, line: str, text: str, last: int) -> list[int]:
        numbers: list[int] = []
        code, reader = fold(text), self._store.reader
        if not code:
            return numbers  # a text of signs alone names no truck
        # Only plain digits are a number: a folded plate that has only digits is not.
        numbers += self._by_name(code, last if text.isascii() and text.isdigit() else 0)
        # As typed, with look-alikes as digits or as letters, and every plate that it may stand for.
        parts = (*plates.searched(text), *twins(code), *spellings(text, self._formats))
        for part in dict.fromkeys(parts):
            numbers += reader.plates(line, part, FOUND_MAX)
        return numbers


def readings_of(text: str) -> list[str]:
    """The text as typed, then its readings by other keyboard layouts.

    A possible part of a plate that is shorter than a code is not read in other ways, which would find
    trucks that nobody looked for.
    """
    # Counted in keys: on some layouts a digit of a code comes as a hyphen, which no plate counts.
    folded, keys = fold(text), len("".join(text.split()))
    spelled = (folded.isascii() and folded.isalnum()) or not any(c.isalnum() for c in folded)
    short = keys < CODE_LENGTH and spelled
    return [text] if short else list(dict.fromkeys((text, *plate_readings(text))))
