"""What a ticket is made of, seen from the use cases; `trust/papers.py` makes it."""

from __future__ import annotations

from typing import Protocol

from kezek.app.ticket import TicketView
from kezek.domain.kernel.instant import Instant


class Papers(Protocol):
    """Secret links and signed QR codes."""

    def link(self, number: int) -> str:
        """The secret part of a ticket's address."""

    def number_of(self, link: str) -> int | None:
        """The booking of a secret part, None when it is not ours."""

    def qr_text(self, view: TicketView) -> str:
        """The signed text of a ticket; empty for a booking without a window or particulars."""

    def qr_svg(self, text: str, label: str) -> str:
        """A picture of the text, for a page."""

    def read_qr(self, text: str, now: Instant) -> int | None:
        """The booking number of a QR text that we signed, None otherwise."""

    def public_keys(self) -> tuple[bytes, ...]:
        """PEM of the keys by which tickets can be checked."""
