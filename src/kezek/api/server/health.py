"""Whether the process lives, whether it should get work, and what it measures: for machines that watch.

These three stand outside `/api/v1` and outside its rates: what watches must be heard when all else is
refused.  None of them waits for the database.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import Any

import msgspec

from kezek.api.frame.operation import JSON, NOSNIFF, Reply, encode
from kezek.api.frame.problem import MEDIA_TYPE, ProblemBody
from kezek.api.server.scrape import MEDIA_TYPE as TEXT
from kezek.api.server.scrape import scraped
from kezek.api.server.worker_metrics import WorkerMetrics
from kezek.app.application import Application

ALIVE, READY, METRICS = "/healthz", "/readyz", "/metrics"
PATHS = frozenset({ALIVE, READY, METRICS})

_NO_STORE = (b"cache-control", b"no-store")
# Whoever came through a proxy came from elsewhere, whatever the address of the connection says.
_FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via"})


class AilmentResponse(msgspec.Struct, frozen=True):
    """One thing that is wrong, in English, for operators."""

    code: str
    detail: str


class ReadyResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """What should be seen to, though the process should get work."""

    status: str
    remarks: list[AilmentResponse] = []


class NotReadyResponse(msgspec.Struct, frozen=True):
    """A problem after RFC 9457 that names everything that is wrong."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    ailments: list[AilmentResponse]


class Health:
    """The ASGI application of the three.  Who shows `token` may read the metrics; None is none."""

    def __init__(
        self, application: Application, neighbours: WorkerMetrics, token: bytes | None
    ) -> None:
        self._application, self._neighbours, self._token = application, neighbours, token
        self._forwarded = _FORWARDED | {application.settings.proxy_header.lower().encode()}

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        scope["path_template"] = scope["path"]
        reply = self._answer(scope)
        headers = [
            (b"content-type", reply.media_type),
            (b"content-length", b"%d" % len(reply.body)),
            _NO_STORE,
            NOSNIFF,
            *reply.headers,
        ]
        bodiless = scope["method"] == "HEAD"
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if bodiless else reply.body})

    def _answer(self, scope: Any) -> Reply:
        if scope["method"] not in ("GET", "HEAD"):
            return _refusal("method_not_allowed", 405, "Ask with GET.", (b"allow", b"GET, HEAD"))
        if scope["path"] == ALIVE:
            return Reply(b'{"status":"alive"}', 200, (), JSON)
        if scope["path"] == READY:
            return self._ready()
        if not self._may_read(scope):
            return _refusal(
                "not_allowed",
                403,
                "Metrics are for this machine, or for who shows the token in keys/metrics.token.",
            )
        return Reply(scraped(self._neighbours.measured(self._application)), 200, (), TEXT)

    def _ready(self) -> Reply:
        readiness = self._application.readiness
        ailments = readiness.ailments()
        if not ailments:
            remarks = [
                AilmentResponse(remark.code, remark.sentence) for remark in readiness.remarks()
            ]
            return Reply(encode(ReadyResponse("ready", remarks)), 200, (), JSON)
        seen = [AilmentResponse(ailment.code, ailment.sentence) for ailment in ailments]
        body = NotReadyResponse("about:blank", "Not ready", 503, seen[0].detail, "not_ready", seen)
        return Reply(encode(body), 503, ((b"retry-after", b"5"),), MEDIA_TYPE)

    def _may_read(self, scope: Any) -> bool:
        """Who shows the token where there is one; else who asks from this machine, through nobody."""
        headers = dict(scope["headers"])
        if self._token is not None:
            shown = headers.get(b"authorization", b"")
            return hmac.compare_digest(shown, b"Bearer " + self._token)
        client = scope.get("client")
        return _is_here(client[0] if client else "") and not self._forwarded & headers.keys()


def _is_here(peer: str) -> bool:
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False


def _refusal(code: str, status: int, detail: str, *headers: tuple[bytes, bytes]) -> Reply:
    title = code.replace("_", " ").capitalize()
    body = ProblemBody("about:blank", title, status, detail, code, {}, retryable=False, next="")
    return Reply(encode(body), status, headers, MEDIA_TYPE)
