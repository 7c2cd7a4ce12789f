"""Unmet demand: which posts are booked up, and how many trucks a day would come by our estimate."""

from __future__ import annotations

from datetime import date, timedelta

from kezek.app.calendar.agency import calendar
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.port import Reader
from kezek.domain.kernel.instant import Instant, local_day
from kezek.domain.kernel.value import value
from kezek.planning.scenario.world.calibration import FULL_DAYS


@value(frozen=True, slots=True)
class FullPost:
    """A post without an ordinary place for a week and longer.

    `free_on` is the first day with one, or the day after the last that can be booked; `days` open days
    from tomorrow until then are full, with `places` each on average, of a horizon of `horizon` days.
    """

    checkpoint: str
    free_on: date
    days: int
    places: int
    horizon: int

    @property
    def coming(self) -> int:
        """Trucks that would come a day: the places of a day, and the full days spread over the horizon.

        It is an estimate, because no board publishes it.  Nobody can hold a booking for longer than the
        horizon, so the days that are full now were booked within it, besides the trucks that crossed.
        Trucks that left without a place are not counted, so it is a lower bound if the days filled up
        within one horizon.
        """
        return self.places + -(-self.places * self.days // self.horizon)

    def booked_days(self, begins: date) -> int:
        """How many days from `begins` on are full."""
        return max(0, (self.free_on - begins).days)


def full_of(reader: Reader, served: ServedLine, now: Instant) -> FullPost | None:
    """How long a post is booked up; None where there is an ordinary place within a week."""
    today = local_day(now, served.line.zone)
    coming = [day for day in calendar(reader, served, now) if day.on > today]
    free = next((at for at, day in enumerate(coming) if day.open and day.left), len(coming))
    booked = [day for day in coming[:free] if day.open]
    if len(booked) < FULL_DAYS:
        return None
    free_on = coming[free].on if free < len(coming) else coming[-1].on + timedelta(days=1)
    return FullPost(
        checkpoint=served.checkpoint.id,
        free_on=free_on,
        days=len(booked),
        places=sum(day.capacity for day in booked) // len(booked),
        horizon=served.at(now).horizon_days,
    )
