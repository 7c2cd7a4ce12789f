"""What the printed ticket says: one sheet of paper that is readable without the system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup

from kezek.app.booking.ticket import TicketView
from kezek.domain.regulation.regulation import Regulation
from kezek.i18n.catalogue import Words
from kezek.i18n.mark import translatable
from kezek.web.frame.format import PostView, local, post_view, zone_of
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext
from kezek.web.regulation.regulation import span
from kezek.web.ticket.ticket_view import TicketHead, head_of

QR = translatable("QR code of the ticket")
BEFORE = translatable("Be at the waiting area before your hour begins.")
_LATE = translatable(
    "If you come late, you keep your place for %(span)s. "
    "Then you go behind the trucks of the current hour."
)
_CLOSES = translatable("If the checkpoint closes, you choose a new time free of charge.")
_FIXED = translatable("Plate, VIN and checkpoint cannot be changed.")


class TicketSheet(NamedTuple):
    """One ticket for `parts/sheet.html`."""

    ticket: TicketHead
    post: PostView
    qr: Markup
    rules: list[str]
    printed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintPage(Page):
    """One `TicketSheet` alone."""

    template = "pages/print.html"
    ticket: TicketHead
    post: PostView
    qr: Markup
    rules: list[str]
    printed: datetime


def sheet_of(here: PageContext, view: TicketView, secret: str) -> TicketSheet:
    """The sheet of a ticket under its secret."""
    papers, regulation = here.application.papers, view.rules
    text = papers.qr_text(view)
    svg = papers.qr_svg(text, here.words.gettext(QR)) if text else ""
    return TicketSheet(
        ticket=head_of(view, secret, here.words),
        post=post_view(view.post, here.lang, here.now),
        qr=Markup(svg),  # noqa: S704 - our own drawing; its label is escaped there
        rules=_sentences(regulation, here.words),
        printed=local(here.now, zone_of(view.post)),
    )


def _sentences(regulation: Regulation, say: Words) -> list[str]:
    return [
        say.gettext(BEFORE),
        say.say(_LATE, span=span(regulation.keeps_place_for, say)),
        say.gettext(_CLOSES),
        say.gettext(_FIXED),
    ]
