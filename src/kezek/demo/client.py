"""The public API as the demo's trucks and officers use it: over HTTP, with keys, like anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import aiohttp

from kezek.domain.kernel.instant import SECOND, Instant

TRUCKS, GATES, SHIFTS = "trucks", "gates", "shifts"
TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """An answer: its status and body; status 0 is a server that did not answer."""

    status: int
    body: dict[str, Any]

    @property
    def done(self) -> bool:
        """Whether it was accepted."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """Why it was not."""
        return str(self.body.get("code", ""))


def moment(at: Instant) -> str:
    """An instant as the API writes it."""
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str) -> Instant:
    """An instant as the API writes it, read."""
    return round(datetime.fromisoformat(text).timestamp()) * SECOND


class DemoSession:
    """One session; `origin` keeps the idempotency keys of two runs apart."""

    def __init__(self, url: str, keys: dict[str, str], origin: int) -> None:
        self._url, self._keys, self._origin = url + "/api/v1", keys, origin
        self._sent = 0
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(self, path: str, query: dict[str, str] | None = None) -> ApiAnswer:
        """Read something public; with a key, so that people at the same address keep their own limit."""
        headers = {"Authorization": f"Bearer {self._keys[TRUCKS]}"}
        return await self._send("GET", path, {"params": query or {}, "headers": headers})

    async def tell(
        self, who: str, path: str, body: dict[str, Any], *, verb: str = "POST"
    ) -> ApiAnswer:
        """Have something done, as one of the three parts."""
        self._sent += 1
        headers = {
            "Authorization": f"Bearer {self._keys[who]}",
            "Idempotency-Key": f"demo-{self._origin}-{self._sent}",
        }
        return await self._send(verb, path, {"json": body, "headers": headers})

    async def _send(self, verb: str, path: str, rest: dict[str, Any]) -> ApiAnswer:
        assert self._session is not None, "used inside its block"
        try:
            async with self._session.request(verb, self._url + path, **rest) as answer:
                body = await answer.json(content_type=None)
                return ApiAnswer(answer.status, body if isinstance(body, dict) else {})
        except (aiohttp.ClientError, TimeoutError, ValueError):
            # The server is stopping, or busy: a truck that gets no answer simply drives on.
            return ApiAnswer(0, {})
