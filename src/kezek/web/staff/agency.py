"""The agency's calendar: taken of capacity, what a change would do, and the change itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from litestar import Response, get, post
from litestar.params import FromPath

from kezek.app.access import Person
from kezek.app.agency import (
    Effect,
    TakenDay,
    calendar,
    closures,
    decided_lately,
    effect_of,
    governed,
    hours,
)
from kezek.app.asked import asked_of
from kezek.app.checkpoint import Post
from kezek.app.roster import names_of
from kezek.domain.account.actor import Role
from kezek.domain.calendar.capacity import CAPACITY_MAX, CloseDay, OpenDay, SetCapacity
from kezek.domain.checkpoint.checkpoint import exit_id
from kezek.domain.kernel.instant import date_of, day_start
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.regulation.regulation import Regulation
from kezek.text.mark import translatable as t
from kezek.text.times import day as day_text
from kezek.text.times import number
from kezek.web.render import page, redirect
from kezek.web.session import signed_in
from kezek.web.shape import day_views, local, post_view, zone_of
from kezek.web.staff.asked_view import asked_rows, refusal_reasons
from kezek.web.staff.deed import field_errors, said
from kezek.web.staff.shown import choices, posts_with_lines
from kezek.web.staff.told import entries, who
from kezek.web.stop import RefusedStop, Step, Stop
from kezek.web.visit import PageRequest, Visit, visit
from kezek.web.working import ask

Change = SetCapacity | CloseDay | OpenDay
_FIELDS = frozenset({"capacity", "reason"})

_SOURCES: Mapping[str, str] = {
    "board": t(
        "Capacity comes from the published board: the largest number ever seen there. What is taken"
        " without a booking of ours is known from the same board."
    ),
    "ours": t("No capacity is published for this post; the number is ours."),
}
# Where a day's number comes from, and how a published closure is worded.
_BASES: Mapping[str, str] = {
    "board": t("from the published board"),
    "assumed": t("assumed: the board does not reach so far, its last open day is repeated"),
    "ours": t("ours: no number is published"),
    "agency": t("set by the agency"),
}
_DAY_OFF = t("closed on the published board")
_KEPT = t("The latest confirmed lose their time first; trucks that are here keep theirs.")
_NUMBER = t("Write a whole number from 0 to %(most)s, or close the day.")
_MORE_NOW = t(
    "Meanwhile more bookings would be touched than you were shown. Look at the effect again."
)
_OWN = t("To the posts of your authority")


class DayCell(NamedTuple):
    """A day of the capacity calendar."""

    date: date
    places: int
    share: float
    status: str
    taken: int
    capacity: int
    reserve: int
    basis: str


class HourCell(NamedTuple):
    start: datetime
    capacity: int
    taken: int
    status: str


class Closure(NamedTuple):
    start: datetime
    end: datetime
    whole_day: bool
    reason: str
    moved: int
    decided_at: datetime | None
    decided_by: str
    url: str


class Version(NamedTuple):
    code: str
    version: str


@dataclass(frozen=True, slots=True)
class EffectLine:
    count: int
    kind: str


def agency_at(request: PageRequest, checkpoint: str) -> tuple[Person, Post, Regulation]:
    """The person, and the post whose line this person's agency governs."""
    here = visit(request)
    person = signed_in(request, Role.AGENCY)
    at_post = here.house.network.post(checkpoint)
    if at_post is None:
        raise RefusedStop(Refused(Reason.CHECKPOINT_UNKNOWN, {"checkpoint": checkpoint}))
    if at_post.line is None or at_post.regulation is None:
        raise RefusedStop(Refused(Reason.LINE_UNKNOWN, {"line": exit_id(checkpoint)}))
    if not person.actor.may((Role.AGENCY,), at_post.line.authority, checkpoint):
        raise Stop("not_allowed", steps=(Step(here.words.gettext(_OWN), "/agency"),))
    return person, at_post, at_post.regulation


