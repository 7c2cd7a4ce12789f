"""Tickets' links and QR codes, made with the keys of the installation."""

from __future__ import annotations

from kezek.app.ticket import TicketView
from kezek.domain.kernel.instant import Instant
from kezek.trust.keyring import Keyring
from kezek.trust.link import TicketLinks
from kezek.trust.qr import qr_svg
from kezek.trust.ticket_token import (
    Distrust,
    Ticket,
    TicketSigner,
    TicketVerifier,
    Untrusted,
    plate_claims,
)


class SignedPapers:
    """Implements `app.papers.Papers`."""

    def __init__(self, keyring: Keyring, issuer: str) -> None:
        self._keyring, self._issuer = keyring, issuer
        self._links = TicketLinks(keyring.link)
        self._signer = TicketSigner(keyring.signing)
        self._verifier = TicketVerifier(keyring.accepted)

    def link(self, number: int) -> str:
        return self._links.make(number)

    def number_of(self, link: str) -> int | None:
        return self._links.read(link)

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
        try:
            return self._verifier.verify(text.strip(), now).number
        except Untrusted as doubt:
            # An expired ticket still names its booking; whether it counts, the status says.
            expired = doubt.reason is Distrust.EXPIRED and doubt.ticket is not None
            return doubt.ticket.number if expired and doubt.ticket else None

    def public_keys(self) -> tuple[bytes, ...]:
        return tuple(key.pem() for key in self._keyring.accepted)
