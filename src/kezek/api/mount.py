"""The API as one ASGI application under `/api/v1`: who asks, how often, for what; then the operation.

It stands beside the pages' router, not in it.  Litestar's own handlers would cost each request 25 to 35
microseconds more (measured: 7 against 31 untyped and 40 typed), a tenth of what a core has for a
booking at 4,000 a second, and a mount another 9; and here the raw bytes, the refusals and the
description come from one table anyway.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kezek.api import description
from kezek.api.account import key
from kezek.api.booking import booking, bulk, change
from kezek.api.calendar import calendar
from kezek.api.checkpoint import checkpoint
from kezek.api.forecast import forecast
from kezek.api.frame.openapi import PREFIX
from kezek.api.frame.operation import NOSNIFF, ApiRequest, Operation, Reply, StreamedAnswer, encode
from kezek.api.frame.path import PathPart
from kezek.api.frame.problem import (
    MEDIA_TYPE,
    ApiProblem,
    Raised,
    Wrong,
    language_of,
    problem_of,
    rate_headers,
    too_many,
    wrong,
)
from kezek.api.log import head, log, proof
from kezek.api.regulation import regulation
from kezek.api.server.middleware import ROUTE
from kezek.api.slot import availability
from kezek.api.turn import approval, board, search, stream, turn
from kezek.app.application import Application
from kezek.app.server.rate import Allowance, client_address
from kezek.domain.account.actor import PUBLIC
from kezek.i18n.catalogue import SOURCE

# Whose methods answer which operations.
_NOUNS: tuple[tuple[Callable[[Application], Any], tuple[Operation, ...]], ...] = (
    (checkpoint.Checkpoints, checkpoint.OPERATIONS),
    (availability.Places, availability.OPERATIONS),
    (booking.Bookings, booking.OPERATIONS),
    (bulk.Bulk, bulk.OPERATIONS),
    (change.Changes, change.OPERATIONS),
    (approval.Approvals, approval.OPERATIONS),
    (turn.Turns, turn.OPERATIONS),
    (search.Search, search.OPERATIONS),
    (calendar.Calendars, calendar.OPERATIONS),
    (board.BoardCache, board.OPERATIONS),
    (stream.BoardStreams, stream.OPERATIONS),
    (forecast.CachedForecasts, forecast.OPERATIONS),
    (log.Log, log.OPERATIONS),
    (head.Heads, head.OPERATIONS),
    (proof.Tree, proof.OPERATIONS),
    (regulation.RegulationsInForce, regulation.OPERATIONS),
    (key.Keys, key.OPERATIONS),
)
OPERATIONS = tuple(operation for _, operations in _NOUNS for operation in operations)

_KEY = re.compile(rb"[!-~]{1,200}")
_BEARER = b"bearer "


def listed() -> list[tuple[str, str, str]]:
    """Method, path and purpose of every operation, for the reference."""
    return [(op.method, PREFIX + op.path, op.summary) for op in OPERATIONS]


class Api:
    """The ASGI application; every path that it is asked begins with `/api/v1`."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._root = PathPart()
        for operation, noun in self._paired():
            self._root.add(operation, operation.run.__get__(noun))

    def _paired(self) -> list[tuple[Operation, Any]]:
        nouns = [(made(self._application), operations) for made, operations in _NOUNS]
        itself = description.Description(self._application, OPERATIONS)
        return [
            (operation, noun)
            for noun, operations in [*nouns, (itself, description.OPERATIONS)]
            for operation in operations
        ]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; whatever goes wrong leaves as a problem."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        request, allowed = ApiRequest(headers=headers, query=scope["query_string"]), None
        bodiless, sent, ended = scope["method"] == "HEAD", False, False

        async def sending(message: Any) -> None:
            nonlocal sent, ended
            sent = True
            if bodiless and message["type"] == "http.response.body":
                # A stream has no end of its own: its first word is the answer's last.
                if ended:
                    return
                ended, message = True, {"type": "http.response.body", "body": b""}
            await send(message)

        try:
            allowed = self._let_in(request, scope)
            reply = await self._answered(request, scope, receive)
            if not isinstance(reply, Reply):
                await reply.pour(receive, sending)
                return
        except Raised as raised:
            reply = self._problem_reply(raised.problem, headers)
        except Exception as failure:  # noqa: BLE001 - the outermost edge: nothing of a fault may leak
            reply = self._problem_reply(problem_of(failure, self._application.chance), headers)
        if not sent:
            await _send(send, reply, allowed, bodiless=bodiless)

    def _problem_reply(self, problem: ApiProblem, headers: dict[bytes, bytes]) -> Reply:
        """A problem as it is sent, in the asker's language."""
        language = language_of(headers)
        try:
            body = problem.body(language)
        except Exception as failure:  # noqa: BLE001 - a broken catalogue must not take the answer along
            language = SOURCE
            body = problem_of(failure, self._application.chance).body(language)
        more = (*problem.headers, (b"content-language", language.encode()))
        return Reply(encode(body), body.status, more, MEDIA_TYPE)

    def _let_in(self, request: ApiRequest, scope: Any) -> Allowance:
        """Who asks, by key or by address, and whether again so soon."""
        shown = request.headers.get(b"authorization")
        keyed = None
        if shown is not None and shown[: len(_BEARER)].lower() == _BEARER:
            keyed = self._application.access.keyed(shown[len(_BEARER) :].strip().decode("latin-1"))
        if keyed is not None:
            request.actor, request.who, request.rate = keyed.actor, f"key {keyed.id}", keyed.rate
        else:
            request.who, request.rate = (
                client_address(scope.get("client")),
                self._application.settings.rate_public,
            )
        allowed = self._application.rates.take(request.who, max(1, request.rate))
        if allowed.retry_after:
            raise too_many(allowed)
        if shown is not None and keyed is None:
            raise Raised(_UNAUTHENTICATED)
        return allowed

    async def _answered(
        self, request: ApiRequest, scope: Any, receive: Any
    ) -> Reply | StreamedAnswer:
        """Find the operation, and run it for who may."""
        path, method = scope["path"].removeprefix(PREFIX), scope["method"]
        part, request.path = self._root.find(path)
        operation, run = part.operation("GET" if method == "HEAD" else method)
        scope[ROUTE] = operation.name
        if not operation.public and request.actor is PUBLIC:
            raise Raised(_UNAUTHENTICATED)
        if operation.changes:
            request.key = _idempotency_key(request)
        if operation.embodied:
            request.body = await self._body(request, receive)
        if operation.query is None and request.query:
            raise wrong(Wrong.UNKNOWN_FIELD, field="query")
        return await run(request)

    async def _body(self, request: ApiRequest, receive: Any) -> bytes:
        """The whole body, as long as it is one that may be read."""
        most = self._application.settings.body_bytes_max
        kind = request.headers.get(b"content-type", b"application/json")
        if kind.partition(b";")[0].strip().lower() != b"application/json":
            raise wrong(Wrong.WRONG_MEDIA_TYPE, wants="application/json")
        length = request.headers.get(b"content-length", b"0")
        if length.isdigit() and int(length[:18]) > most:
            raise wrong(Wrong.TOO_LARGE, most=most)
        message = await receive()
        body: bytes = message.get("body", b"")
        while message.get("more_body"):
            if len(body) > most:
                break
            message = await receive()
            body += message.get("body", b"")
        if len(body) > most:
            raise wrong(Wrong.TOO_LARGE, most=most)
        return body


_UNAUTHENTICATED = ApiProblem(
    Wrong.UNAUTHENTICATED, {}, ((b"www-authenticate", b'Bearer realm="kezek"'),)
)


def _idempotency_key(request: ApiRequest) -> str:
    key = request.headers.get(b"idempotency-key")
    if key is None:
        return ""
    if not _KEY.fullmatch(key):
        raise wrong(Wrong.WRONG_IDEMPOTENCY_KEY, most=200)
    return key.decode("ascii")


async def _send(send: Any, reply: Reply, allowed: Allowance | None, *, bodiless: bool) -> None:
    headers = [
        (b"content-type", reply.media_type),
        (b"content-length", b"%d" % len(reply.body)),
        NOSNIFF,
        *reply.headers,
    ]
    if reply.status == 304:
        headers = list(reply.headers)
    if allowed is not None:
        headers += rate_headers(allowed)
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bodiless else reply.body})
