"""How a driver is told what became of a booking."""

from __future__ import annotations

from kezek.app.booking.lost_time import LostTime
from kezek.app.booking.view.ending import Ending, NextAction
from kezek.domain.kernel.instant import to_datetime
from kezek.i18n import names, times
from kezek.i18n.catalogue import Words
from kezek.i18n.mark import translatable

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
_LAST_CALL_MISSED = translatable(
    "Your last call ended at %(time)s before you were at the gate. The booking has ended."
)
_NO_SHOW = translatable("You did not arrive in time, so the place went to others.")
_REASON = translatable("Reason: %(reason)s.")
_NEXT = {
    NextAction.MOVE: translatable("Choose a new time"),
    NextAction.BOOK: translatable("Book a new time"),
}


def ending(told: Ending, say: Words, zone: str) -> str:
    """Why it ended, lost its time, or waits again; empty where there is nothing to explain."""
    if told.missed_until is not None:
        missed = _LAST_CALL_MISSED if told.no_show else _CALL_MISSED
        return say.say(missed, time=times.hour(to_datetime(told.missed_until, zone)))
    if told.no_show:
        return say.gettext(_NO_SHOW)
    if told.lost is not None:
        return _lost(told.lost, say, zone)
    return say.say(_REASON, reason=names.cause(told.cause, say.lang)) if told.cause else ""


def next_action(action: NextAction, say: Words) -> str:
    """The words on the link to the next thing to do; empty where there is none."""
    return say.gettext(_NEXT[action]) if action in _NEXT else ""


def _lost(lost: LostTime, say: Words, zone: str) -> str:
    """What was lost, why, and until when the booking waits for a new time."""
    why = names.reason(lost.why, say.lang).rstrip(".")
    said = say.say(_DISPLACED_WHY, why=why) if why else say.gettext(_DISPLACED)
    moments = {"had": lost.start, "until": lost.until}
    lang = say.lang
    shown = {name: times.stamp(to_datetime(at, zone), lang) for name, at in moments.items()}
    return f"{said} {say.say(_DISPLACED_UNTIL, **shown)}"
