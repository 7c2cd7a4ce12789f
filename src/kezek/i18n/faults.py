"""What is said when the request, not a rule, is the trouble; and when the world failed."""

from __future__ import annotations

from collections.abc import Mapping

from kezek.i18n.catalogue import words
from kezek.i18n.mark import translatable as t
from kezek.i18n.say.refusal import RefusalMessage

FAULTS: Mapping[str, RefusalMessage] = {
    "malformed": RefusalMessage(
        t("Not understood"),
        t("The request cannot be read. Nothing was done."),
        t("Go back, check what you sent, and try again."),
    ),
    "unknown_field": RefusalMessage(
        t("Unknown field"),
        t("This address does not know the field %(field)s."),
        t("Compare the name with the documentation."),
    ),
    "missing_field": RefusalMessage(
        t("Something is missing"),
        t("The request must contain %(field)s."),
        t("Compare the request with the documentation."),
    ),
    "wrong_media_type": RefusalMessage(
        t("Wrong content type"),
        t("This address does not read this content type."),
        t("Send it as application/json."),
    ),
    "wrong_idempotency_key": RefusalMessage(
        t("Wrong idempotency key"),
        t("The header Idempotency-Key must have 1 to 200 printable characters. Nothing was done."),
        t("Use a new key for each request, for example a UUID."),
    ),
    "wrong_type": RefusalMessage(
        t("Wrong value"),
        t("The value has the wrong type or is out of range: %(field)s."),
        t("Compare the value with the documentation."),
    ),
    "not_utf8": RefusalMessage(
        t("Not UTF-8"),
        t("The text is not in UTF-8, so its letters cannot be read. Nothing was done."),
        t("Save the file as UTF-8 and send it again."),
    ),
    "too_large": RefusalMessage(
        t("Too large"),
        t("You sent more than can be processed at once. Nothing was done."),
        t("Send less at a time."),
    ),
    "not_found": RefusalMessage(
        t("Page not found"),
        t("There is no page at this address. The link may be incomplete."),
        t("Start from the board."),
    ),
    "method_not_allowed": RefusalMessage(
        t("Wrong kind of request"),
        t("This address does not accept this kind of request."),
        t("Start from the board."),
    ),
    "unauthenticated": RefusalMessage(
        t("Sign in first"), t("This page is only for people who have signed in."), t("Sign in.")
    ),
    "session_expired": RefusalMessage(
        t("You were signed out"),
        t("Your session has expired. Your last request was not carried out."),
        t("Sign in and send it again."),
    ),
    "stale_page": RefusalMessage(
        t("The page is too old"),
        t(
            "This page was opened in another session, so the form was not accepted. "
            "Nothing was done."
        ),
        t("Reload the page and send the form again."),
    ),
    "rate_limited": RefusalMessage(
        t("Too many requests"),
        t("Too many requests came from your address."),
        t("Try again in a minute."),
    ),
    "overloaded": RefusalMessage(
        t("The system is busy"),
        t("Too many requests came at once. Nothing was changed."),
        t("Try again in a few seconds."),
    ),
    "unavailable": RefusalMessage(
        t("Not possible right now"),
        t("The system cannot save anything at this moment. Nothing was changed."),
        t("Try again in a minute."),
    ),
    "outcome_unknown": RefusalMessage(
        t("Still working"),
        t("We do not know yet whether this was done."),
        t("Send the same request again with the same key. It is not carried out twice."),
    ),
    "internal": RefusalMessage(
        t("System error"),
        t("Something went wrong on our side. The operator can find the cause by the reference."),
        t("Try again. If it happens again, tell the operator the reference."),
    ),
    "ticket_unknown": RefusalMessage(
        t("No such ticket"),
        t("This link does not open a ticket. It may be incomplete."),
        t("Find the ticket by booking number and phone."),
    ),
    "wrong_password": RefusalMessage(
        t("Wrong name or password"),
        t("The name or the password is wrong."),
        t("Try again, or ask an administrator for a link that sets a new password."),
    ),
    "link_expired": RefusalMessage(
        t("The link no longer works"),
        t("This link has been used or has expired."),
        t("Ask an administrator for a new one."),
    ),
}

# What the API says instead: a program reads no pages and fills in no forms.
FOR_PROGRAMS: Mapping[str, RefusalMessage] = {
    "unauthenticated": RefusalMessage(
        t("Key needed"),
        t("This address needs a valid API key."),
        t(
            "Send the key as Authorization: Bearer. Keys are created on the page of "
            "keys, or by the operator."
        ),
    ),
    "not_found": RefusalMessage(
        t("Page not found"),
        t("The API has no such address."),
        t("Compare the address with the documentation."),
    ),
    "method_not_allowed": RefusalMessage(
        t("Wrong kind of request"),
        t("This address does not accept this kind of request."),
        t("Use one of the methods that the header Allow names."),
    ),
    "rate_limited": RefusalMessage(
        t("Too many requests"),
        t("This key or address has used up its limit of requests."),
        t("Wait as many seconds as the header Retry-After says, then send it again."),
    ),
    "key_reused": RefusalMessage(
        t("Key used twice"),
        t(
            "This idempotency key was already used with another body. The first "
            "request stands. Nothing else was done."
        ),
        t("Send a new request with a new key."),
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


def for_program(code: str, lang: str) -> RefusalMessage | None:
    """What a program is told otherwise than a reader of pages, None where it is told the same."""
    said = FOR_PROGRAMS.get(code)
    return RefusalMessage(*map(words(lang).gettext, said)) if said else None
