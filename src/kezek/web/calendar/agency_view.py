"""What both agency pages of a post show: its days, its hours, its closures, and who may look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from kezek.app.account.access import Person
from kezek.app.account.event_view import event_actor
from kezek.app.account.roster import account_of, names_of
from kezek.app.calendar.agency import AgencyDay, calendar, closures, governed, hours
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.checkpoint.right import may_govern
from kezek.domain.account.actor import Role
from kezek.domain.kernel.instant import Instant, day_start
from kezek.domain.kernel.refusal import Refused
from kezek.domain.regulation.regulation import Regulation
from kezek.i18n import names
from kezek.i18n.mark import translatable as t
from kezek.i18n.say.event import who
from kezek.web.booking.shown import PostChoice, choices, lines_by_name
from kezek.web.frame.format import PostView, local, post_view, zone_of
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import NextStep, PageError, RefusedStop
from kezek.web.frame.session import signed_in
from kezek.web.regulation.regulation import regulation_name

# Where a day's number comes from.
_BASES: Mapping[str, str] = {
    "board": t("from the published board"),
    "assumed": t("assumed: the board ends earlier, so its last open day is repeated"),
    "ours": t("assumed by Kezek: no number is published"),
    "agency": t("set by the agency"),
}
OWN_POSTS = t("To the checkpoints of your authority")


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


class ShownClosure(NamedTuple):
    start: datetime
    end: datetime
    whole_day: bool
    reason: str
    moved: int
    decided_at: datetime | None
    decided_by: str
    url: str


class FormVersion(NamedTuple):
    code: str
    name: str
    version: str


def agency_at(request: PageRequest, checkpoint: str) -> tuple[Person, ServedLine, Regulation]:
    """The person, and the post whose line this person's agency governs."""
    here = visit(request)
    person = signed_in(request, Role.AGENCY)
    at_post = here.application.network.served_at(checkpoint)
    if isinstance(at_post, Refused):
        raise RefusedStop(at_post)
    if not may_govern(person.actor, at_post.line):
        raise PageError("not_allowed", steps=(NextStep(here.words.gettext(OWN_POSTS), "/agency"),))
    return person, at_post, at_post.at(here.now)


class CalendarView:
    """What both pages of a post show."""

    def __init__(
        self, here: PageContext, person: Person, at_post: ServedLine, rules: Regulation
    ) -> None:
        self.here, self.person, self.post, self.rules = here, person, at_post, rules
        self.line, self.zone = at_post.line, zone_of(at_post)
        self.reader = here.application.store.reader
        self.days = calendar(self.reader, at_post, here.now)

    def shown_post(self) -> PostView:
        return post_view(self.post, self.here.lang, self.here.now)

    def choices(self) -> list[PostChoice]:
        """The posts of the same agency."""
        return choices(self.here, governed(lines_by_name(self.here), self.person.actor))

    def version(self) -> FormVersion:
        """The rules in force."""
        name = regulation_name(self.rules, self.here)
        return FormVersion(self.rules.id, name, self.rules.effective_on)

    def cells(self) -> list[DayCell]:
        return [self.cell(day) for day in self.days]

    def cell(self, day: AgencyDay) -> DayCell:
        return DayCell(
            date=day.on,
            places=day.left,
            share=day.left / day.capacity if day.capacity else 0.0,
            status=day.state,
            taken=day.taken,
            capacity=day.capacity,
            reserve=day.kept_left,
            basis=self.here.words.gettext(_BASES[day.basis]) if day.basis in _BASES else day.basis,
        )

    def closures(self, days: Sequence[AgencyDay]) -> list[ShownClosure]:
        found = closures(self.reader, self.line.id, days)
        decided = {c.decision.actor for c in found if c.decision}
        ids = {account_of(actor) for actor in decided} - {0}
        known = names_of(self.reader, ids)
        shown = []
        for closed in found:
            first, past = (
                local(day_start(on, self.zone), self.zone)
                for on in (closed.on, closed.on + timedelta(days=1))
            )
            event = closed.decision
            shown.append(
                ShownClosure(
                    start=first,
                    end=past,
                    whole_day=True,
                    reason=names.reason(closed.reason, self.here.lang),
                    moved=closed.displaced,
                    decided_at=local(event.at, self.zone) if event else None,
                    decided_by=who(event_actor(event.actor, known), self.here.words)
                    if event
                    else "",
                    url=f"/agency/{self.post.place}/{closed.on.isoformat()}",
                )
            )
        return shown

    def hours(self, on: date) -> list[HourCell]:
        slots, now = hours(self.reader, self.post, on), self.here.now

        def past(start: Instant) -> bool:
            return self.post.window_end(start, now) <= now

        return [
            HourCell(
                local(slot.start, self.zone),
                slot.capacity,
                slot.taken + slot.protected,
                "past" if past(slot.start) else "open",
            )
            for slot in slots
        ]
