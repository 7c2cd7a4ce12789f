"""The agency's calendar: capacity raised and lowered, days closed and opened."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from kezek.api.booking.decision import LINE, decided_reply, done, open_line
from kezek.api.frame.form import Day, Moment, ReasonText, utc, utc_or_none
from kezek.api.frame.operation import ApiRequest, Operation, Reply, answer
from kezek.api.frame.problem import Raised, Wrong, no, refused, wrong
from kezek.app.application import Application
from kezek.app.calendar.affected import Affected, HourLoss, have_moved
from kezek.app.calendar.agency import effect_of, look
from kezek.app.checkpoint.right import may_govern
from kezek.domain.calendar.capacity import CAPACITY_MAX, CloseDay, OpenDay, SetCapacity
from kezek.domain.kernel.instant import date_of, day_start
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.slot.slot import Day as DayRow


class DayRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a day should be: `closed` true closes it; `closed` false opens it with `capacity`;
    `capacity` alone changes an open day.  `reason` is shown to everybody and must not name anybody.
    """

    reason: ReasonText
    capacity: Annotated[int, Meta(ge=0, le=CAPACITY_MAX)] | None = None
    closed: bool | None = None


class DayChangeResponse(msgspec.Struct, frozen=True):
    """The day as it is now.  `asked` was the capacity wanted; trucks that are here keep their places.
    `displaced` counts bookings that lost theirs and may move free of charge.
    """

    checkpoint: str
    day: Day
    capacity: int
    asked: int
    displaced: int
    reason: str


class AffectedQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A change that is looked at: `capacity` of the day, or `closed`; neither asks who has moved."""

    capacity: Annotated[int, Meta(ge=0, le=CAPACITY_MAX)] | None = None
    closed: bool = False


class AffectedBookingResponse(msgspec.Struct, frozen=True):
    """A booking that loses, or has lost, the window `start`.  `carrier` is empty for a driver who
    booked alone.  `choice` is `open`, `chosen` with the window `new_start`, or `ended`.
    """

    number: int
    code: str
    start: Moment
    vehicle_class: str = msgspec.field(name="class")
    carrier: str
    choice: str
    new_start: Moment | None


class AffectedHourResponse(msgspec.Struct, frozen=True):
    """A window that ends with fewer places, and the bookings that leave it."""

    start: Moment
    before: int
    after: int
    displaced: int


class AffectedResponse(msgspec.Struct, frozen=True):
    """Whom a change of the day moves.  `hours` are told of a change that is looked at."""

    checkpoint: str
    day: Day
    bookings: list[AffectedBookingResponse]
    hours: list[AffectedHourResponse]


class Calendars:
    def __init__(self, application: Application) -> None:
        self._application = application

    async def change(self, request: ApiRequest) -> Reply:
        form, on = request.read(DayRequest), _day(request.path["day"])
        served = open_line(self._application, request.path["checkpoint"])
        checkpoint, line = served.checkpoint, served.id
        command: CloseDay | OpenDay | SetCapacity
        if form.closed:
            if form.capacity is not None:
                raise _capacity()
            command = CloseDay(request.key, request.actor, line, on, form.reason)
        elif form.capacity is None:
            raise _capacity()
        elif form.closed is None:
            command = SetCapacity(request.key, request.actor, line, on, form.capacity, form.reason)
        else:
            command = OpenDay(request.key, request.actor, line, on, form.capacity, form.reason)
        decided = await done(self._application, command)
        said = decided.outcome
        changed = DayChangeResponse(
            checkpoint=checkpoint,
            day=said["day"],
            capacity=said["capacity"],
            asked=said["asked"],
            displaced=said["displaced"],
            reason=said["why"],
        )
        return decided_reply(changed, decided)

    async def affected(self, request: ApiRequest) -> Reply:
        asked, on, application = (
            request.read_query(AffectedQuery),
            _day(request.path["day"]),
            self._application,
        )
        line = open_line(application, request.path["checkpoint"])
        if not may_govern(request.actor, line):
            raise no(Reason.NOT_ALLOWED, line=line.id)
        if asked.closed and asked.capacity is not None:
            raise _capacity()
        reader = application.store.reader
        hours: tuple[HourLoss, ...] = ()
        if asked.closed or asked.capacity is not None:
            change = look(
                reader, request.actor, line.id, on, None if asked.closed else asked.capacity
            )
            told = effect_of(reader, change, application.rules, application.clock.now())
            if isinstance(told, Refused):
                raise Raised(refused(told))
            rows, hours = told.affected, told.hours
        elif reader.get(DayRow, (line.id, on)) is None:
            raise no(Reason.WINDOW_UNKNOWN, day=on)
        else:
            first = date.fromisoformat(on)
            starts = (day_start(at, line.zone) for at in (first, first + timedelta(days=1)))
            rows = have_moved(reader, line.id, *starts)
        return answer(
            AffectedResponse(
                checkpoint=line.checkpoint,
                day=on,
                bookings=[_affected_booking(one) for one in rows],
                hours=[
                    AffectedHourResponse(utc(hour.start), hour.before, hour.after, hour.displaced)
                    for hour in hours
                ],
            )
        )


def _affected_booking(one: Affected) -> AffectedBookingResponse:
    return AffectedBookingResponse(
        number=one.number,
        code=one.code,
        start=utc(one.start),
        vehicle_class=one.vehicle_class,
        carrier=one.carrier,
        choice=one.choice,
        new_start=utc_or_none(one.chosen),
    )


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
        description="Needs an agency's key. Lowering never overbooks and never deletes: "
        "the surplus is displaced, the latest confirmed first, with a free move.",
        run=Calendars.change,
        body=DayRequest,
        answer=DayChangeResponse,
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
    Operation(
        method="GET",
        path="/checkpoints/{checkpoint}/days/{day}/affected",
        name="read_affected",
        noun="calendar",
        summary="Whom a change of a day moves",
        description="Needs an agency's key and changes nothing. With `capacity` or `closed`: the "
        "bookings that such a change would displace, and the hours that would lose places. Without "
        "either: the bookings that have lost a time on this day, and what they have chosen since.",
        run=Calendars.affected,
        query=AffectedQuery,
        answer=AffectedResponse,
        refusals=(
            *LINE,
            Reason.CAPACITY_IMPOSSIBLE,
            Reason.WINDOW_UNKNOWN,
            Reason.WINDOW_PAST,
        ),
        answer_example={
            "checkpoint": "kz_syrym",
            "day": "2026-06-20",
            "bookings": [
                {
                    "number": 184203,
                    "code": "K7PM",
                    "start": "2026-06-20T13:00:00Z",
                    "class": "in_turn",
                    "carrier": "Example Trans",
                    "choice": "open",
                    "new_start": None,
                }
            ],
            "hours": [{"start": "2026-06-20T13:00:00Z", "before": 10, "after": 4, "displaced": 1}],
        },
    ),
)
