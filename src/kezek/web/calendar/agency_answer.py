"""The agency as the second person: it approves or refuses what officers of its posts have asked for."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.turn.approve import Approve, Refuse
from kezek.i18n.mark import translatable as t
from kezek.web.calendar.agency_view import agency_at
from kezek.web.frame.format import zone_of
from kezek.web.frame.forms import most
from kezek.web.frame.page_context import PageRequest, visit
from kezek.web.submit.retry_page import ask
from kezek.web.submit.submit import said, why_not

_APPROVED = t("%(code)s: approved.")
_REFUSED = t("%(code)s: refused.")


@post("/agency/{checkpoint:str}/approve")
async def agency_approve(request: PageRequest, checkpoint: FromPath[str]) -> Response[bytes]:
    """Agree to a call out of turn that was made, or to what was proposed."""
    return await _answer(request, checkpoint, agrees=True)


@post("/agency/{checkpoint:str}/refuse")
async def agency_refuse(request: PageRequest, checkpoint: FromPath[str]) -> Response[bytes]:
    """Say no, with a published cause."""
    return await _answer(request, checkpoint, agrees=False)


class _Answered(msgspec.Struct, frozen=True):
    booking: int
    step: Annotated[str, most(20)] = ""
    reason: Annotated[str, most(40)] = ""


async def _answer(request: PageRequest, checkpoint: str, *, agrees: bool) -> Response[bytes]:
    here = visit(request)
    person, at_post, _ = agency_at(request, checkpoint)
    form, actor = here.form, person.actor
    sent = form.read(_Answered)
    number, step = sent.booking, sent.step
    booking = here.application.store.reader.get(Booking, number)
    url, zone = f"/agency/{checkpoint}", zone_of(at_post)
    if booking is None or booking.line != at_post.line.id:
        unknown = Refused(Reason.BOOKING_UNKNOWN, {"number": number})
        return said(request, here, url, "stop", why_not(here, unknown, zone))
    cause, code = sent.reason, booking.code
    command: Approve | Refuse = Refuse(form.key, actor, number, cause, step)
    if agrees:
        command = Approve(form.key, actor, number, verb=step, delay=here.application.delay())
    answer = await ask(here, command)
    if isinstance(answer, Refused):
        return said(request, here, url, "stop", why_not(here, answer, zone, code))
    told = here.words.say(_APPROVED if agrees else _REFUSED, code=code)
    return said(request, here, url, "done", told)


HANDLERS = (agency_approve, agency_refuse)
