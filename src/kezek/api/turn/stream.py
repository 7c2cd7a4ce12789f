"""The board, live: server-sent events, made once per change and shared by everybody who listens.

One task per board waits for news, makes the next event and hands the same bytes to all; it also gives
the beat, so that a stream has no timer of its own.  The more there are who listen, the longer it gathers
news before it tells them, so that a busy line cannot drown the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from kezek.api.checkpoint.checkpoint import known_row
from kezek.api.frame.form import Moment
from kezek.api.frame.operation import (
    NOSNIFF,
    ApiRequest,
    Operation,
    Receive,
    Send,
    StreamedAnswer,
    encode,
)
from kezek.api.frame.problem import ApiProblem, Raised, Wrong
from kezek.api.turn.board import GateResponse, PostResponse, network_board, post_board
from kezek.app.application import Application
from kezek.app.server.streams import Crowded
from kezek.domain.kernel.instant import MINUTE, Instant
from kezek.domain.kernel.refusal import Reason

BEAT_SECONDS = 10.0
BEAT = b": beat\n\n"
AGAIN_SECONDS = 1.0  # after a board could not be made

log = logging.getLogger("kezek.stream")

# Between two events of a board: a floor, and 0.1 ms for each who listens, so that five thousand hear
# of a change within a second.
GATHER_SECONDS_MIN = 0.1
GATHER_SECONDS_EACH = 0.0001
_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    NOSNIFF,
    # Proxies that buffer would hold events back.
    (b"x-accel-buffering", b"no"),
)


class PostNow(msgspec.Struct, frozen=True):
    """A checkpoint in an event of the network's board; `today` is ordinary places left today."""

    checkpoint: str
    state: str
    today: int | None
    waiting: int | None
    waiting_due: int | None
    called: int | None
    crossed_today: int | None


class BoardNow(msgspec.Struct, frozen=True):
    as_of: Moment
    position: int
    items: list[PostNow]


class PostBoardNow(msgspec.Struct, frozen=True):
    as_of: Moment
    position: int
    post: PostNow
    called: list[GateResponse]


@dataclass(frozen=True, slots=True)
class StreamMessage:
    """An event's bytes, the log's position that it shows, and when it was made."""

    text: bytes
    position: int
    version: int
    minute: Instant


class BoardStream:
    """One board and everybody who listens to it, on one event loop."""

    def __init__(
        self, application: Application, line: str, make: Callable[[], tuple[int, bytes]]
    ) -> None:
        self._application, self._line, self._make = application, line, make
        self._next: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.listeners = 0
        self.frame = self._framed()
        self._task = asyncio.create_task(self._tell())

    def _framed(self) -> StreamMessage:
        application = self._application
        version, minute = application.watch.version(self._line), application.now() // MINUTE
        position, body = self._make()
        text = b"event: board\nid: %d\ndata: %s\n\n" % (position, body)
        return StreamMessage(text, position, version, minute)

    @property
    def next(self) -> asyncio.Future[bytes]:
        """What everybody is told next: an event, or a beat."""
        return self._next

    def now(self) -> StreamMessage:
        """The board as it is: whoever comes is not told what is stale."""
        application, frame = self._application, self.frame
        stale = frame.version != application.watch.version(self._line)
        if stale or frame.minute != application.now() // MINUTE:
            self.frame = frame = self._framed()
        return frame

    async def _tell(self) -> None:
        with self._application.watch.stream(self._line) as news:
            told, patience = self.frame, BEAT_SECONDS
            while not self._application.watch.closed:
                await news.wait(patience)
                try:
                    frame = self.now()
                except Exception:
                    # The outermost edge of this task: if it ended, the board would stand still for
                    # everybody who listens, and nobody would know.
                    log.exception("a live board could not be made")
                    await asyncio.sleep(AGAIN_SECONDS)
                    patience = 0.0
                    continue
                patience = BEAT_SECONDS
                self._hand_out(BEAT if frame is told else frame.text)
                if frame is not told:
                    told = frame
                    await asyncio.sleep(GATHER_SECONDS_MIN + GATHER_SECONDS_EACH * self.listeners)

    def _hand_out(self, text: bytes) -> None:
        handed, self._next = self._next, asyncio.get_running_loop().create_future()
        handed.set_result(text)

    def close(self) -> None:
        """Nobody listens any more."""
        self._task.cancel()


