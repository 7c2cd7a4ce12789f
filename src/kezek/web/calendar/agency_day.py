"""A day of the agency's calendar: what a change would do, the change itself, and whom it moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from kezek.app.calendar.affected import Affected, AffectedOutcome, affected_table, have_moved
from kezek.app.calendar.agency import AgencyDay, Effect, effect_of, look
from kezek.app.scenario.ground import shipped_ground
from kezek.domain.calendar.capacity import CAPACITY_MAX, CloseDay, OpenDay, SetCapacity
from kezek.domain.kernel.instant import date_of, day_start
from kezek.domain.kernel.refusal import Refused
from kezek.i18n.mark import translatable as t
from kezek.i18n.names import vehicle_class
from kezek.i18n.times import day as day_text
from kezek.i18n.times import number, stamp
from kezek.web.account.truck_table import csv_file, separator
from kezek.web.booking.shown import PostChoice
from kezek.web.calendar.agency_view import (
    OWN_POSTS,
    CalendarView,
    DayCell,
    FormVersion,
    HourCell,
    ShownClosure,
    agency_at,
)
from kezek.web.frame.format import PostView, local
from kezek.web.frame.forms import most, whole
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageRequest, visit
from kezek.web.frame.page_error import NextStep, PageError, RefusedStop
from kezek.web.frame.render import page
from kezek.web.submit.retry_page import ask
from kezek.web.submit.submit import field_errors, said

Change = SetCapacity | CloseDay | OpenDay
_FIELDS = frozenset({"capacity", "reason"})
_KEPT = t("Bookings confirmed last lose their time first. Trucks that are here keep theirs.")
_NUMBER = t("Write a whole number from 0 to %(most)s, or close the day.")
_NO_LOSS = t("No booking lost its time.")
_MORE_NOW = t("More bookings are affected now than you were shown. Check the effect again.")


@dataclass(frozen=True, slots=True)
class EffectLine:
    count: int
    kind: str


class LossCell(NamedTuple):
    """A window that ends with fewer places."""

    start: datetime
    before: int
    after: int
    displaced: int


class AffectedRow(NamedTuple):
    """A booking that loses or lost its time; `chosen` is its new one."""

    code: str
    start: datetime
    vehicle_class: str
    carrier: str
    choice: str
    chosen: datetime | None


class Moved(NamedTuple):
    """How far those who lost a time on this day have come."""

    rows: list[AffectedRow]
    chosen: int
    open: int
    ended: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyDayPage(Page):
    """One day of a post, and the form that changes it.

    Of the taken places `booked` are bookings here, `known` are taken outside this system.  `effect`,
    `effects`, `losses` and `affected` are there once the effect was asked for, with their addresses;
    `moved` have lost a time on this day.  `kept` is the rule of who loses a time first.
    """

    template = "pages/agency_day.html"
    post: PostView
    posts: list[PostChoice]
    regulation: FormVersion
    days: list[DayCell]
    day: DayCell
    closures: list[ShownClosure]
    slots: list[HourCell]
    booked: int
    known: int
    values: Mapping[str, str]
    errors: Mapping[str, str]
    effect: Effect | None
    effects: list[EffectLine]
    losses: list[LossCell]
    affected: list[AffectedRow]
    affected_url: str
    moved: Moved
    moved_url: str
    what_if_url: str
    kept: str
    key: str


@get("/agency/{checkpoint:str}/{on:str}", sync_to_thread=False)
def agency_day(
    request: PageRequest, checkpoint: FromPath[str], on: FromPath[str]
) -> Response[bytes]:
    """One day with its hours, and the form that changes it; `capacity` and `close` fill the form in."""
    here = visit(request)
    view = CalendarView(here, *agency_at(request, checkpoint))
    day, query = _day(view, on), request.query_params
    capacity = (query.get("capacity") or "")[:10]
    close = "yes" if query.get("close") == "yes" else ""
    values = _first(view, day)
    if capacity or close:
        values |= {"capacity": capacity or values["capacity"], "close": close}
    return _show_day(request, view, day, values=values)


@get("/agency/{checkpoint:str}/{on:str}/affected.csv", sync_to_thread=False)
def affected_file(
    request: PageRequest, checkpoint: FromPath[str], on: FromPath[str]
) -> Response[bytes]:
    """Who would lose a time under `capacity` or `close=yes`; without either, who has lost one."""
    here = visit(request)
    view = CalendarView(here, *agency_at(request, checkpoint))
    day, query = _day(view, on), request.query_params
    capacity, close = query.get("capacity") or "", query.get("close") == "yes"
    if not (capacity or close):
        rows = _moved(view, day)
    else:
        if not (close or (capacity.isascii() and capacity.isdigit() and len(capacity) < 10)):
            raise PageError("not_found")
        told = effect_of(
            view.reader,
            look(
                view.reader, view.person.actor, view.line.id, on, None if close else int(capacity)
            ),
            here.application.rules,
            here.application.clock.now(),
        )
        if isinstance(told, Refused):
            raise RefusedStop(told, zone=view.zone)
        rows = told.affected
    table = affected_table(rows, view.zone, separator(here))
    return csv_file(request, table, f"affected-{checkpoint}-{on}.csv")


def _moved(view: CalendarView, day: AgencyDay) -> tuple[Affected, ...]:
    """Who has lost a time on this day."""
    first, past = (day_start(on, view.zone) for on in (day.on, day.on + timedelta(days=1)))
    return have_moved(view.reader, view.line.id, first, past)


def _first(view: CalendarView, day: AgencyDay) -> dict[str, str]:
    """The form before anything is typed."""
    suggested = next((d.capacity for d in view.days if d.open), day.capacity)
    return {"capacity": str(day.capacity if day.open else suggested)}


def _day(view: CalendarView, text: str) -> AgencyDay:
    on = date_of(text)
    found = next((day for day in view.days if day.on == on), None)
    if found is None:
        raise PageError(
            "not_found", steps=(NextStep(view.here.words.gettext(OWN_POSTS), "/agency"),)
        )
    return found


def _show_day(
    request: PageRequest,
    view: CalendarView,
    day: AgencyDay,
    *,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    effect: Effect | None = None,
) -> Response[bytes]:
    here = visit(request)
    values = values or _first(view, day)
    moved = _moved(view, day)
    shown = AgencyDayPage(
        post=view.shown_post(),
        posts=view.choices(),
        regulation=view.version(),
        days=view.cells(),
        day=view.cell(day),
        closures=view.closures([day]),
        slots=view.hours(day.on),
        booked=day.booked,
        known=day.known,
        values=values,
        errors=errors or {},
        effect=effect,
        effects=_effects(effect) if effect else [],
        losses=_losses(view, effect) if effect else [],
        affected=_rows(view, effect.affected) if effect else [],
        affected_url=_asking(view, day, values, "affected.csv") if effect else "",
        moved=_told_moved(view, moved),
        moved_url=_asking(view, day, {}, "affected.csv"),
        what_if_url=_what_if(view, day, values) if effect else "",
        kept=here.words.gettext(_KEPT),
        key=here.new_key(),
    )
    return page(request, shown, http_status=422 if errors else 200, zone=view.zone)


def _losses(view: CalendarView, effect: Effect) -> list[LossCell]:
    return [
        LossCell(local(hour.start, view.zone), hour.before, hour.after, hour.displaced)
        for hour in effect.hours
    ]


def _rows(view: CalendarView, affected: Sequence[Affected]) -> list[AffectedRow]:
    return [
        AffectedRow(
            one.code,
            local(one.start, view.zone),
            vehicle_class(one.vehicle_class, view.here.lang),
            one.carrier,
            one.choice,
            None if one.chosen is None else local(one.chosen, view.zone),
        )
        for one in affected
    ]


def _told_moved(view: CalendarView, moved: Sequence[Affected]) -> Moved:
    count = {choice: sum(one.choice is choice for one in moved) for choice in AffectedOutcome}
    return Moved(
        _rows(view, moved),
        count[AffectedOutcome.CHOSEN],
        count[AffectedOutcome.OPEN],
        count[AffectedOutcome.ENDED],
    )


def _asking(view: CalendarView, day: AgencyDay, values: Mapping[str, str], name: str) -> str:
    """The address of a file of the day, with what the form asks."""
    asked = {"close": "yes"} if values.get("close") else {"capacity": values.get("capacity", "")}
    query = urlencode({field: text for field, text in asked.items() if text})
    path = f"/agency/{view.post.place}/{day.on.isoformat()}/{name}"
    return f"{path}?{query}" if query else path


def _what_if(view: CalendarView, day: AgencyDay, values: Mapping[str, str]) -> str:
    """The question to the simulator with the values of the form; empty where the post is not played."""
    if view.post.place not in shipped_ground().calibrated:
        return ""
    after = (day.on + timedelta(days=1)).isoformat()
    asked = {"checkpoint": view.post.place, "from": day.on.isoformat(), "until": after}
    if values.get("close"):
        asked |= {"closed_from": f"{day.on}T00:00", "closed_until": f"{after}T00:00"}
    else:
        asked["capacity"] = values.get("capacity", "")
    return f"/agency/what-if?{urlencode(asked)}"


def _effects(effect: Effect) -> list[EffectLine]:
    """In plain numbers, the promise of nobody overbooked, deleted or charged included."""
    some = (
        EffectLine(effect.added, "freed"),
        EffectLine(effect.removed, "removed"),
        EffectLine(effect.forgotten, "forgotten"),
    )
    return [
        *(line for line in some if line.count),
        EffectLine(effect.displaced, "displaced"),
        EffectLine(effect.displaced, "rebook"),
        EffectLine(effect.stays, "confirmed"),
        EffectLine(0, "lost"),
    ]


class _DayForm(msgspec.Struct, frozen=True):
    """`shown` is how many the page said would be displaced; `deed` which step the button was."""

    capacity: Annotated[str, most(10)] = ""
    close: bool = False
    reason: Annotated[str, most(200)] = ""
    step: Annotated[str, most(20)] = ""
    shown: int | None = None
    deed: Annotated[str, most(20)] = ""


@post("/agency/{checkpoint:str}/{on:str}")
async def change_day(
    request: PageRequest, checkpoint: FromPath[str], on: FromPath[str]
) -> Response[bytes]:
    """First the effect, decided by the rules without committing; then, on a second press, the deed."""
    here = visit(request)
    view = CalendarView(here, *agency_at(request, checkpoint))
    day = _day(view, on)
    sent = here.form.read(_DayForm)
    close = "yes" if sent.close else ""
    values = {"capacity": sent.capacity, "close": close, "reason": sent.reason}
    change = _change(view, day, sent)
    if change is None:
        wrong = here.words.say(_NUMBER, most=number(CAPACITY_MAX, here.lang))
        return _show_day(request, view, day, values=values, errors={"capacity": wrong})
    told = effect_of(view.reader, change, here.application.rules, here.application.clock.now())
    if sent.step != "apply":
        if isinstance(told, Refused):
            errors = field_errors(here, told, view.zone, _FIELDS)
            return _show_day(request, view, day, values=values, errors=errors)
        return _show_day(request, view, day, values=values, effect=told)
    # More harm than was shown needs another look; less does not, and a press repeated finds none.
    if isinstance(told, Effect) and told.displaced > (sent.shown or 0):
        errors = {"": here.words.gettext(_MORE_NOW)}
        return _show_day(request, view, day, values=values, errors=errors, effect=told)
    answer = await ask(here, change)
    if isinstance(answer, Refused):
        errors = field_errors(here, answer, view.zone, _FIELDS)
        return _show_day(request, view, day, values=values, errors=errors)
    told_now = _decided(view, change, answer.outcome)
    return said(request, here, f"/agency/{checkpoint}", "done", told_now)


def _change(view: CalendarView, day: AgencyDay, sent: _DayForm) -> Change | None:
    """The command of the form; None when the number is none."""
    key, actor, line = view.here.form.key, view.person.actor, view.line.id
    on = day.on.isoformat()
    # A step repeated after its day has closed or opened is the same step, so the form says which it is.
    deed = sent.deed or ("open" if not day.open else "set")
    if deed != "open" and sent.close:
        return CloseDay(key, actor, line, on, sent.reason)
    wanted = whole(sent.capacity)
    if wanted is None:
        return None
    kind = OpenDay if deed == "open" else SetCapacity
    return kind(key, actor, line, on, wanted, sent.reason)


def _decided(view: CalendarView, change: Change, outcome: Mapping[str, object]) -> str:
    here = view.here
    say, lost = here.words, outcome["displaced"]
    assert isinstance(lost, int), "the calendar counts whom it displaced"
    on = day_text(date.fromisoformat(change.on), "long", here.lang)
    lines = {
        CloseDay: t("%(day)s is closed."),
        OpenDay: t("%(day)s is open again, with %(capacity)s places."),
        SetCapacity: t("%(day)s has %(capacity)s places now."),
    }
    told = say.say(lines[type(change)], day=on, capacity=outcome["capacity"])
    if not lost:
        return f"{told} {say.gettext(_NO_LOSS)}"
    # An answer that was kept before an upgrade may not say it.
    if not isinstance(until := outcome.get("until"), int):
        return told
    return (
        told
        + " "
        + say.count(
            "%(num)s booking lost its time. Its driver can choose another until %(until)s.",
            "%(num)s bookings lost their time. Their drivers can choose another until %(until)s.",
            lost,
            until=stamp(local(until, view.zone), here.lang),
        )
    )


HANDLERS = (agency_day, affected_file, change_day)
