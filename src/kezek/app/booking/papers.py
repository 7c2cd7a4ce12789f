"""What a ticket is made of, seen from the use cases; `crypto/ticket/papers.py` makes it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from kezek.app.booking.ticket import TicketView
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.instant import Instant

# The number in a QR code that we signed for a booking that is not in this database.
NO_BOOKING = 0


class Scan(NamedTuple):
    """What a scanned text is.

    `number` is that of the booking when we signed the text, also when its time is over.  `begins` says
    whether it begins like a ticket; `forged`, whether it has the whole form of one without our
    signature; `layout` names the keyboard layout through which it came, empty for none that is known.
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
        """The same, for who has the booking at hand."""

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
        """What a text is that may have been scanned; on any keyboard layout of `domain`."""

    def public_keys(self) -> tuple[bytes, ...]:
        """PEM of the keys by which tickets can be checked."""