@get("/agency", sync_to_thread=False)
def choose_agency(request: PageRequest) -> Response[bytes]:
    """The posts of the authority; one alone opens at once."""
    here, person = visit(request), signed_in(request, Role.AGENCY)
    posts = governed(posts_with_lines(here), person.actor)
    wanted = request.query_params.get("checkpoint", "")
    if wanted in {p.checkpoint.id for p in posts}:
        return redirect(request, f"/agency/{wanted}")
    if len(posts) == 1:
        return redirect(request, f"/agency/{posts[0].checkpoint.id}")
    rows = []
    for at_post in posts:
        days = calendar(here.house.store.reader, at_post, here.now)
        today = days[0] if days else None
        rows.append(
            {
                "url": f"/agency/{at_post.checkpoint.id}",
                "post": post_view(at_post, here.lang, here.now),
                "taken": today.taken if today else 0,
                "capacity": today.capacity if today else 0,
                "open": today is not None and today.open,
                "days": day_views(here.house.availability.of(at_post, here.now)),
                "changed": sum(d.basis == "agency" for d in days),
                "asked": len(asked_of(here.house.store.reader, at_post, here.now)),
            }
        )
    return page(request, "pages/choose_post.html", kind="agency", rows=rows)


class Calendar:
    """What both pages of a post show."""

    def __init__(self, here: Visit, person: Person, at_post: Post, rules: Regulation) -> None:
        assert at_post.line is not None, "checked at the door"
        self.here, self.person, self.post, self.rules = here, person, at_post, rules
        self.line, self.zone = at_post.line, zone_of(at_post)
        self.reader = here.house.store.reader
        self.days = calendar(self.reader, at_post, here.now)

    def frame(self) -> dict[str, Any]:
        posts = governed(posts_with_lines(self.here), self.person.actor)
        return {
            "post": post_view(self.post, self.here.lang, self.here.now),
            "posts": choices(self.here, posts),
            "regulation": Version(self.rules.id, self.rules.effective_on),
            "days": [self.cell(day) for day in self.days],
        }

    def cell(self, day: TakenDay) -> DayCell:
        status = "closed" if not day.open else "open" if day.left else "full"
        return DayCell(
            date=day.on,
            places=day.left,
            share=day.left / day.capacity if day.capacity else 0.0,
            status=status,
            taken=day.taken,
            capacity=day.capacity,
            reserve=day.kept_left,
            basis=self.here.words.gettext(_BASES[day.basis]) if day.basis in _BASES else day.basis,
        )

    def closures(self, days: Sequence[TakenDay]) -> list[Closure]:
        found = closures(self.reader, self.line.id, days)
        decided = {c.decision.actor for c in found if c.decision}
        ids = {int(a.removeprefix("account:")) for a in decided if a.startswith("account:")}
        known = names_of(self.reader, ids)
        shown = []
        for closed in found:
            first, past = (
                local(day_start(on, self.zone), self.zone)
                for on in (closed.on, closed.on + timedelta(days=1))
            )
            event = closed.decision
            shown.append(
                Closure(
                    start=first,
                    end=past,
                    whole_day=True,
                    reason=self.reason(closed.reason),
                    moved=closed.displaced,
                    decided_at=local(event.at, self.zone) if event else None,
                    decided_by=who(self.here.words, event.actor, known) if event else "",
                    url=f"/agency/{self.post.checkpoint.id}/{closed.on.isoformat()}",
                )
            )
        return shown

    def reason(self, text: str) -> str:
        return self.here.words.gettext(_DAY_OFF) if text == "day_off" else text

    def hours(self, on: date) -> list[HourCell]:
        slots = hours(self.reader, self.post, on)
        return [
            HourCell(
                local(slot.start, self.zone),
                slot.capacity,
                slot.taken + slot.protected,
                "past" if slot.start + self.rules.window <= self.here.now else "open",
            )
            for slot in slots
        ]


@get("/agency/{checkpoint:str}", sync_to_thread=False)
def agency_page(request: PageRequest, checkpoint: FromPath[str]) -> Response[bytes]:
    """The line's days, what is closed, what was decided lately."""
    here = visit(request)
    view = Calendar(here, *agency_at(request, checkpoint))
    lately = decided_lately(view.reader, view.line.id, here.now)
    source = here.words.gettext(_SOURCES["board" if view.line.basis == "board" else "ours"])
    return page(
        request,
        "pages/agency_calendar.html",
        pending=asked_rows(here, view.post, view.person.actor),
        refusal_reasons=refusal_reasons(here.lang),
        key=here.new_key(),
        zone=view.zone,
        **{
            **view.frame(),
            "closures": view.closures(view.days),
            "source": source,
            "entries": entries(here, lately, posts=False),
            "older": f"/log?checkpoint={checkpoint}",
        },
    )


@get("/agency/{checkpoint:str}/{on:str}", sync_to_thread=False)
def agency_day(
    request: PageRequest, checkpoint: FromPath[str], on: FromPath[str]
) -> Response[bytes]:
    """One day with its hours, and the form that changes it."""
    here = visit(request)
    view = Calendar(here, *agency_at(request, checkpoint))
    return _show_day(request, view, _day(view, on))


