"""The port for tickets' links and QR codes; `crypto/ticket/papers.py` implements it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from kezek.app.booking.ticket import TicketView
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.instant import Instant

# The number of a booking that is in a QR code of ours, but not in this database.
NO_BOOKING = 0


class Scan(NamedTuple):
    """The result of reading a scanned text.

    `number` is the booking's if we signed the text, also after its time.  `begins` says that it begins
    like a ticket, `forged` that it has a ticket's form without our signature.  `layout` is the keyboard
    layout by which it was read, empty for none.
    """

    number: int | None
    begins: bool
    forged: bool = False
    layout: str = ""


class Papers(Protocol):
    """Secret links and signed QR codes."""

    def link(self, number: int) -> str:
        """The secret part of the address of a booking's ticket, which is there."""

    def link_of(self, booking: Booking) -> str:
        """The same for a loaded booking."""

    def number_of(self, link: str) -> int | None:
        """The booking of a secret part, None when it is not ours."""

    def qr_text(self, view: TicketView) -> str:
        """The signed text of a ticket; empty for a booking without a window or particulars."""

    def qr_svg(self, text: str, label: str) -> str:
        """A picture of the text, for a page."""

    def read_qr(self, text: str, now: Instant) -> int | None:
        """The booking number of a QR text that we signed, None for any other text.

        NO_BOOKING where that booking is not here.
        """

    def scan(self, text: str, now: Instant) -> Scan:
        """Reads a text that may have been scanned, by any keyboard layout of `domain`."""

    def public_keys(self) -> tuple[bytes, ...]:
        """PEM of the keys by which tickets can be checked."""
