"""What a refusal says to a reader: a title, a sentence, and the next thing to do.

One entry per reason; where a fact changes what is to be said (`plate_impossible` knows nine ways), the
entry under the reason and that fact wins.  Sentences never repeat what somebody typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from kezek.domain.kernel.instant import to_datetime
from kezek.domain.kernel.refusal import Fact, Reason
from kezek.i18n import names
from kezek.i18n.catalogue import Words, words
from kezek.i18n.mark import translatable as t
from kezek.i18n.say.refusal_variant import NEXT, VARIANTS
from kezek.i18n.times import day, stamp


class RefusalMessage(NamedTuple):
    """What is said of one refusal; `then` is empty where nothing helps."""

    title: str
    sentence: str
    then: str = ""


R = Reason
SAID: Mapping[Reason, RefusalMessage] = {
    R.NUMBERS_WITHHELD: RefusalMessage(
        t("Bookings are paused"),
        t(
            "The server's records are older than what it has published, so it gives out no new "
            "booking, account or key. Tickets that open here stay valid."
        ),
        t(
            "Try again later. The operator of the server sees the reason with `kezek "
            "doctor` and decides with `kezek log continue`."
        ),
    ),
    R.NOT_ALLOWED: RefusalMessage(
        t("Not allowed"),
        t("This account, key or ticket is not allowed to do this here."),
        t("Sign in with an account that may do this, or ask at the checkpoint."),
    ),
    R.KEY_REUSED: RefusalMessage(
        t("Sent twice with different contents"),
        t(
            "This form was already sent with other contents. The first one stands. "
            "Nothing else was done."
        ),
        t("Reload the page and send the form again."),
    ),
    R.CHECKPOINT_UNKNOWN: RefusalMessage(
        t("No such checkpoint"),
        t("No checkpoint has this name."),
        t("Choose a checkpoint from the board."),
    ),
    R.LINE_UNKNOWN: RefusalMessage(
        t("No queue here"),
        t("There is no electronic queue at this checkpoint."),
        t("Choose another checkpoint from the board."),
    ),
    R.BOOKING_UNKNOWN: RefusalMessage(
        t("No such booking"),
        t("No booking matches."),
        t("Check the number or the link, or find the ticket by number and phone."),
    ),
    R.ACCOUNT_UNKNOWN: RefusalMessage(
        t("No such account"),
        t("This account does not exist or was closed."),
        t("Check the list of users."),
    ),
    R.API_KEY_UNKNOWN: RefusalMessage(
        t("No such key"),
        t("This key does not exist or was revoked."),
        t("Check the list of keys."),
    ),
    R.CLASS_UNKNOWN: RefusalMessage(
        t("No such class"),
        t("The rules of this checkpoint have no such class."),
        t("Choose one of the classes that the form offers."),
    ),
    R.PLATE_IMPOSSIBLE: RefusalMessage(
        t("Invalid plate"),
        t("This cannot be the plate of a vehicle."),
        t("Write the plate as in the registration certificate."),
    ),
    R.VIN_IMPOSSIBLE: RefusalMessage(
        t("Invalid VIN"),
        t(
            "This cannot be a VIN. A VIN has 17 characters: digits and Latin letters "
            "without I, O and Q."
        ),
        t("Copy the VIN from line E of the registration certificate."),
    ),
    R.PHONE_IMPOSSIBLE: RefusalMessage(
        t("Invalid phone number"),
        t(
            "This cannot be a phone number: it begins with the country code and has "
            "as many digits as that country uses."
        ),
        t("Write the number like +7 701 123 45 67."),
    ),
    R.DRIVER_MISSING: RefusalMessage(
        t("A driver's name is needed"),
        t("The name of a driver is missing or is longer than 80 letters."),
        t("Write the name as on the passport."),
    ),
    R.DRIVERS_TOO_MANY: RefusalMessage(
        t("Too many drivers"),
        t("At most %(most)s can be named."),
        t("The drivers already named stay on the ticket."),
    ),
    R.REASON_MISSING: RefusalMessage(
        t("A reason is needed"),
        t("Give a reason for this step. Others will read it."),
        t("Choose or write the reason and send the form again."),
    ),
    R.TEXT_IMPOSSIBLE: RefusalMessage(
        t("Invalid text"),
        t("The text must be one line of at most %(most)s visible characters."),
        t("Write it shorter, on one line and without invisible signs."),
    ),
    R.CAPACITY_IMPOSSIBLE: RefusalMessage(
        t("Invalid capacity"),
        t("A day can have from 0 to %(most)s places."),
        t("Write a whole number in this range."),
    ),
    R.LOGIN_IMPOSSIBLE: RefusalMessage(
        t("Invalid sign-in name"),
        t("A sign-in name has from %(least)s to %(most)s letters, digits, dots or hyphens."),
        t("Choose another name."),
    ),
    R.LOGIN_TAKEN: RefusalMessage(
        t("Name is taken"), t("Another account has this sign-in name."), t("Choose another name.")
    ),
    R.PASSWORD_WEAK: RefusalMessage(
        t("Password too easy"),
        t("This password is too short or too easy to guess."),
        t("Use at least ten characters. Four words that you remember are best."),
    ),
    R.GRANT_IMPOSSIBLE: RefusalMessage(
        t("Role cannot be given"),
        t("This role cannot be given at this place."),
        t(
            "Choose another role or another place: the id of a checkpoint or of an authority, or"
            " * for all."
        ),
    ),
    R.WRONG_STATUS: RefusalMessage(
        t("Not possible now"),
        t("This step is not possible. The booking is in the state “%(status)s”."),
        t("Choose a step that fits this state."),
    ),
    R.CALL_OVER: RefusalMessage(
        t("This call is over"),
        t("The answer belongs to a call that has ended, so it was not recorded."),
        t("Open the ticket again. If you are called again, answer the new call."),
    ),
    R.CALL_MISSED: RefusalMessage(
        t("The call has ended"),
        t(
            "The call ended on %(until)s and counts as missed. The truck waits behind the hour that "
            "was current then."
        ),
        t("Call the truck again when it is next, or call it out of turn with a reason."),
    ),
    R.CALL_RUNNING: RefusalMessage(
        t("The call is still active"),
        t(
            "The driver has until %(until)s to come. After that the call is counted "
            "as missed automatically."
        ),
        t(
            "Call the next truck in the meantime. To end this call earlier, propose "
            "it with a reason: a second person must agree."
        ),
    ),
    R.SECOND_PERSON_NEEDED: RefusalMessage(
        t("A second person must agree"),
        t("This truck has a place in the queue. Nobody can take it away alone."),
        t(
            "Propose the step with a reason. Another officer, a supervisor or the agency approves it."
        ),
    ),
    R.WINDOW_NOT_OPEN: RefusalMessage(
        t("Too early to call"),
        t("The booked hour of the next truck begins on %(opens)s."),
        t("Call it when its hour has begun."),
    ),
    R.OUT_OF_TURN: RefusalMessage(
        t("Another truck is next"),
        t("By the published rule another truck is next."),
        t("Call the next one, or give a reason for a call out of turn."),
    ),
    R.NOBODY_TO_CALL: RefusalMessage(
        t("Nobody to call"), t("Nobody is waiting in this line."), t("Wait for the next arrival.")
    ),
    R.NOTHING_TO_UNDO: RefusalMessage(t("Nothing to undo"), t("There is no step to undo."), ""),
    R.UNDO_TOO_LATE: RefusalMessage(
        t("Too late to undo"),
        t("You can undo a step for ten seconds, if nothing followed it."),
        t("Continue from the present state of the booking."),
    ),
    R.NOTHING_TO_APPROVE: RefusalMessage(
        t("Nothing to approve"),
        t("This booking has no proposal and nothing that awaits approval."),
        t("Check the list of proposals and approvals."),
    ),
    R.PROPOSED_ALREADY: RefusalMessage(
        t("Already proposed"),
        t("Somebody has already proposed a step for this booking."),
        t("Approve or refuse that proposal first."),
    ),
    R.SAME_APPROVER: RefusalMessage(
        t("Another person must approve"),
        t("A different person must give the second approval."),
        t("Ask another officer or the agency."),
    ),
    R.MOVES_EXHAUSTED: RefusalMessage(
        t("No more moves"),
        t("This booking was moved as often as the rules allow (%(most)s)."),
        t("Come at the booked time, or cancel and book again."),
    ),
    R.MOVE_TOO_LATE: RefusalMessage(
        t("Too late to move"),
        t("The booking could be moved until %(until)s."),
        t("Come as soon as you can, or cancel and book again."),
    ),
    R.WINDOW_UNKNOWN: RefusalMessage(
        t("No such hour"),
        t("This checkpoint does not have this hour."),
        t("Choose an hour from the calendar."),
    ),
    R.WINDOW_PAST: RefusalMessage(
        t("This time has passed"), t("The chosen time has passed."), t("Choose a later one.")
    ),
    R.HORIZON_EXCEEDED: RefusalMessage(
        t("Too far ahead"),
        t("This day cannot be booked yet. The last day that can be booked is %(last)s."),
        t("Choose an earlier day, or come back when it opens."),
    ),
    R.DAY_CLOSED: RefusalMessage(
        t("The day is closed"),
        t("The checkpoint is closed on %(day)s: %(why)s."),
        t("Choose another day. If your booking lost its time, you move it free of charge."),
    ),
    R.CLOSED_TODAY: RefusalMessage(
        t("The checkpoint is closed today"),
        t("The checkpoint is closed today: %(why)s."),
        t("If you have to do it anyway, confirm that you know about the closure."),
    ),
    R.SAME_WINDOW: RefusalMessage(
        t("This is already your time"),
        t("The booking has this time already."),
        t("Choose another hour."),
    ),
    R.VIN_MISSING: RefusalMessage(
        t("The VIN is needed"),
        t("The plate alone does not say which truck this is."),
        t(
            "Compare the plate and its country with the registration papers, or add "
            "the VIN from line E of the registration certificate."
        ),
    ),
    R.VEHICLE_BOOKED: RefusalMessage(
        t("The truck is already booked"),
        t("This truck already has an active booking with the same authority."),
        t(
            "Move or cancel that booking. If somebody else made it, show the papers to an officer, "
            "who frees the truck."
        ),
    ),
    R.UNCONFIRMED_LIVE: RefusalMessage(
        t("Too many active bookings"),
        t("A carrier that is not confirmed can hold at most %(most)s active bookings."),
        t(
            "Wait until a booking ends, cancel one, or ask the agency or the administrator of this"
            " system to confirm your account."
        ),
    ),
    R.UNCONFIRMED_RATE: RefusalMessage(
        t("Too many bookings in a minute"),
        t(
            "A carrier that is not confirmed can make at most %(most)s bookings a "
            "minute. Each row of a table counts as one."
        ),
        t(
            "Send this again in %(seconds)s seconds, or ask the agency or the administrator of this"
            " system to confirm your account."
        ),
    ),
    R.ACCOUNTS_TOO_MANY: RefusalMessage(
        t("Too many new accounts"),
        t("At most %(most)s new accounts a day can be opened from one address."),
        t("Try again tomorrow, or ask the administrator of this system to add the account."),
    ),
    R.NOTHING_TO_CONFIRM: RefusalMessage(
        t("Nothing to confirm"),
        t("This account is already confirmed."),
        t("The carrier can already book without the limits for new carriers."),
    ),
    R.CLASS_FULL: RefusalMessage(
        t("The day is full"),
        t("No place of this class is left on %(day)s."),
        t("Choose another day."),
    ),
    R.SLOT_FULL: RefusalMessage(
        t("This hour is full"),
        t("The last place at this hour is taken. Nothing was booked. You owe nothing."),
        t("Choose another hour."),
    ),
    R.GARAGE_FULL: RefusalMessage(
        t("The garage is full"),
        t("A garage holds at most %(most)s trucks and as many drivers."),
        t("Remove a truck or driver that no longer works for you."),
    ),
}

_INSTANTS = frozenset({"start", "until", "opens"})
_DATES = frozenset({"day", "last"})


def sentence(
    reason: Reason, facts: Mapping[str, Fact], lang: str, zone: str = "UTC"
) -> tuple[str, str]:
    """What is wrong and what to do next, with times in the zone of the checkpoint."""
    say, said = words(lang), SAID[reason]
    chosen = next(
        (
            VARIANTS[reason, str(value)]
            for key in ("wrong", "by", "why")
            if (value := facts.get(key)) is not None and (reason, str(value)) in VARIANTS
        ),
        said.sentence,
    )
    then = next(
        (NEXT[reason, str(v)] for v in facts.values() if (reason, str(v)) in NEXT), said.then
    )
    worded = _Worded({name: _worded(name, value, say, zone) for name, value in facts.items()})
    return say.gettext(chosen) % worded, say.gettext(then) % worded if then else ""


def title(reason: Reason, lang: str) -> str:
    """A refusal in three words."""
    return words(lang).gettext(SAID[reason].title)


class _Worded(dict[str, str]):
    """Facts in words; a fact that a refusal left out is a dash, never an error on an error page."""

    def __missing__(self, name: str) -> str:
        return "–"


def _worded(name: str, value: Fact, say: Words, zone: str) -> str:
    if value is None:
        return "–"
    if name in _INSTANTS and isinstance(value, int):
        text = stamp(to_datetime(value, zone), say.lang)
        return f"{text} UTC" if zone == "UTC" else text
    if name in _DATES:
        return day(date.fromisoformat(str(value)), "plain", say.lang)
    if name == "status":
        return names.status(str(value), say.lang)
    if name == "why":
        return names.reason(str(value), say.lang)
    if name == "class":
        return names.vehicle_class(str(value), say.lang)
    return str(value)