class BoardStreams:
    """The boards that somebody listens to."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._boards: dict[str, BoardStream] = {}

    @property
    def closing(self) -> bool:
        """Whether the server is about to stop."""
        return self._application.watch.closed

    async def network(self, request: ApiRequest) -> StreamedAnswer:
        return _Listening(self, request, "", "")

    async def post(self, request: ApiRequest) -> StreamedAnswer:
        row = known_row(self._application, request.path["checkpoint"])
        return _Listening(self, request, row.place, row.queue.line if row.queue else "-")

    @contextlib.contextmanager
    def listening(self, who: str, checkpoint: str, line: str) -> Iterator[BoardStream]:
        """A board for as long as the block lasts; raises when there are too many streams already."""
        with self._admitted(who):
            yield from self._fed(checkpoint, line)

    @contextlib.contextmanager
    def _admitted(self, who: str) -> Iterator[None]:
        try:
            self._application.streams.refuse_crowd(who)
        except Crowded as crowd:
            after = ((b"retry-after", b"60"),)
            raise Raised(ApiProblem(Wrong.RATE_LIMITED, {"limit": crowd.most}, after)) from None
        with self._application.streams.open(who):
            yield

    def _fed(self, checkpoint: str, line: str) -> Iterator[BoardStream]:
        board = self._boards.get(checkpoint)
        if board is None:
            board = self._boards[checkpoint] = BoardStream(
                self._application, line, self._maker(checkpoint)
            )
        # Counted last: a board that cannot be made leaves nothing open.
        board.listeners += 1
        try:
            yield board
        finally:
            board.listeners -= 1
            if not board.listeners and self._boards.get(checkpoint) is board:
                del self._boards[checkpoint]
                board.close()

    def _maker(self, checkpoint: str) -> Callable[[], tuple[int, bytes]]:
        application = self._application
        if checkpoint:
            return lambda: _post_now(application, checkpoint)
        return lambda: _network_now(application)


@dataclass(frozen=True, slots=True)
class _Listening:
    """One stream: it waits for the board, and for its reader to leave."""

    boards: BoardStreams
    request: ApiRequest
    checkpoint: str
    line: str

    async def pour(self, receive: Receive, send: Send) -> None:
        with self.boards.listening(self.request.who, self.checkpoint, self.line) as board:
            following, frame = board.next, board.now()
            seen = self.request.headers.get(b"last-event-id", b"")
            # Who has seen this very state is told of the next one; anybody else starts with all of it.
            first = BEAT if seen == b"%d" % frame.position else frame.text
            await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS]})
            await send({"type": "http.response.body", "body": first, "more_body": True})
            gone = asyncio.ensure_future(_left(receive))
            try:
                while not (gone.done() or self.boards.closing):
                    await asyncio.wait((gone, following), return_when=asyncio.FIRST_COMPLETED)
                    if following.done():
                        text = following.result()
                        # Taken before sending: a slow reader is told the latest, not everything.
                        following = board.next
                        await send({"type": "http.response.body", "body": text, "more_body": True})
                if not gone.done():
                    # The server stops and waits for its streams; the reader comes back to the next one.
                    await send({"type": "http.response.body", "body": b""})
            finally:
                gone.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _now(p: PostResponse) -> PostNow:
    today = p.days[0] if p.days else None
    return PostNow(
        p.checkpoint, p.state, today, p.waiting, p.waiting_due, p.called, p.crossed_today
    )


def _network_now(application: Application) -> tuple[int, bytes]:
    board = network_board(application)
    items = [_now(post) for post in board.items]
    return board.position, encode(BoardNow(board.as_of, board.position, items))


def _post_now(application: Application, checkpoint: str) -> tuple[int, bytes]:
    board = post_board(application, checkpoint)
    now = PostBoardNow(board.as_of, board.position, _now(board.post), board.called)
    return board.position, encode(now)


_LIVE = (
    "Server-sent events. `event: board` with the log's position as `id`: the state at once, then again "
    "after every change, a tenth of a second apart at least; a comment at least every 15 seconds. Each "
    "event holds the whole state, so a client that reconnects has missed nothing."
)

OPERATIONS = (
    Operation(
        method="GET",
        path="/board/events",
        name="follow_board",
        noun="board",
        summary="The board of the whole network, live",
        description=_LIVE,
        run=BoardStreams.network,
        answer=BoardNow,
        public=True,
        media_type="text/event-stream",
    ),
    Operation(
        method="GET",
        path="/checkpoints/{checkpoint}/events",
        name="follow_checkpoint",
        noun="board",
        summary="The board of one checkpoint, live",
        description=_LIVE,
        run=BoardStreams.post,
        answer=PostBoardNow,
        public=True,
        media_type="text/event-stream",
        refusals=(Reason.CHECKPOINT_UNKNOWN,),
    ),
)
