"""An officer's search: a plate, a ticket code, a booking number or the text of a QR code."""

from __future__ import annotations

from collections.abc import Callable

from kezek.app.checkpoint import Post
from kezek.app.port import Store
from kezek.app.ticket import Tickets, TicketView
from kezek.domain.booking.booking import CODE_LETTERS, numbers_of
from kezek.domain.kernel.facts import Counter
from kezek.domain.kernel.instant import Instant
from kezek.domain.vehicle import plate as plates
from kezek.domain.vehicle.spelling import fold

FOUND_MAX = 12
TEXT_LENGTH_MAX = 600
_CODE_LENGTH = 4


def is_code(text: str) -> bool:
    """Whether a text has the shape of a ticket's code, which names no person and no truck."""
    return len(text) == _CODE_LENGTH and all(c in CODE_LETTERS for c in text)


class Finder:
    """Finds live bookings of one post.  `read_qr` gives the booking number of a trusted QR text."""

    def __init__(
        self, store: Store, tickets: Tickets, read_qr: Callable[[str, Instant], int | None]
    ) -> None:
        self._store, self._tickets, self._read_qr = store, tickets, read_qr

    def find(self, post: Post, text: str, now: Instant) -> list[TicketView]:
        """Bookings of the post's line that fit, live ones first; empty when none does."""
        text = text.strip()[:TEXT_LENGTH_MAX]
        if not text or post.line is None:
            return []
        views = self._tickets.views(self._numbers(post, text, now), now)
        here = [v for v in views if v.booking.line == post.line.id]
        return sorted(here, key=lambda v: (not v.live, -v.booking.number))[:FOUND_MAX]

    def _numbers(self, post: Post, text: str, now: Instant) -> list[int]:
        assert post.line is not None, "checked by the caller"
        scanned = self._read_qr(text, now)
        if scanned is not None:
            return [scanned]
        numbers: list[int] = []
        code = fold(text)
        reader = self._store.reader
        counter = reader.get(Counter, "booking")
        last = counter.last if counter else 0
        if is_code(code):
            numbers += numbers_of(code, last)
        if text.isascii() and text.isdigit() and int(text) <= last:
            numbers.append(int(text))
        for part in plates.searched(text):
            numbers += reader.plates(post.line.id, part, FOUND_MAX)
        return list(dict.fromkeys(numbers))
