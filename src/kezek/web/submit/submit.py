"""From a form to a decision and back: what every page does that changes something."""

from __future__ import annotations

from litestar import Response

from kezek.app.desk.batch import Done
from kezek.domain.decide import Command
from kezek.domain.kernel.refusal import Refused
from kezek.i18n.say import refusal as say_refusal
from kezek.web.frame.page_context import PageContext, PageRequest
from kezek.web.frame.page_error import RefusedStop
from kezek.web.frame.render import redirect, wants_word, word
from kezek.web.submit.retry_page import ask


async def done(here: PageContext, command: Command, *, zone: str = "UTC") -> Done:
    """The outcome; a refusal ends on the error page."""
    answer = await ask(here, command)
    if isinstance(answer, Refused):
        raise RefusedStop(answer, zone=zone)
    return answer


def why_not(here: PageContext, refused: Refused, zone: str = "UTC", subject: str = "") -> str:
    """A refusal as one line: what it is about, what is wrong, what to do."""
    sentence, then = say_refusal.sentence(refused.reason, refused.facts, here.lang, zone)
    told = f"{sentence} {then}".strip()
    return f"{subject}: {told}" if subject else told


def said(
    request: PageRequest, here: PageContext, url: str, kind: str, text: str, *, q: str = ""
) -> Response[bytes]:
    """Go on at a page that begins by saying what happened; `q` is a code to be looked for there.

    A script that sent the form itself is told the sentence and stays on its page.
    """
    if wants_word(request):
        return word(request, kind, text, q=q)
    here.flash(kind, text)
    return redirect(request, f"{url}?q={q}" if q else url)


def field_errors(
    here: PageContext, refused: Refused, zone: str, fields: frozenset[str]
) -> dict[str, str]:
    """The refusal at the field that it is about, or above the form."""
    sentence, then = say_refusal.sentence(refused.reason, refused.facts, here.lang, zone)
    field = str(refused.facts.get("field", ""))
    if field not in fields and refused.reason == "vehicle_booked":
        field = str(refused.facts.get("by", ""))
    if refused.facts.get("wrong") == "country_shape":
        field = "country"
    return {field if field in fields else "": f"{sentence} {then}".strip()}
