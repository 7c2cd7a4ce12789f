"""Tickets' links and QR codes, made with the keys of the installation."""

from __future__ import annotations

from kezek.app.booking.papers import NO_BOOKING, Scan
from kezek.app.booking.ticket import TicketView
from kezek.app.port import Store
from kezek.crypto.keyring import Keyring
from kezek.crypto.ticket.link import TicketLinks
from kezek.crypto.ticket.qr import qr_svg
from kezek.crypto.ticket.ticket_token import (
    Distrust,
    Ticket,
    TicketSigner,
    TicketVerifier,
    Untrusted,
    begins_as_ticket,
    plate_claims,
)
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.instant import Instant


class SignedPapers:
    """Implements `app.booking.papers.Papers`."""

    def __init__(self, keyring: Keyring, issuer: str, store: Store) -> None:
        self._keyring, self._issuer, self._store = keyring, issuer, store
        self._links = TicketLinks(keyring.link)
        self._signer = TicketSigner(keyring.signing)
        self._verifier = TicketVerifier(keyring.accepted)

    def link(self, number: int) -> str:
        booking = self._booking(number)
        assert booking is not None, "a link is made for a booking that is there"
        return self.link_of(booking)

    def link_of(self, booking: Booking) -> str:
        return self._links.make(booking.number, booking.salt)

    def number_of(self, link: str) -> int | None:
        return self._links.read(link, self._salt_of)

    def _booking(self, number: int) -> Booking | None:
        return self._store.reader.get(Booking, number)

    def _salt_of(self, number: int) -> str | None:
        booking = self._booking(number)
        return booking.salt if booking else None

    def qr_text(self, view: TicketView) -> str:
        booking, who, end = view.booking, view.particulars, view.window_end
        if who is None or booking.start is None or end is None:
            return ""
        tail, digest = plate_claims(who.country, who.plate)
        return self._signer.sign(
            Ticket(
                issuer=self._issuer,
                number=booking.number,
                code=booking.code,
                checkpoint=view.post.checkpoint.id,
                line=booking.line,
                slot_start=booking.start,
                slot_end=end,
                country=who.country,
                plate_tail=tail,
                plate_digest=digest,
            )
        )

    def qr_svg(self, text: str, label: str) -> str:
        return qr_svg(text, label)

    def read_qr(self, text: str, now: Instant) -> int | None:
        return self.scan(text, now).number

    def scan(self, text: str, now: Instant) -> Scan:
        begins, layout = begins_as_ticket(text)
        try:
            ticket: Ticket | None = self._verifier.verify(text.strip(), now)
        except Untrusted as doubt:
            # An expired ticket still names its booking; whether it counts, the status says.
            ticket = doubt.ticket if doubt.reason is Distrust.EXPIRED else None
            if ticket is None:
                whole = doubt.reason.readable
                return Scan(None, begins=begins, forged=whole, layout=layout or "")
        assert ticket is not None, "a text that is not trusted has ended above"
        booking = self._booking(ticket.number)
        # A number that was given out again belongs to who has it now, not to who lost it.
        ours = booking is not None and booking.code == ticket.code
        return Scan(ticket.number if ours else NO_BOOKING, begins=True)

    def public_keys(self) -> tuple[bytes, ...]:
        return tuple(key.pem() for key in self._keyring.accepted)
