"""The public board: the network on one sheet, and one post with its line.  Masked plates only."""

from __future__ import annotations

import msgspec

from kezek.api.checkpoint.checkpoint import known_row
from kezek.api.frame.form import Day, Moment, utc_or_none
from kezek.api.frame.operation import ApiRequest, Operation, Reply
from kezek.api.frame.response_cache import ResponseCache
from kezek.app.application import Application
from kezek.app.turn.board import PostRow
from kezek.app.turn.queue import CalledTruck, PublicTruck, WaitingTruck
from kezek.domain.kernel.instant import MINUTE, exact_utc
from kezek.domain.kernel.refusal import Reason

_KEPT_MAX = 2_000  # more than there are posts


class PostResponse(msgspec.Struct, frozen=True):
    """A line on the board, or a checkpoint at which none runs: `line` is null.

    `state` is open, full (no ordinary place within seven days), closed (today) or no_line; `state_today`
    is full too where only today has none, as the board's page shows it.  Counts are null where no line
    runs.  `days` are ordinary places left, from `first_day` on; null is a closed day.
    `pace` is crossings an hour over three hours, null when nothing has crossed.  `waiting_due` counts
    those of `waiting` whose booked hour has begun or who wait for none; the others came early for a
    later hour.  `awaiting_approval` counts calls out of turn, of whatever day, that still lack their
    second approval; `set_aside_today` trucks whose place in the line two people took, with a cause;
    `refused_today` calls out of turn to which a second person said no; `releases_today` bookings that
    ended on sight of the papers.
    """

    checkpoint: str
    line: str | None
    direction: str | None
    state: str
    state_today: str
    waiting: int | None
    waiting_due: int | None
    called: int | None
    admitted: int | None
    crossed_today: int | None
    pace: float | None
    exceptions_today: int | None
    awaiting_approval: int | None
    releases_today: int | None
    set_aside_today: int | None
    refused_today: int | None
    next_free: Day | None
    first_day: Day | None
    days: list[int | None]


class BoardResponse(msgspec.Struct, frozen=True):
    """Every line, and every checkpoint without one, in the order of the checkpoints' ids.  `position` is
    the log's end.
    """

    as_of: Moment
    position: int
    simulated: bool
    items: list[PostResponse]


class TruckResponse(msgspec.Struct, frozen=True):
    """A truck as the public sees it: country, the plate's last three, the ticket's code."""

    code: str
    country: str
    tail: str
    vehicle_class: str = msgspec.field(name="class")
    simulated: bool = False


class WaitingResponse(msgspec.Struct, frozen=True):
    """A waiting truck at its place.  `window` is null for a walk-in; `behind` says that it lost the
    place of its window; `open` that its window has begun.
    """

    place: int
    truck: TruckResponse
    window: Moment | None
    open: bool
    behind: bool
    arrived_at: Moment


class GateResponse(msgspec.Struct, frozen=True):
    """A called or admitted truck.  `exception` is empty, awaiting, approved or refused."""

    truck: TruckResponse
    since: Moment
    until: Moment | None
    exception: str


class PostBoardResponse(msgspec.Struct, frozen=True):
    """One line: its row on the board and who stands in it."""

    as_of: Moment
    position: int
    post: PostResponse
    waiting: list[WaitingResponse]
    called: list[GateResponse]
    admitted: list[GateResponse]


