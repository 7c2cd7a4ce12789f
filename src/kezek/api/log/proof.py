"""Proofs about the log's tree, for everybody, and the leaves themselves, for who may read the log."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from kezek.api.frame.operation import ApiRequest, Operation, Reply, answer
from kezek.api.frame.problem import Wrong, no, wrong
from kezek.api.log.log import PAGE_MAX, POSITION_MAX
from kezek.app.application import Application
from kezek.app.checkpoint.right import may_read_log
from kezek.app.log.export import line_of
from kezek.domain.kernel.refusal import Reason


class InclusionQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`size` is the tree's, such as that of a head; left out, it is that of the newest head."""

    position: Annotated[int, Meta(ge=1, le=POSITION_MAX)]
    size: Annotated[int, Meta(ge=1, le=POSITION_MAX)] | None = None


class InclusionResponse(msgspec.Struct, frozen=True):
    """Hashes are hexadecimal; `path` leads from the leaf up to the root (RFC 9162, 2.1.3)."""

    position: int
    size: int
    leaf: str
    path: list[str]
    root: str


class ConsistencyQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Two sizes of the tree, such as those of two heads."""

    smaller: Annotated[int, Meta(ge=1, le=POSITION_MAX)] = msgspec.field(name="from")
    larger: Annotated[int, Meta(ge=1, le=POSITION_MAX)] = msgspec.field(name="to")


class ConsistencyResponse(msgspec.Struct, frozen=True):
    """Shows that the larger tree begins with the smaller one (RFC 9162, 2.1.4); hexadecimal."""

    smaller: int = msgspec.field(name="from")
    larger: int = msgspec.field(name="to")
    path: list[str]


class LeafQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`after` is the position to read on from."""

    after: Annotated[int, Meta(ge=0, le=POSITION_MAX)] = 0
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX)] = PAGE_MAX


class LeafPage(msgspec.Struct, frozen=True):
    """Sealed events, each as a line of `kezek log export`.  `size` is how many are sealed now."""

    items: list[str]
    size: int


class Tree:
    def __init__(self, application: Application) -> None:
        self._application = application

    async def inclusion(self, request: ApiRequest) -> Reply:
        asked, proofs = request.read_query(InclusionQuery), self._application.proofs
        head = proofs.head() if asked.size is None else None
        size = asked.size or (head.size if head else 0)
        if not asked.position <= size <= proofs.size:
            raise wrong(Wrong.NOT_FOUND)
        found = proofs.inclusion(asked.position, size)
        path = [sibling.hex() for sibling in found.path]
        return answer(
            InclusionResponse(asked.position, size, found.leaf.hex(), path, found.root.hex())
        )

    async def consistency(self, request: ApiRequest) -> Reply:
        asked = request.read_query(ConsistencyQuery)
        if not asked.smaller <= asked.larger <= self._application.proofs.size:
            raise wrong(Wrong.NOT_FOUND)
        path = self._application.proofs.consistency(asked.smaller, asked.larger)
        return answer(ConsistencyResponse(asked.smaller, asked.larger, [one.hex() for one in path]))

    async def leaves(self, request: ApiRequest) -> Reply:
        if not may_read_log(request.actor):
            raise no(Reason.NOT_ALLOWED, line="")
        asked = request.read_query(LeafQuery)
        leaves = self._application.proofs.leaves(asked.after, asked.limit)
        return answer(LeafPage([line_of(leaf) for leaf in leaves], self._application.proofs.size))


OPERATIONS = (
    Operation(
        method="GET",
        path="/log/proof/inclusion",
        name="prove_inclusion",
        noun="log",
        summary="Proof that an event is in the log",
        description="A path of hashes from the event's leaf to the root of the tree of a size. "
        "`not_found` when the event or the size is not sealed yet; that takes a second.",
        run=Tree.inclusion,
        wrongs=(Wrong.NOT_FOUND,),
        query=InclusionQuery,
        answer=InclusionResponse,
        public=True,
    ),
    Operation(
        method="GET",
        path="/log/proof/consistency",
        name="prove_consistency",
        noun="log",
        summary="Proof that the log only grew",
        description="A path of hashes by which a larger tree is seen to begin with a smaller one. "
        "`not_found` when there is no such pair of trees.",
        run=Tree.consistency,
        wrongs=(Wrong.NOT_FOUND,),
        query=ConsistencyQuery,
        answer=ConsistencyResponse,
        public=True,
    ),
    Operation(
        method="GET",
        path="/log/leaves",
        name="read_leaves",
        noun="log",
        summary="Sealed events with their salts",
        description="What `kezek verify` hashes again. Needs a key that may read the whole log.",
        run=Tree.leaves,
        query=LeafQuery,
        answer=LeafPage,
        refusals=(Reason.NOT_ALLOWED,),
    ),
)
