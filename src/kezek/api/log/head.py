"""Signed heads of the log: the newest, those before it, and what witnesses say of them."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from msgspec import Meta

from kezek.api.frame.form import NUMBER_MAX, Limit
from kezek.api.frame.operation import ApiRequest, Operation, Reply, answer
from kezek.api.frame.problem import Wrong, wrong
from kezek.app.application import Application
from kezek.domain.log.head import SignedHead

_TEXT = b"text/plain; charset=utf-8"


class HeadQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`before` is the number of a head; what is told is older."""

    before: Annotated[int, Meta(ge=1, le=NUMBER_MAX)] = NUMBER_MAX
    limit: Limit = 60


class HeadResponse(msgspec.Struct, frozen=True):
    """A head.  `note` is a C2SP checkpoint, with the lines of witnesses; `origin` and `root` (base64)
    stand in it too.
    """

    number: int
    size: int
    origin: str
    root: str
    note: str


class HeadPage(msgspec.Struct, frozen=True):
    """Newest first.  `next` is the `before` of the following page, null when there is none."""

    items: list[HeadResponse]
    next: int | None


class NoteRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A head of this log with the line of a witness below it, in cosignature/v1."""

    note: Annotated[str, Meta(min_length=1, max_length=16_384)]


class CosignatureResponse(msgspec.Struct, frozen=True):
    """How many lines of known witnesses the note held."""

    lines: int


class Heads:
    def __init__(self, application: Application) -> None:
        self._application = application

    async def newest(self, request: ApiRequest) -> Reply:
        head = self._application.proofs.head()
        if head is None:
            raise wrong(Wrong.NOT_FOUND)
        if b"text/plain" in request.headers.get(b"accept", b""):
            return Reply(head.note.encode(), 200, (), _TEXT)
        return answer(_head_response(head))

    async def page(self, request: ApiRequest) -> Reply:
        asked = request.read_query(HeadQuery)
        found = self._application.proofs.heads(asked.before, asked.limit)
        more = len(found) == asked.limit and found[-1].number > 1
        return answer(
            HeadPage([_head_response(head) for head in found], found[-1].number if more else None)
        )

    async def cosign(self, request: ApiRequest) -> Reply:
        note = request.read_exactly(NoteRequest).note
        lines = await asyncio.to_thread(self._application.ledger.cosign, note)
        if not lines:
            raise wrong(Wrong.NOT_FOUND)
        return answer(CosignatureResponse(lines))


def _head_response(head: SignedHead) -> HeadResponse:
    origin, _, root, *_ = head.note.split("\n")
    return HeadResponse(head.number, head.size, origin, root, head.note)


_NOTE = (
    "queue.example\n1024\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "head 17 2026-06-14T08:00:00Z\n"
    "\n— queue.example Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5\n"
)

OPERATIONS = (
    Operation(
        method="GET",
        path="/log/head",
        name="read_head",
        noun="log",
        summary="The newest signed head of the log",
        description="Signed once a minute while the log grows. With `Accept: text/plain` the note "
        "alone, for programs that read C2SP checkpoints. `not_found` before the first head.",
        run=Heads.newest,
        answer=HeadResponse,
        wrongs=(Wrong.NOT_FOUND,),
        public=True,
    ),
    Operation(
        method="GET",
        path="/log/heads",
        name="list_heads",
        noun="log",
        summary="Signed heads of the log",
        description="Keep them: a head that you have kept shows whether the log was rewritten.",
        run=Heads.page,
        query=HeadQuery,
        answer=HeadPage,
        public=True,
    ),
    Operation(
        method="POST",
        path="/log/cosignatures",
        name="cosign_head",
        noun="log",
        summary="Bring a witness's line under a head",
        description="The note of a head with lines of witnesses whose keys this installation knows; "
        "they are kept and served with the head. Bringing them again changes nothing. `not_found` "
        "when the note is no head of this log, or nobody known has signed it.",
        run=Heads.cosign,
        wrongs=(Wrong.NOT_FOUND,),
        answer=CosignatureResponse,
        body=NoteRequest,
        example={"note": _NOTE},
        public=True,
    ),
)
