"""Checkpoints as published: what is unknown is null, never a guess."""

from __future__ import annotations

import msgspec

from kezek.api.frame.form import Cursor, Limit
from kezek.api.frame.operation import ApiRequest, Operation, Reply, answer
from kezek.api.frame.problem import Raised, no, refused
from kezek.app.application import Application
from kezek.app.checkpoint.checkpoint import Network, Post, ServedLine
from kezek.app.checkpoint.country import english_name
from kezek.app.turn.board import PostRow
from kezek.domain.kernel.refusal import Reason, Refused


class LineResponse(msgspec.Struct, frozen=True):
    """A line of the checkpoint.  `direction` is exit or entry, as its country sees it; `basis` is where
    the capacity comes from: board or ours.
    """

    id: str
    direction: str
    authority: str
    regulation: str
    basis: str


class CheckpointResponse(msgspec.Struct, frozen=True):
    """One state's checkpoint at a crossing.  `lines` are all that run there; `line` is the usual one,
    which is meant where a request names the checkpoint alone: null where no line runs.

    `names` and `opposite_names` are by language; `neighbour_country` is an ISO code, `SEA` for a ferry
    to several countries, empty where not stated.
    """

    id: str
    country: str
    zone: str
    name_en: str
    name_ru: str
    name_kk: str | None
    neighbour: str
    opposite_en: str | None
    opposite_ru: str | None
    names: dict[str, str]
    opposite_names: dict[str, str]
    neighbour_country: str
    region: str | None
    opening_hours: str | None
    lanes: str | None
    lat: float | None
    lon: float | None
    coord_of: str | None
    coord_confidence: str | None
    e_queue: str | None
    source: str
    confidence: str
    notes: str | None
    line: LineResponse | None
    lines: list[LineResponse]


class CheckpointQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    cursor: Cursor = ""
    limit: Limit = 100


class CheckpointList(msgspec.Struct, frozen=True):
    """A page of the network, in the order of ids; an empty `next` is the end."""

    items: list[CheckpointResponse]
    next: str


def known_post(network: Network, checkpoint: str) -> Post:
    """The checkpoint of an id, or of the id of one of its lines; or `checkpoint_unknown`."""
    post = network.post_of(checkpoint)
    if post is None:
        raise no(Reason.CHECKPOINT_UNKNOWN, checkpoint=checkpoint[:80])
    return post


def known_line(network: Network, place: str) -> ServedLine:
    """The line of an id, or the usual one of a checkpoint's id; or why there is none."""
    served = network.served_at(place)
    if isinstance(served, Refused):
        raise Raised(refused(served))
    return served


def known_row(application: Application, place: str) -> PostRow:
    """The row of a line's id or a checkpoint's, or `checkpoint_unknown`."""
    row = application.boards.row_at(place, application.now())
    if row is None:
        raise no(Reason.CHECKPOINT_UNKNOWN, checkpoint=place[:80])
    return row


def line_response(served: ServedLine) -> LineResponse:
    """A line as the API shows it."""
    line = served.line
    return LineResponse(line.id, line.direction, line.authority, line.regulation, line.basis)


def checkpoint_response(post: Post) -> CheckpointResponse:
    """A checkpoint as the API shows it."""
    c, names = post.checkpoint, post.names
    lines = [line_response(served) for served in post.lines]
    return msgspec.convert(
        {
            **{name: getattr(c, name) for name in c.__slots__},
            "name_en": str(names.own_name("en")),
            "name_ru": str(names.own_name("ru")),
            "name_kk": names.own.get("kk"),
            "neighbour": english_name(c.neighbour_country),
            "opposite_en": names.opposite.get("en"),
            "opposite_ru": names.opposite.get("ru"),
            "names": names.own,
            "opposite_names": names.opposite,
            "line": lines[0] if lines else None,
            "lines": lines,
        },
        CheckpointResponse,
        from_attributes=True,
    )


class Checkpoints:
    def __init__(self, application: Application) -> None:
        self._network = application.network

    async def page(self, request: ApiRequest) -> Reply:
        asked = request.read_query(CheckpointQuery)
        later = [p for key, p in self._network.posts().items() if key > asked.cursor]
        shown = later[: asked.limit]
        more = len(later) > len(shown)
        items = [checkpoint_response(post) for post in shown]
        return answer(CheckpointList(items, items[-1].id if more else ""))

    async def one(self, request: ApiRequest) -> Reply:
        return answer(checkpoint_response(known_post(self._network, request.path["checkpoint"])))


OPERATIONS = (
    Operation(
        method="GET",
        path="/checkpoints",
        name="list_checkpoints",
        noun="checkpoints",
        summary="All checkpoints of the network",
        description="Every checkpoint with the lines that run there. Unknown facts are null.",
        run=Checkpoints.page,
        query=CheckpointQuery,
        answer=CheckpointList,
        public=True,
    ),
    Operation(
        method="GET",
        path="/checkpoints/{checkpoint}",
        name="read_checkpoint",
        noun="checkpoints",
        summary="One checkpoint",
        description="The facts that are published about a checkpoint, and how sure they are.",
        run=Checkpoints.one,
        answer=CheckpointResponse,
        public=True,
        refusals=(Reason.CHECKPOINT_UNKNOWN,),
    ),
)