def _day(view: Calendar, text: str) -> TakenDay:
    on = date_of(text)
    found = next((day for day in view.days if day.on == on), None)
    if found is None:
        raise Stop("not_found", steps=(Step(view.here.words.gettext(_OWN), "/agency"),))
    return found


def _show_day(
    request: PageRequest,
    view: Calendar,
    day: TakenDay,
    *,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    effect: Effect | None = None,
) -> Response[bytes]:
    here = visit(request)
    suggested = next((d.capacity for d in view.days if d.open), day.capacity)
    return page(
        request,
        "pages/agency_day.html",
        http_status=422 if errors else 200,
        zone=view.zone,
        **{
            **view.frame(),
            "day": view.cell(day),
            "closures": view.closures([day]),
            "slots": view.hours(day.on),
            "booked": day.booked,
            "known": day.known,
            "values": values or {"capacity": str(day.capacity if day.open else suggested)},
            "errors": errors or {},
            "effect": effect,
            "effects": _effects(effect) if effect else [],
            "kept": here.words.gettext(_KEPT),
            "key": here.new_key(),
        },
    )


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


@post("/agency/{checkpoint:str}/{on:str}")
async def change_day(
    request: PageRequest, checkpoint: FromPath[str], on: FromPath[str]
) -> Response[bytes]:
    """First the effect, decided by the rules without committing; then, on a second press, the deed."""
    here = visit(request)
    view = Calendar(here, *agency_at(request, checkpoint))
    day = _day(view, on)
    form = here.form
    values = {
        "capacity": form.text("capacity", 10),
        "close": "yes" if form.ticked("close") else "",
        "reason": form.text("reason", 200),
    }
    change = _change(view, day, values)
    if change is None:
        wrong = here.words.say(_NUMBER, most=number(CAPACITY_MAX, here.lang))
        return _show_day(request, view, day, values=values, errors={"capacity": wrong})
    told = effect_of(view.reader, change, here.house.rules, here.house.clock.now())
    if form.text("step", 20) != "apply":
        if isinstance(told, Refused):
            errors = field_errors(here, told, view.zone, _FIELDS)
            return _show_day(request, view, day, values=values, errors=errors)
        return _show_day(request, view, day, values=values, effect=told)
    # More harm than was shown needs another look; less does not, and a press repeated finds none.
    shown = form.number("shown") or 0
    if isinstance(told, Effect) and told.displaced > shown:
        errors = {"": here.words.gettext(_MORE_NOW)}
        return _show_day(request, view, day, values=values, errors=errors, effect=told)
    answer = await ask(here, change)
    if isinstance(answer, Refused):
        errors = field_errors(here, answer, view.zone, _FIELDS)
        return _show_day(request, view, day, values=values, errors=errors)
    return said(
        request, here, f"/agency/{checkpoint}", "done", _decided(here, change, answer.outcome)
    )


def _change(view: Calendar, day: TakenDay, values: Mapping[str, str]) -> Change | None:
    """The command of the form; None when the number is none."""
    key, actor, line = view.here.form.key, view.person.actor, view.line.id
    on, reason = day.on.isoformat(), values["reason"]
    # A step repeated after its day has closed or opened is the same step, so the form says which it is.
    deed = view.here.form.text("deed", 20) or ("open" if not day.open else "set")
    if deed != "open" and values["close"]:
        return CloseDay(key, actor, line, on, reason)
    wanted = view.here.form.number("capacity")
    if wanted is None:
        return None
    kind = OpenDay if deed == "open" else SetCapacity
    return kind(key, actor, line, on, wanted, reason)


def _decided(here: Visit, change: Change, outcome: Mapping[str, object]) -> str:
    say, lost = here.words, outcome["displaced"]
    assert isinstance(lost, int), "the calendar counts whom it displaced"
    on = day_text(date.fromisoformat(change.on), "long", here.lang)
    lines = {
        CloseDay: t("%(day)s is closed."),
        OpenDay: t("%(day)s is open again, with %(capacity)s places."),
        SetCapacity: t("%(day)s has %(capacity)s places now."),
    }
    told = say.say(lines[type(change)], day=on, capacity=outcome["capacity"])
    moved = say.count(
        "%(num)s booking lost its time and moves free of charge.",
        "%(num)s bookings lost their time and move free of charge.",
        lost,
    )
    return f"{told} {moved}"


HANDLERS = (choose_agency, agency_page, agency_day, change_day)
