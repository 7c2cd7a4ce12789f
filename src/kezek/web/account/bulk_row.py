"""The rows of several bookings at once: handed to the desk together, each answered for itself."""

from __future__ import annotations

from collections.abc import Sequence

from kezek.app.account.access import Person
from kezek.app.booking.bulk import ClearRow, Unclear
from kezek.app.booking.bulk_answer import RowAnswer
from kezek.app.booking.regroup import OtherHours
from kezek.app.desk.batch import Done
from kezek.app.port import Fault
from kezek.app.vehicle.plate_note import read_as
from kezek.domain.booking.book import Book
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.i18n import faults, row_problem
from kezek.i18n.mark import translatable as t
from kezek.i18n.say import refusal as say_refusal
from kezek.i18n.say.place import line_name
from kezek.i18n.times import stamp
from kezek.web.frame.format import local, zone_of
from kezek.web.frame.page_context import PageContext
from kezek.web.frame.page_error import PageError

_LOOK = t("Correct this row and send it again. The other rows stay as they are.")
_BOOKED = t("Booked: %(post)s, %(hour)s.")
_READ_AS = t("Read as %(plate)s.")
_FREE = t("The next free hour for this truck is %(hour)s.")
_FREE_BEFORE = t("No later hour is free. The nearest earlier one for this truck is %(hour)s.")
_NONE_FREE = t("No other hour of this checkpoint is free now.")
_ANOTHER_HOUR_HELPS = frozenset(
    {Reason.SLOT_FULL, Reason.CLASS_FULL, Reason.DAY_CLOSED, Reason.WINDOW_PAST}
)


async def book_rows(
    here: PageContext, person: Person, rows: Sequence[ClearRow | Unclear]
) -> list[RowAnswer]:
    """All commands at once, in order, so that the desk commits them together."""
    key = here.form.key
    asked = [row for row in rows if isinstance(row, ClearRow)]
    # A table asks for as much work as many forms: it is counted as all its rows, for the account.
    most = here.application.settings.rate_public
    if here.application.rates.charge(f"rows {person.account.id}", most, len(asked)).retry_after:
        raise PageError("rate_limited")
    commands = [
        Book(f"{key}.{r.line}", person.actor, _line(r), r.start, r.vehicle_class, r.vehicle)
        for r in asked
    ]
    found = await here.application.newcomers.book_all(commands)
    by_line = dict(zip((row.line for row in asked), found, strict=True))
    hours = OtherHours(lambda at: here.application.availability.of(at, here.now), here.now)
    return [_answer(here, row, by_line.get(row.line), hours) for row in rows]


def _line(row: ClearRow) -> str:
    return row.served.line.id


def _answer(
    here: PageContext, row: ClearRow | Unclear, found: object, hours: OtherHours
) -> RowAnswer:
    if isinstance(row, Unclear):
        told = " ".join(row_problem.sentence(p, here.lang) for p in row.problems)
        reason = str(row.problems[0].reason)
        look = here.words.gettext(_LOOK)
        return RowAnswer(row.line, row.plate, False, reason, told, look, "", 0)
    plate = row.vehicle.plate[:16]
    if isinstance(found, Done):
        return _booked(here, row, found)
    if isinstance(found, Refused):
        told, then = say_refusal.sentence(found.reason, found.facts, here.lang, zone_of(row.served))
        if found.reason in _ANOTHER_HOUR_HELPS:
            then = _another_hour(here, row, hours)
        return RowAnswer(row.line, plate, False, str(found.reason), told, then, "", 0)
    if isinstance(found, Fault):
        told, then = faults.fault("unavailable", here.lang)
        return RowAnswer(row.line, plate, False, "unavailable", told, then, "", 0)
    assert isinstance(found, BaseException), "a command is answered or it fails"
    raise found


def _booked(here: PageContext, row: ClearRow, found: Done) -> RowAnswer:
    post = line_name(row.served, here.lang)
    when = stamp(local(row.start, zone_of(row.served)), here.lang)
    told = here.words.say(_BOOKED, post=post, hour=when)
    anew = read_as(row.vehicle, here.application.rules.known)
    if anew:
        told = f"{told} {here.words.say(_READ_AS, plate=anew)}"
    number, code = int(found.outcome["number"]), str(found.outcome["code"])
    return RowAnswer(row.line, row.vehicle.plate[:16], True, "", told, "", code, number, anew)


def _another_hour(here: PageContext, row: ClearRow, hours: OtherHours) -> str:
    """The hour to write instead of a refused one."""
    # `decide_book` refuses an unknown class first, so the class has a rule here.
    rule = row.served.at(here.now, window=row.start).classes[row.vehicle_class]
    start = hours.next(row.served, rule, row.start)
    if start is None:
        return here.words.gettext(_NONE_FREE)
    hour = stamp(local(start, zone_of(row.served)), here.lang)
    return here.words.say(_FREE if start >= row.start else _FREE_BEFORE, hour=hour)
