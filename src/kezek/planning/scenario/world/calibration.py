"""Capacity and demand of the shipped network's posts, from a load board and a table of posts.

The board shows places *left*.  Capacity is the largest sum of places seen on a day.  Demand is the
larger of two estimates: the places of tomorrow that are taken, and the share of the rest of today that
is taken (our assumption: hours near their end are booked almost as far as they will be).  Where a post
is full for a week or longer, demand is at least capacity; a board does not show how much more.  Numbers
that no board states are ours, and each number carries its basis.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from kezek.domain.checkpoint.board_day import BoardDay, days_of_board
from kezek.domain.kernel.value import value

FULL_DAYS = 7  # a week without an ordinary place is not by chance

# Ours, all of them: no source states a service time, a share of no-shows or of inspections.
LOAD_AT_CAPACITY = 0.85  # the load of the customs lanes on a full day
DOCUMENTS_LOAD = 0.70
TRUCKS_PER_LANE = 100  # a day, where no lanes are stated
MINUTES_MAX = 30.0  # a truck: with more, the stated lanes serve other traffic too
INSPECTION_PERCENT, INSPECTION_MINUTES = 3.0, 60.0

_BOARD = "board of 13 June 2026"
_LANES_OURS = "ours: a lane for 100 trucks a day"


@value(frozen=True, slots=True)
class BoardReading:
    """Capacity and demand of one post as read from the board, in trucks a day.

    `demand` is the larger of what `tomorrow` and the rest of `today` show; `full_days` counts days from
    tomorrow on without an ordinary place, until the first that has one; closed days do not count.
    """

    checkpoint: str
    capacity: int
    demand: float
    today: float
    tomorrow: float
    full_days: int

    @property
    def at_least(self) -> bool:
        """Whether demand is only known to be at least capacity."""
        return self.full_days >= FULL_DAYS


def read_post(days: Sequence[BoardDay], *, seen_on: date, seen_hour: int) -> BoardReading | None:
    """One post's capacity and demand; None when the board shows no place on any day."""
    places = days_of_board(days, seen_on=seen_on, seen_hour=seen_hour)
    if places is None:
        return None
    capacity = max(day.capacity for day in places)
    today = 0.0
    if days[0].on == seen_on and days[0].open:
        left = sum(places[0].places[seen_hour:])
        today = capacity * (1 - days[0].free / left) if left else float(capacity)
    coming = [day for day in days if day.open and day.on > seen_on]
    tomorrow = float(capacity - coming[0].free) if coming else 0.0
    full = next((at for at, day in enumerate(coming) if day.free_ordinary), len(coming))
    demand = float(capacity) if full >= FULL_DAYS else max(today, tomorrow)
    return BoardReading(days[0].checkpoint, capacity, round(demand, 1), today, tomorrow, full)


def lanes_of(stated: str | None, capacity: int) -> tuple[int, bool]:
    """Lanes for trucks, and whether a source states them."""
    found = re.match(r"\d+", stated or "")
    if found:
        lanes = int(found[0])
        if lanes and minutes_of(lanes, capacity, LOAD_AT_CAPACITY) <= MINUTES_MAX:
            return lanes, True
    return max(1, -(-capacity // TRUCKS_PER_LANE)), False


def minutes_of(lanes: int, capacity: int, load: float) -> float:
    """The service time in minutes at which `capacity` trucks a day give the lanes this load (0..1)."""
    return load * lanes * 24 * 60 / capacity


def entry(
    read: BoardReading, stated_lanes: str | None, *, basis: str = "", demand: str = ""
) -> dict[str, object]:
    """A post's entry in the scenario, each number with its basis.

    `basis` and `demand` are the sources of the numbers of a post without a board.
    """
    lanes, stated = lanes_of(stated_lanes, read.capacity)
    customs = minutes_of(lanes, read.capacity, LOAD_AT_CAPACITY) - (
        INSPECTION_PERCENT / 100 * INSPECTION_MINUTES
    )
    return {
        "id": read.checkpoint,
        "capacity_per_day": read.capacity,
        "demand": {"per_day": read.demand},
        "stage": [
            {
                "name": "documents",
                "lanes": lanes,
                "minutes": round(minutes_of(lanes, read.capacity, DOCUMENTS_LOAD), 2),
            },
            {
                "name": "customs",
                "lanes": lanes,
                "minutes": round(max(1.0, customs), 2),
                "inspection_percent": INSPECTION_PERCENT,
                "inspection_minutes": INSPECTION_MINUTES,
            },
        ],
        "basis": {
            "capacity_per_day": basis or f"{_BOARD}: the most places of a day, a lower bound",
            "demand.per_day": demand or f"{_BOARD}: {_demand_basis(read)}",
            "stage.lanes": "stated in crossings.csv" if stated else _LANES_OURS,
            "stage.minutes": "ours: a full day loads documents to 70 % and customs to 85 %",
            "stage.inspection": "ours: three in a hundred, an hour each",
        },
    }


def _demand_basis(read: BoardReading) -> str:
    if read.at_least:
        return (
            f"lower bound: {read.full_days} days ahead without an ordinary place, "
            "so at least capacity"
        )
    return (
        f"{read.tomorrow:.0f} of tomorrow's places are taken, and the rest of today as if "
        f"{max(0.0, read.today):.0f} of a whole day: the larger one, a lower bound"
    )