class BoardCache:
    """The network and each checkpoint, kept as bytes until something is heard or the minute turns."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._kept: ResponseCache[str] = ResponseCache(_KEPT_MAX)

    async def network(self, request: ApiRequest) -> Reply:
        application, now = self._application, self._application.now()
        newest = application.queues.newest(application.network.served().values(), now)
        state = (application.watch.version(), now // MINUTE, newest)
        return self._kept.reply(request, "", state, lambda: network_board(self._application))

    async def post(self, request: ApiRequest) -> Reply:
        application = self._application
        row = known_row(application, request.path["checkpoint"])
        # A post without a line hears of nothing; only the minute makes its board anew.
        version = application.watch.version(row.queue.line) if row.queue else 0
        newest = row.queue.as_of if row.queue else 0
        state = (version, application.now() // MINUTE, newest)
        return self._kept.reply(
            request, row.place, state, lambda: post_board(application, row.place)
        )


def network_board(application: Application) -> BoardResponse:
    """The whole network now."""
    position, now = application.watch.position, application.now()
    items = [post_response(row) for row in application.boards.rows(now)]
    return BoardResponse(exact_utc(now), position, application.demo is not None, items)


def post_board(application: Application, place: str) -> PostBoardResponse:
    """One line now; `checkpoint_unknown` is raised where nothing is called so."""
    position, now = application.watch.position, application.now()
    row = known_row(application, place)
    queue = row.queue
    return PostBoardResponse(
        as_of=exact_utc(queue.as_of if queue else now),
        position=position,
        post=post_response(row),
        waiting=[_waiting(entry) for entry in queue.waiting] if queue else [],
        called=[_at_gate(one) for one in queue.called] if queue else [],
        admitted=[_at_gate(one) for one in queue.admitted] if queue else [],
    )


def post_response(row: PostRow) -> PostResponse:
    """A row of the board."""
    queue, free, days = row.queue, row.next_free, row.places.days if row.places else ()
    return PostResponse(
        checkpoint=row.checkpoint.id,
        line=row.served.line.id if row.served else None,
        direction=row.served.line.direction if row.served else None,
        state=row.state,
        state_today=row.state_today,
        waiting=row.waiting,
        waiting_due=row.waiting_due,
        called=len(queue.called) if queue else None,
        admitted=len(queue.admitted) if queue else None,
        crossed_today=queue.crossed_today if queue else None,
        pace=round(queue.pace.per_hour, 1) if queue and queue.pace else None,
        exceptions_today=queue.exceptions_today if queue else None,
        awaiting_approval=queue.awaiting_approval if queue else None,
        releases_today=queue.releases_today if queue else None,
        set_aside_today=queue.set_aside_today if queue else None,
        refused_today=queue.refused_today if queue else None,
        next_free=free.on.isoformat() if free else None,
        first_day=days[0].on.isoformat() if days else None,
        days=[None if day.state == "closed" else day.ordinary for day in days],
    )


def _truck(seen: PublicTruck) -> TruckResponse:
    return TruckResponse(seen.code, seen.country, seen.tail, seen.vehicle_class, seen.simulated)


def _waiting(entry: WaitingTruck) -> WaitingResponse:
    return WaitingResponse(
        place=entry.place,
        truck=_truck(entry.seen),
        window=utc_or_none(entry.window),
        open=entry.open,
        behind=entry.behind,
        arrived_at=exact_utc(entry.arrived_at),
    )


def _at_gate(one: CalledTruck) -> GateResponse:
    until = None if one.until is None else exact_utc(one.until)
    return GateResponse(_truck(one.seen), exact_utc(one.since), until, one.exception)


OPERATIONS = (
    Operation(
        method="GET",
        path="/board",
        name="read_board",
        noun="board",
        summary="The board of the whole network",
        description="Trucks waiting, called and crossed, and free places day by day, for "
        "every checkpoint.",
        run=BoardCache.network,
        cached=True,
        answer=BoardResponse,
        public=True,
    ),
    Operation(
        method="GET",
        path="/checkpoints/{checkpoint}/board",
        name="read_checkpoint_board",
        noun="board",
        summary="The board of one checkpoint",
        description="The line in order, who is called and who is at the gate, with masked plates.",
        run=BoardCache.post,
        cached=True,
        answer=PostBoardResponse,
        public=True,
        refusals=(Reason.CHECKPOINT_UNKNOWN,),
    ),
)
