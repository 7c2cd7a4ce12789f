"""Counts every answer on its way out, and writes a line for each where the log is for machines."""

from __future__ import annotations

import logging
import os
from contextvars import ContextVar
from itertools import count
from time import perf_counter
from typing import Any

from kezek.app.desk.metrics import HttpMetrics

log = logging.getLogger("kezek.request")

# Where the API says which of its operations was asked; everybody else writes `path_template`.
ROUTE = "kezek.route"
# The attribute of a log's record that holds what a line carries beside its sentence.
FIELDS = "fields"
# The request under way, for every line that is written because of it; empty outside of one.
REQUEST: ContextVar[str] = ContextVar("request", default="")
_numbers = count(1)
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Whether it was an operation of the API, and whether it may have changed something.
_KINDS = {
    (True, True): "api_change",
    (True, False): "api_read",
    (False, True): "page_change",
    (False, False): "page_read",
}


def count_answers(app: Any, traffic: HttpMetrics) -> Any:
    """The application, with every answer counted when its first byte leaves.

    The label is the pattern of the route out of our own tables: no address that somebody asked, which
    may hold a ticket's secret, and no more labels than there are routes.
    """

    async def counted_app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        began, noted = perf_counter(), log.isEnabledFor(logging.INFO)
        if noted:
            REQUEST.set(f"{os.getpid():x}-{next(_numbers):x}")

        # Plain, and answers with the other's coroutine: one more of our own would cost twice as much.
        def counting(message: Any) -> Any:
            if message["type"] == "http.response.start":
                seconds, status = perf_counter() - began, message["status"]
                operation = scope.get(ROUTE)
                route = operation or scope.get("path_template") or "unknown"
                kind = _KINDS[operation is not None, scope["method"] in _WRITING]
                traffic.answered(kind, route, status, seconds)
                if noted:
                    _note(route, status, seconds)
            return send(message)

        await app(scope, receive, counting)

    return counted_app


def _note(route: str, status: int, seconds: float) -> None:
    fields = {"route": route, "status": status, "milliseconds": round(1_000 * seconds, 1)}
    log.info("request", extra={FIELDS: fields})
