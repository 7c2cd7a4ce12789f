"""Whatever goes wrong with a page ends here: a code, a sentence, the next thing to do.

The reader gets the language of the page; the operator gets a reference; the log gets neither the
address nor the words of the request, because both may hold a ticket's secret.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from litestar import Response
from litestar.exceptions import HTTPException

from kezek.app.desk.desk import Overloaded
from kezek.app.port import Fault
from kezek.domain.kernel.refusal import Kind, Reason, Refused
from kezek.i18n import faults
from kezek.i18n.catalogue import Words
from kezek.i18n.mark import translatable
from kezek.i18n.say import refusal as say_refusal
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageRequest, Web, begin_visit, visit
from kezek.web.frame.page_error import NextStep, PageError, Redirect, RefusedStop
from kezek.web.frame.render import page, redirect, wants_word, word
from kezek.web.submit.retry_page import code_of, working_page

log = logging.getLogger("kezek.web")

_STATUS: Mapping[str, int] = {
    "malformed": 400,
    "not_utf8": 400,
    "unauthenticated": 401,
    "session_expired": 401,
    "not_allowed": 403,
    "stale_page": 403,
    "not_found": 404,
    "ticket_unknown": 404,
    "method_not_allowed": 405,
    "link_expired": 410,
    "too_large": 413,
    "rate_limited": 429,
    "internal": 500,
    "overloaded": 503,
    "unavailable": 503,
    "outcome_unknown": 503,
}
_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 429: "rate_limited"}
_WAIT_SECONDS = {"rate_limited": 30, "overloaded": 5, "unavailable": 30, "outcome_unknown": 5}
_OF_A_REFUSAL: Mapping[Kind, int] = {
    Kind.FORBIDDEN: 403,
    Kind.TOO_OFTEN: 429,
    Kind.UNKNOWN: 404,
    Kind.IMPOSSIBLE: 422,
    Kind.CONFLICT: 409,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Page):
    """`code` is stable; only our own mistake has a `reference`, which the operator finds in the log."""

    template = "pages/error.html"
    status: int
    code: str
    title: str
    sentence: str
    steps: list[NextStep]
    reference: str


def status_of(reason: Reason) -> int:
    """The HTTP status of a page that shows a refusal."""
    return _OF_A_REFUSAL[reason.kind]


def failure(web: Web) -> Callable[[PageRequest, Exception], Response[bytes]]:
    """The pages' answer to any exception."""

    def failed(request: PageRequest, fault: Exception) -> Response[bytes]:
        begin_visit(web, request)
        return answer_to(request, fault)

    return failed


def answer_to(request: PageRequest, fault: Exception) -> Response[bytes]:
    """The error page, or the way to another address."""
    if isinstance(fault, Redirect):
        return redirect(request, fault.url)
    if isinstance(fault, RefusedStop):
        return refused_page(request, fault.refused, zone=fault.zone, steps=fault.steps)
    if isinstance(fault, PageError):
        return fault_page(request, fault.code, steps=fault.steps, facts=fault.facts)
    if isinstance(fault, Overloaded):
        return fault_page(request, "overloaded")
    if isinstance(fault, Fault):
        log.error("a page met %s", type(fault).__name__, exc_info=fault)
        visit(request).look_nobody_up()
        waits = None if wants_word(request) else working_page(request, fault)
        return waits or fault_page(request, code_of(fault))
    if isinstance(fault, HTTPException) and fault.status_code < 500:
        return fault_page(request, _BY_STATUS.get(fault.status_code, "malformed"))
    return _mistake(request, fault)


def _mistake(request: PageRequest, fault: Exception) -> Response[bytes]:
    """Our own mistake: the reader learns a reference and nothing else."""
    reference = visit(request).application.chance.secret(6).hex()
    log.error("reference %s: %s", reference, type(fault).__name__, exc_info=fault)
    return fault_page(request, "internal", reference=reference)


def fault_page(
    request: PageRequest,
    code: str,
    *,
    steps: tuple[NextStep, ...] = (),
    facts: Mapping[str, object] | None = None,
    reference: str = "",
) -> Response[bytes]:
    """The error page of a stable code; `not_allowed` is a refusal that pages meet themselves."""
    if code == Reason.NOT_ALLOWED:
        return refused_page(request, Refused(Reason.NOT_ALLOWED), steps=steps)
    here = visit(request)
    sentence, then = faults.fault(code, here.lang, **(facts or {}))
    wait = _WAIT_SECONDS.get(code)
    headers = {"Retry-After": str(wait)} if wait else None
    if wants_word(request):
        told = f"{sentence} {then}".strip()
        status = _STATUS[code]
        return word(request, "stop", told, code=code, http_status=status, headers=headers)
    shown = ErrorPage(
        status=_STATUS[code],
        code=code,
        title=faults.fault_title(code, here.lang),
        sentence=f"{sentence} {then}".strip(),
        steps=[*steps, *_ways_on(code, here.words)],
        reference=reference,
    )
    return page(request, shown, http_status=shown.status, headers=headers)


def refused_page(
    request: PageRequest, refused: Refused, *, zone: str = "UTC", steps: tuple[NextStep, ...] = ()
) -> Response[bytes]:
    """The error page of a refusal that has no field to stand at."""
    here = visit(request)
    sentence, then = say_refusal.sentence(refused.reason, refused.facts, here.lang, zone)
    if wants_word(request):
        told, status = f"{sentence} {then}".strip(), status_of(refused.reason)
        return word(request, "stop", told, code=str(refused.reason), http_status=status)
    shown = ErrorPage(
        status=status_of(refused.reason),
        code=str(refused.reason),
        title=say_refusal.title(refused.reason, here.lang),
        sentence=f"{sentence} {then}".strip(),
        steps=[*steps, *_ways_on(str(refused.reason), here.words)],
        reference="",
    )
    return page(request, shown, http_status=shown.status)


_BOARD, _SIGN_IN = translatable("Back to the board"), translatable("Sign in")
_FIND = translatable("Find a ticket")


def _ways_on(code: str, say: Words) -> list[NextStep]:
    ways = [NextStep(say.gettext(_BOARD), "/")]
    if code in ("unauthenticated", "session_expired"):
        return [NextStep(say.gettext(_SIGN_IN), "/sign-in"), *ways]
    if code in ("ticket_unknown", "booking_unknown"):
        return [NextStep(say.gettext(_FIND), "/ticket"), *ways]
    return ways
