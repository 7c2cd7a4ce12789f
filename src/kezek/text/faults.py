"""What is said when the request, not a rule, is the trouble; and when the world failed."""

from __future__ import annotations

from collections.abc import Mapping

from kezek.text.catalogue import words
from kezek.text.mark import translatable as t
from kezek.text.refusals import Said

FAULTS: Mapping[str, Said] = {
    "malformed": Said(
        t("Not understood"),
        t("The request cannot be read. Nothing was done."),
        t("Go back, look at what was sent, and try once more."),
    ),
    "unknown_field": Said(
        t("Unknown field"),
        t("The request names something that this address does not know: %(field)s."),
        t("Compare the name with the documentation."),
    ),
    "missing_field": Said(
        t("Something is missing"),
        t("The request lacks something that this address needs: %(field)s."),
        t("Compare the request with the documentation."),
    ),
    "wrong_media_type": Said(
        t("Wrong kind of body"),
        t("The body is of a kind that this address does not read."),
        t("Send it as application/json."),
    ),
    "wrong_idempotency_key": Said(
        t("Wrong idempotency key"),
        t("The header Idempotency-Key has 1 to 200 printable characters. Nothing was done."),
        t("Make a key of your own for each request, for example a UUID."),
    ),
    "wrong_type": Said(
        t("Wrong kind of value"),
        t("A value is of the wrong kind or out of its range: %(field)s."),
        t("Compare the value with the documentation."),
    ),
    "not_utf8": Said(
        t("Not UTF-8"),
        t("The text is not in UTF-8, so its letters cannot be read. Nothing was done."),
        t("Save the file as UTF-8 and send it once more."),
    ),
    "too_large": Said(
        t("Too large"),
        t("More was sent than is taken at once. Nothing was done."),
        t("Send less at a time."),
    ),
    "not_found": Said(
        t("Nothing here"),
        t("There is no page at this address. Perhaps the link was cut off."),
        t("Start from the board."),
    ),
    "method_not_allowed": Said(
        t("Not this way"),
        t("This address exists, but not for this kind of request."),
        t("Start from the board."),
    ),
    "unauthenticated": Said(
        t("Sign in first"), t("This page is for those who have signed in."), t("Sign in.")
    ),
    "session_expired": Said(
        t("You were signed out"),
        t("The session ran out. What you sent last was not done."),
        t("Sign in and send it once more."),
    ),
    "stale_page": Said(
        t("The page is too old"),
        t(
            "This page was opened under another session, so its form is not taken. Nothing was done."
        ),
        t("Open the page anew and send the form once more."),
    ),
    "rate_limited": Said(
        t("Too many requests"),
        t("So many requests came from your address that we ask you to wait."),
        t("Try again in a minute."),
    ),
    "overloaded": Said(
        t("Very many at once"),
        t("Too many people ask at this moment. Nothing was changed."),
        t("Try again in a few seconds."),
    ),
    "unavailable": Said(
        t("Not possible right now"),
        t("The system cannot store anything at this moment. Nothing was changed."),
        t("Try again in a minute."),
    ),
    "outcome_unknown": Said(
        t("Still working"),
        t("It is not known yet whether this was done."),
        t("Send the same once more, under the same key: it is not done twice."),
    ),
    "internal": Said(
        t("Our mistake"),
        t("Something went wrong on our side, and the operator can look it up by the reference."),
        t("Try again; if it happens once more, tell the operator the reference."),
    ),
    "ticket_unknown": Said(
        t("No such ticket"),
        t("This link opens no ticket. Perhaps it was cut off when it was copied."),
        t("Find the ticket with booking number and phone."),
    ),
    "wrong_password": Said(
        t("Wrong name or password"),
        t("This name and this password do not fit together."),
        t("Try again, or ask an administrator for a link that sets a new password."),
    ),
    "link_expired": Said(
        t("The link is used up"),
        t("This link worked once or has run out."),
        t("Ask an administrator for a new one."),
    ),
}

# What the API says instead: a program reads no pages and fills in no forms.
FOR_PROGRAMS: Mapping[str, Said] = {
    "unauthenticated": Said(
        t("Key needed"),
        t("This address wants an API key that is valid."),
        t(
            "Send one as Authorization: Bearer; keys are issued on the page of keys, or by the operator."
        ),
    ),
    "not_found": Said(
        t("Nothing here"),
        t("The API has no such address."),
        t("Compare the address with the documentation."),
    ),
    "method_not_allowed": Said(
        t("Not this way"),
        t("This address exists, but not for this kind of request."),
        t("Send one of the methods that the header Allow names."),
    ),
    "rate_limited": Said(
        t("Too many requests"),
        t("This key or address has sent as many requests as it may."),
        t("Send it again after the seconds that the header Retry-After names."),
    ),
    "key_reused": Said(
        t("Key used twice"),
        t(
            "This idempotency key came before with another body. "
            "What was done first stands; nothing else was done."
        ),
        t("Send a new request under a new key."),
    ),
}


def fault(code: str, lang: str, **facts: object) -> tuple[str, str]:
    """What is wrong and what to do next."""
    say, said = words(lang), FAULTS[code]
    told = {"field": "–", **facts}
    return say.gettext(said.sentence) % told, say.gettext(said.then) % told


def fault_title(code: str, lang: str) -> str:
    """A fault in three words."""
    return words(lang).gettext(FAULTS[code].title)


def for_program(code: str, lang: str) -> Said | None:
    """What a program is told otherwise than a reader of pages, None where it is told the same."""
    said = FOR_PROGRAMS.get(code)
    return Said(*map(words(lang).gettext, said)) if said else None
