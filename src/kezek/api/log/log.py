"""The log of every accepted decision, in pages by position.  It holds ids, never personal data."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kezek.api.frame.form import Moment
from kezek.api.frame.operation import ApiRequest, Operation, Reply, answer
from kezek.api.frame.problem import Wrong, no, wrong
from kezek.app.application import Application
from kezek.app.checkpoint.right import may_read_log
from kezek.domain.account.actor import READS_LOG, Actor
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.instant import exact_utc
from kezek.domain.kernel.refusal import Reason

PAGE_MAX = 1_000
POSITION_MAX = 1 << 53


class LogQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`after` is a position to read on from.  `line` is a line's id such as `kz_syrym.exit`; keys that
    are limited to a place must name one of theirs.  `cursor` is the `next` of the page before.
    """

    after: Annotated[int, Meta(ge=0, le=POSITION_MAX)] = 0
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX)] = 100
    line: Annotated[str, Meta(max_length=80, pattern=r"^[a-z0-9_.]*$")] = ""
    order: Literal["oldest", "newest"] = "oldest"
    cursor: Annotated[str, Meta(max_length=15, pattern=r"^[0-9]*$")] = ""


class LoggedEvent(msgspec.Struct, frozen=True):
    """A decision.  `at` is the domain's time, `real` the machine's, both to the millisecond; `number` is
    the booking's, null where none is concerned; `body` is what the kind of event says: see
    docs/reference/events.md.
    """

    position: int
    at: Moment
    real: Moment
    kind: str
    actor: str
    line: str
    number: int | None
    body: dict[str, str | int | None]


class LogPageResponse(msgspec.Struct, frozen=True):
    """Positions have no gaps.  `next` is the cursor of the following page, empty when there is none."""

    items: list[LoggedEvent]
    next: str


_read_body = msgspec.json.Decoder(dict[str, str | int | None]).decode


class Log:
    def __init__(self, application: Application) -> None:
        self._application = application

    async def page(self, request: ApiRequest) -> Reply:
        asked = request.read_query(LogQuery)
        if not self._may_read(request.actor, asked.line):
            if not asked.line and any(role in READS_LOG for role, _ in request.actor.grants):
                # Allowed at a place, which is to be named.
                raise wrong(Wrong.MISSING_FIELD, field="line")
            raise no(Reason.NOT_ALLOWED, line=asked.line)
        if asked.line and self._application.network.of_line(asked.line) is None:
            raise no(Reason.LINE_UNKNOWN, line=asked.line)
        reader, cursor = self._application.store.reader, int(asked.cursor or 0)
        if asked.order == "oldest":
            events = reader.events(max(cursor, asked.after), asked.limit, asked.line)
        else:
            # Newest first down to `after`, where the reader has been before.
            events = reader.events_before(cursor or POSITION_MAX, asked.limit, asked.line)
        items = [public_event(event) for event in events if event.position > asked.after]
        more = len(items) == asked.limit
        return answer(LogPageResponse(items, str(items[-1].position) if more else ""))

    def _may_read(self, actor: Actor, line: str) -> bool:
        post = self._application.network.of_line(line) if line else None
        return may_read_log(actor, post.line if post else None)


def public_event(event: Logged) -> LoggedEvent:
    """An event as the public reads it."""
    return LoggedEvent(
        position=event.position,
        at=exact_utc(event.at),
        real=exact_utc(event.real),
        kind=event.kind,
        actor=event.actor,
        line=event.line,
        number=event.number or None,
        body=_read_body(event.body),
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/log",
        name="read_log",
        noun="log",
        summary="The log of every accepted decision",
        description="Needs a key of an agency or a read-only one. Send `next` back as `cursor` "
        "for the following page; whoever has come to the end asks again with `after`.",
        run=Log.page,
        query=LogQuery,
        answer=LogPageResponse,
        refusals=(Reason.NOT_ALLOWED, Reason.LINE_UNKNOWN),
    ),
)
