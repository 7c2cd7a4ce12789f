"""Why a booking ended, lost its time or missed its call, and the next thing to do."""

from __future__ import annotations

import json

from kezek.app.booking.lost_time import lost_time
from kezek.app.booking.ticket import TicketView
from kezek.domain.booking.status import Status
from kezek.domain.kernel.event import EventKind
from kezek.i18n import names, times
from kezek.i18n.catalogue import Words
from kezek.i18n.mark import translatable
from kezek.web.frame.page_context import PageContext
from kezek.web.frame.shape import local, zone_of

_DISPLACED = translatable(
    "The checkpoint cannot take you at the booked time. You lose nothing: a "
    "new time is free of charge and does not count as a move."
)
_DISPLACED_WHY = translatable(
    "The checkpoint cannot take you at the booked time: %(why)s. You lose "
    "nothing: a new time is free of charge and does not count as a move."
)
_DISPLACED_UNTIL = translatable(
    "Your time was %(had)s. Choose a new one by %(until)s. After that the booking ends."
)
_CALL_MISSED = translatable(
    "Your call ended at %(time)s before you were at the gate. You are in line again. "
    "Wait for the next call."
)
_NO_SHOW = translatable("You did not arrive in time, so the place went to others.")
_REASON = translatable("Reason: %(reason)s.")
_NEW_TIME = translatable("Choose a new time")
_BOOK_ANEW = translatable("Book a new time")

_ENDED_BY = {
    Status.CANCELLED: EventKind.CANCELLED,
    Status.TURNED_BACK: EventKind.TURNED_BACK,
    Status.RELEASED: EventKind.RELEASED,
}


def explained(here: PageContext, view: TicketView) -> str:
    """Why it ended, lost its time, or waits again; empty where there is nothing to explain."""
    say, status = here.words, view.status
    if status is Status.NO_SHOW:
        return say.gettext(_NO_SHOW)
    missed = view.missed_until
    if status is Status.ARRIVED and missed is not None:
        return say.say(_CALL_MISSED, time=times.hour(local(missed, zone_of(view.post))))
    if status is Status.DISPLACED:
        return _displaced(here, view)
    if status in _ENDED_BY:
        cause = _fact(here, view, _ENDED_BY[status], "cause")
        return say.say(_REASON, reason=names.cause(cause, here.lang)) if cause else ""
    return ""


def _displaced(here: PageContext, view: TicketView) -> str:
    """What was lost, why, and until when the booking waits for a new time."""
    say, zone, lang = here.words, zone_of(view.post), here.lang
    lost = lost_time(here.application.store.reader, view)
    why = names.reason(lost.why, lang).rstrip(".")
    said = say.say(_DISPLACED_WHY, why=why) if why else say.gettext(_DISPLACED)
    moments = {"had": lost.start, "until": lost.until}
    shown = {name: times.stamp(local(at, zone), lang) for name, at in moments.items()}
    return f"{said} {say.say(_DISPLACED_UNTIL, **shown)}"


def _fact(here: PageContext, view: TicketView, kind: EventKind, name: str) -> str:
    """A fact of the booking's last event of a kind, empty where there is none."""
    for event in reversed(here.application.store.reader.history(view.booking.number)):
        if event.kind == kind:
            return str(json.loads(event.body).get(name) or "")
    return ""


def next_step(view: TicketView, token: str, say: Words) -> dict[str, str]:
    """The next thing to do, where the booking has come to an end or lost its time."""
    if view.status is Status.DISPLACED:
        return {"next_url": f"/t/{token}/move", "next_text": say.gettext(_NEW_TIME)}
    if view.live or view.status is Status.CROSSED:
        return {"next_url": "", "next_text": ""}
    url = f"/book?checkpoint={view.post.checkpoint.id}"
    return {"next_url": url, "next_text": say.gettext(_BOOK_ANEW)}
