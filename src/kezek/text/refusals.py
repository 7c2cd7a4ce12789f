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
from kezek.text import names
from kezek.text.catalogue import Words, words
from kezek.text.mark import translatable as t
from kezek.text.refusal_variants import VARIANTS
from kezek.text.times import day, stamp


class Said(NamedTuple):
    """What is said of one refusal; `then` is empty where nothing helps."""

    title: str
    sentence: str
    then: str = ""


R = Reason
SAID: Mapping[Reason, Said] = {
    R.NUMBERS_WITHHELD: Said(
        t("Bookings are paused"),
        t(
            "The server's records are older than what it has published, so it gives out no new "
            "booking, account or key. Tickets that open here stay valid."
        ),
        t(
            "Try again later. Whoever operates the server finds out more with `kezek doctor` and "
            "decides with `kezek log continue`."
        ),
    ),
    R.NOT_ALLOWED: Said(
        t("Not allowed"),
        t("This account, key or ticket may not do this here."),
        t("Sign in with an account that may, or ask whoever runs the post."),
    ),
    R.KEY_REUSED: Said(
        t("Sent twice with different words"),
        t(
            "This form was sent before with other contents. "
            "What was done first stands; nothing else was done."
        ),
        t("Open the page anew and send the form once more."),
    ),
    R.CHECKPOINT_UNKNOWN: Said(
        t("No such post"),
        t("No post of this network has this name."),
        t("Choose a post from the board."),
    ),
    R.LINE_UNKNOWN: Said(
        t("No queue here"),
        t("No electronic queue runs at this post."),
        t("Choose another post from the board."),
    ),
    R.BOOKING_UNKNOWN: Said(
        t("No such booking"),
        t("No booking fits what was given."),
        t("Look at the number or the link once more, or find the ticket with number and phone."),
    ),
    R.ACCOUNT_UNKNOWN: Said(
        t("No such account"),
        t("This account does not exist or was closed."),
        t("Look at the list of users."),
    ),
    R.API_KEY_UNKNOWN: Said(
        t("No such key"),
        t("This key does not exist or was withdrawn."),
        t("Look at the list of keys."),
    ),
    R.CLASS_UNKNOWN: Said(
        t("No such class"),
        t("The rules of this post know no such class."),
        t("Choose one of the classes that the form offers."),
    ),
    R.PLATE_IMPOSSIBLE: Said(
        t("Impossible plate"),
        t("No vehicle can carry this plate."),
        t("Write the plate as on the registration papers."),
    ),
    R.VIN_IMPOSSIBLE: Said(
        t("Impossible VIN"),
        t(
            "This cannot be a VIN: it has 17 characters, digits and Latin letters without I, O and Q."
        ),
        t("Copy the VIN from line E of the registration certificate."),
    ),
    R.PHONE_IMPOSSIBLE: Said(
        t("Impossible phone number"),
        t(
            "This cannot be dialled: a phone number begins with the country's code and has as many"
            " digits as that country gives."
        ),
        t("Write the number like +7 701 123 45 67."),
    ),
    R.DRIVER_MISSING: Said(
        t("A driver's name is needed"),
        t("The name of a driver is missing or is longer than 80 letters."),
        t("Write the name as on the passport."),
    ),
    R.DRIVERS_TOO_MANY: Said(
        t("No more drivers"),
        t("The most that can be named is %(most)s."),
        t("The drivers already named stay on the ticket."),
    ),
    R.REASON_MISSING: Said(
        t("A reason is needed"),
        t("This step needs a reason, because others will read it."),
        t("Choose or write the reason and send the form once more."),
    ),
    R.TEXT_IMPOSSIBLE: Said(
        t("Impossible text"),
        t("A text here is one line of at most %(most)s characters, all of which can be seen."),
        t("Write it shorter, on one line and without invisible signs."),
    ),
    R.CAPACITY_IMPOSSIBLE: Said(
        t("Impossible capacity"),
        t("A day has from 0 to %(most)s places."),
        t("Write a whole number in this range."),
    ),
    R.LOGIN_IMPOSSIBLE: Said(
        t("Impossible sign-in name"),
        t("A sign-in name has from %(least)s to %(most)s letters, digits, dots or hyphens."),
        t("Choose another name."),
    ),
    R.LOGIN_TAKEN: Said(
        t("Name is taken"), t("Another account has this sign-in name."), t("Choose another name.")
    ),
    R.PASSWORD_WEAK: Said(
        t("Password too easy"),
        t("This password is too short or too easy to guess."),
        t("Take at least ten characters; four words that you remember are best."),
    ),
    R.GRANT_IMPOSSIBLE: Said(
        t("Role cannot be given"),
        t("This role cannot be given at this place."),
        t(
            "Choose another role or another place: the id of a checkpoint or of an authority, or"
            " * for all."
        ),
    ),
    R.WRONG_STATUS: Said(
        t("Not possible now"),
        t("This step is not possible: the booking is in the state “%(status)s”."),
        t("Open the page anew to see where the booking stands."),
    ),
    R.CALL_OVER: Said(
        t("This call is over"),
        t("The answer belongs to a call that no longer stands, so it was not recorded."),
        t("Open the ticket anew; if you are called, answer the new call."),
    ),
    R.CALL_RUNNING: Said(
        t("The call still stands"),
        t(
            "The driver has until %(until)s to come. After that the call counts as missed by itself."
        ),
        t(
            "Call the next truck meanwhile. To end this call earlier, propose it with a reason: a "
            "second person must agree."
        ),
    ),
    R.SECOND_PERSON_NEEDED: Said(
        t("A second person must agree"),
        t("This truck has a place in the queue, and nobody may take the place away alone."),
        t(
            "Propose the step with a reason. Another officer, a supervisor or the agency approves it."
        ),
    ),
    R.WINDOW_NOT_OPEN: Said(
        t("Too early to call"),
        t("The next truck waits for its hour, which begins on %(opens)s."),
        t("Call it when its hour has begun."),
    ),
    R.OUT_OF_TURN: Said(
        t("Another truck is next"),
        t("By the published rule another truck is next."),
        t("Call the next one, or give a reason for a call out of turn."),
    ),
    R.NOBODY_TO_CALL: Said(
        t("Nobody to call"), t("Nobody waits in this line."), t("Wait for the next arrival.")
    ),
    R.NOTHING_TO_UNDO: Said(
        t("Nothing to undo"), t("There is no last step that could be taken back."), ""
    ),
    R.UNDO_TOO_LATE: Said(
        t("Too late to undo"),
        t("A step can be taken back for ten seconds and only while nothing followed it."),
        t("Go on from where the booking stands now."),
    ),
    R.NOTHING_TO_APPROVE: Said(
        t("Nothing to approve"),
        t("Nothing of this booking is proposed or awaits an approval any more."),
        t("Look at the list of proposals and approvals."),
    ),
    R.PROPOSED_ALREADY: Said(
        t("Already proposed"),
        t("Somebody has proposed a step for this booking already."),
        t("Approve or refuse that proposal first."),
    ),
    R.SAME_APPROVER: Said(
        t("Another person must approve"),
        t("The second approval must come from somebody else than the first."),
        t("Ask another officer or the agency."),
    ),
    R.MOVES_EXHAUSTED: Said(
        t("No more moves"),
        t("This booking was moved as often as the rule allows (%(most)s)."),
        t("Come at the booked time, or cancel and book anew."),
    ),
    R.MOVE_TOO_LATE: Said(
        t("Too late to move"),
        t("A move was possible until %(until)s."),
        t("Come as soon as you can, or cancel and book anew."),
    ),
    R.WINDOW_UNKNOWN: Said(
        t("No such hour"), t("This post has no such hour."), t("Choose an hour from the calendar.")
    ),
    R.WINDOW_PAST: Said(
        t("This time is over"), t("The chosen time is over."), t("Choose a later one.")
    ),
    R.HORIZON_EXCEEDED: Said(
        t("Too far ahead"),
        t("This day cannot be booked yet; the last open one is %(last)s."),
        t("Choose an earlier day, or come back when it opens."),
    ),
    R.DAY_CLOSED: Said(
        t("The day is closed"),
        t("The post is closed on %(day)s: %(why)s."),
        t("Choose another day. A booking that lost its time moves free of charge."),
    ),
    R.CLOSED_TODAY: Said(
        t("The post is closed today"),
        t("The post is closed today: %(why)s."),
        t("If it must be done all the same, confirm that you know of the closure."),
    ),
    R.SAME_WINDOW: Said(
        t("Already your time"), t("The booking has this time already."), t("Choose another hour.")
    ),
    R.VIN_MISSING: Said(
        t("The VIN is needed"),
        t("The plate alone does not say which truck this is."),
        t(
            "Check the plate and its country against the registration papers, or add the VIN from"
            " line E of the registration certificate."
        ),
    ),
    R.VEHICLE_BOOKED: Said(
        t("The truck is booked already"),
        t("This truck has a live booking with the same authority."),
        t(
            "Move or cancel that booking. If somebody else made it, show the papers to an officer, "
            "who frees the truck."
        ),
    ),
    R.UNCONFIRMED_LIVE: Said(
        t("Too many live bookings"),
        t("A carrier that nobody has confirmed holds at most %(most)s live bookings."),
        t(
            "Wait until a booking ends, cancel one, or ask the agency or the administrator of this"
            " system to confirm your account."
        ),
    ),
    R.UNCONFIRMED_RATE: Said(
        t("Too many bookings in a minute"),
        t(
            "A carrier that nobody has confirmed makes at most %(most)s bookings a minute; each row"
            " of a table counts as one."
        ),
        t(
            "Send this again in %(seconds)s seconds, or ask the agency or the administrator of this"
            " system to confirm your account."
        ),
    ),
    R.ACCOUNTS_TOO_MANY: Said(
        t("Too many new accounts"),
        t("From one address at most %(most)s new accounts can be opened in a day."),
        t("Try again tomorrow, or ask the administrator of this system to add the account."),
    ),
    R.NOTHING_TO_CONFIRM: Said(
        t("Not a carrier to confirm"),
        t("This account is confirmed already."),
        t("The carrier can book without the limits of new carriers."),
    ),
    R.CLASS_FULL: Said(
        t("The day is full"),
        t("No place of this class is left on %(day)s."),
        t("Choose another day."),
    ),
    R.SLOT_FULL: Said(
        t("This hour is full"),
        t("The last place at this hour is taken. Nothing was booked and nothing is owed."),
        t("Choose another hour."),
    ),
    R.GARAGE_FULL: Said(
        t("The garage is full"),
        t("A garage holds at most %(most)s trucks and as many drivers."),
        t("Remove one that no longer drives for you."),
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
    told = _Told({name: _told(name, value, say, zone) for name, value in facts.items()})
    return say.gettext(chosen) % told, say.gettext(said.then) % told if said.then else ""


def title(reason: Reason, lang: str) -> str:
    """A refusal in three words."""
    return words(lang).gettext(SAID[reason].title)


class _Told(dict[str, str]):
    """Facts in words; a fact that a refusal left out is a dash, never an error on an error page."""

    def __missing__(self, name: str) -> str:
        return "–"


def _told(name: str, value: Fact, say: Words, zone: str) -> str:
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
