"""The agency's calendar: capacity raised and lowered, days closed and opened."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from kezek.api.decision import LINE, done, open_line, told
from kezek.api.form import Day, ReasonText
from kezek.api.operation import Call, Operation, Reply
from kezek.api.problem import Raised, Wrong, no, wrong
from kezek.app.house import House
from kezek.domain.calendar.capacity import CAPACITY_MAX, CloseDay, OpenDay, SetCapacity
from kezek.domain.kernel.instant import date_of
from kezek.domain.kernel.refusal import Reason


class DayForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a day should be: `closed` true closes it; `closed` false opens it with `capacity`;
    `capacity` alone changes an open day.  `reason` is shown to everybody and must not name anybody.
    """

    reason: ReasonText
    capacity: Annotated[int, Meta(ge=0, le=CAPACITY_MAX)] | None = None
    closed: bool | None = None


class DayChanged(msgspec.Struct, frozen=True):
    """The day as it is now.  `asked` was the capacity wanted; trucks that are here keep their places.
    `displaced` counts bookings that lost theirs and may move free of charge.
    """

    checkpoint: str
    day: Day
    capacity: int
    asked: int
    displaced: int
    reason: str


class Calendars:
    def __init__(self, house: House) -> None:
        self._house = house

    async def change(self, call: Call) -> Reply:
        form, on = call.read(DayForm), _day(call.path["day"])
        checkpoint = call.path["checkpoint"]
        line = open_line(self._house, checkpoint).id
        command: CloseDay | OpenDay | SetCapacity
        if form.closed:
            if form.capacity:
                raise _capacity()
            command = CloseDay(call.key, call.actor, line, on, form.reason)
        elif form.capacity is None:
            raise _capacity()
        elif form.closed is None:
            command = SetCapacity(call.key, call.actor, line, on, form.capacity, form.reason)
        else:
            command = OpenDay(call.key, call.actor, line, on, form.capacity, form.reason)
        decided = await done(self._house, command)
        said = decided.outcome
        changed = DayChanged(
            checkpoint=checkpoint,
            day=said["day"],
            capacity=said["capacity"],
            asked=said["asked"],
            displaced=said["displaced"],
            reason=said["why"],
        )
        return told(changed, decided)


def _capacity() -> Raised:
    """An open day needs a capacity, and a closed one has none."""
    return no(Reason.CAPACITY_IMPOSSIBLE, field="capacity", most=CAPACITY_MAX)


def _day(text: str) -> str:
    """An ISO date, written in full."""
    if date_of(text) is None:
        raise wrong(Wrong.WRONG_TYPE, field="day", wrong="Expected a date such as 2026-06-14")
    return text


OPERATIONS = (
    Operation(
        method="PUT",
        path="/checkpoints/{checkpoint}/days/{day}",
        name="change_day",
        noun="calendar",
        summary="Change the capacity of a day, close it or open it",
        description="Needs an agency's key. Lowering never overbooks and never deletes: the surplus is "
        "displaced, the latest confirmed first, with a free move.",
        run=Calendars.change,
        body=DayForm,
        answer=DayChanged,
        refusals=(
            *LINE,
            Reason.CAPACITY_IMPOSSIBLE,
            Reason.REASON_MISSING,
            Reason.WINDOW_UNKNOWN,
            Reason.WINDOW_PAST,
            Reason.DAY_CLOSED,
        ),
        example={"capacity": 240, "reason": "Second lane open"},
        answer_example={
            "checkpoint": "kz_syrym",
            "day": "2026-06-20",
            "capacity": 240,
            "asked": 240,
            "displaced": 0,
            "reason": "Second lane open",
        },
    ),
)
