"""What waits for a second person, as the console and the agency show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from kezek.app.account.roster import names_of
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.turn.answered import AnsweredStep, Became, marked
from kezek.app.turn.awaited import AwaitedStep, answer_of, awaited_of, may_answer
from kezek.app.turn.queue import Queue
from kezek.domain.account.actor import Actor
from kezek.domain.booking.booking import Particulars
from kezek.domain.booking.transition import Verb
from kezek.domain.turn.approve import RefusalCause
from kezek.i18n import names
from kezek.i18n.mark import translatable as t
from kezek.web.booking.shown import PlateShown, plate_of
from kezek.web.frame.format import local, zone_of
from kezek.web.frame.page_context import PageContext

_MADE = t("Called out of turn, awaits approval")
_PROPOSED: Mapping[str, str] = {
    Verb.CALL: t("Proposed: call out of turn"),
    Verb.MISS: t("Proposed: count the call as missed"),
    Verb.TURN_BACK: t("Proposed: turn back"),
    Verb.CANCEL: t("Proposed: cancel the booking"),
}


_REFUSED: Mapping[str, str] = {
    Verb.CALL: t("Refused: call out of turn"),
    Verb.MISS: t("Refused: count the call as missed"),
    Verb.TURN_BACK: t("Refused: turn back"),
    Verb.CANCEL: t("Refused: cancel the booking"),
}
_MADE_REFUSED = t("Called out of turn, refused")
_WITHDRAWN = t("Proposal withdrawn")
_RAN_OUT = t("Call ran out, counted as missed")


class AnsweredRow(NamedTuple):
    """What became of a step; `mine` says that this reader had asked for it.  `who` is empty for time."""

    booking: int
    code: str
    country: str
    plate: PlateShown
    what: str
    reason: str
    who: str
    at: datetime
    mine: bool


class AwaitedRow(NamedTuple):
    """A step that waits for a second person.

    `mine` says that this reader asked for it, `can` that this reader may agree to it; `answer` is the
    step that does so: `approve`, `call`, or empty while the truck is not here.
    """

    booking: int
    code: str
    country: str
    plate: PlateShown
    step: str
    made: bool
    what: str
    reason: str
    who: str
    since: datetime
    mine: bool
    can: bool
    answer: str


def asked_rows(here: PageContext, post: ServedLine, actor: Actor) -> list[AwaitedRow]:
    """All that waits at a post, the oldest first."""
    reader = here.application.store.reader
    asked = awaited_of(reader, post, here.now)
    accounts = names_of(reader, {one.by for one in asked})
    plates = reader.many(Particulars, [one.booking.number for one in asked])
    rows: list[AwaitedRow] = []
    for one in asked:
        country, plate = plate_of(here, plates.get(one.booking.number))
        rows.append(
            AwaitedRow(
                booking=one.booking.number,
                code=one.booking.code,
                country=country,
                plate=plate,
                step=one.verb,
                made=one.made,
                what=what_of(here, one),
                reason=names.cause(one.cause, here.lang),
                who=accounts.get(one.by) or here.words.say(t("account %(number)s"), number=one.by),
                since=local(one.since, zone_of(post)),
                mine=one.by == actor.account,
                can=may_answer(one, actor, post),
                answer=answer_of(one, actor, post),
            )
        )
    return rows


def what_of(here: PageContext, one: AwaitedStep) -> str:
    """What was asked for, in a few words."""
    return here.words.gettext(_MADE if one.made else _PROPOSED[one.verb])


def answered_rows(
    here: PageContext, post: ServedLine, actor: Actor, answered: Sequence[AnsweredStep]
) -> list[AnsweredRow]:
    """What became of the steps of a post, in the order given."""
    reader = here.application.store.reader
    accounts = names_of(reader, {one.by for one in answered} - {0})
    plates = reader.many(Particulars, [one.booking.number for one in answered])
    rows: list[AnsweredRow] = []
    for one in answered:
        country, plate = plate_of(here, plates.get(one.booking.number))
        named = accounts.get(one.by) or here.words.say(t("account %(number)s"), number=one.by)
        rows.append(
            AnsweredRow(
                booking=one.booking.number,
                code=one.booking.code,
                country=country,
                plate=plate,
                what=what_became(here, one),
                reason=names.cause(one.cause, here.lang) if one.cause else "",
                who=named if one.by else "",
                at=local(one.at, zone_of(post)),
                mine=one.asked_by == actor.account,
            )
        )
    return rows


def what_became(here: PageContext, one: AnsweredStep | None) -> str:
    """What became of it, in a few words; none is a call out of turn that was refused long ago."""
    if one is None or (one.made and one.became is Became.REFUSED):
        return here.words.gettext(_MADE_REFUSED)
    if one.became is Became.RAN_OUT:
        return here.words.gettext(_RAN_OUT)
    return here.words.gettext(_WITHDRAWN if one.became is Became.WITHDRAWN else _REFUSED[one.verb])


def marks(
    here: PageContext, queue: Queue, rows: Sequence[AwaitedRow], answered: Sequence[AnsweredStep]
) -> dict[int, str]:
    """What stands at the row of a truck: what waits for it, else what was answered last."""
    found = marked(answered, queue.bookings)
    told = {number: what_became(here, one) for number, one in found.items()}
    return told | {row.booking: row.what for row in rows}


def refusal_reasons(lang: str) -> list[tuple[str, str]]:
    """Why a second person may say no."""
    return [(cause.value, names.cause(cause, lang)) for cause in RefusalCause]
