"""The API of a small world, asked as programs do; every answer is held against the description."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import msgspec

from kezek.api.frame.openapi import PREFIX, description
from kezek.api.mount import OPERATIONS
from kezek.api.mount import Api as Mounted
from kezek.api.server.proxies import behind_proxies
from kezek.app.application import Application, Demo
from kezek.bootstrap import furnish, make_demo
from kezek.domain.account.decide import IssueKey
from kezek.domain.kernel.instant import HOUR, Instant, to_datetime
from kezek.settings import Settings
from tests.keys import lay_keys
from tests.world import ADMIN, BEGIN, PEOPLE, STAFFED, World

RATE = 1_000_000
# The window that runs when the world begins: it can be booked, and who has it can be called.
NOW_OPEN = BEGIN - BEGIN % HOUR


def utc(at: Instant) -> str:
    return to_datetime(at).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def document() -> dict[str, Any]:
    made = description(OPERATIONS, "http://127.0.0.1:8470", "test")
    return json.loads(msgspec.json.encode(made))


@cache
def validator(name: str) -> Any:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}

    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def operation_of(method: str, path: str) -> Mapping[str, Any] | None:
    """The described operation of a request, None for an address that is none."""
    parts = path.strip("/").split("/")
    for described, methods in document()["paths"].items():
        names = described.strip("/").split("/")
        fits = len(names) == len(parts) and all(
            a == b or a.startswith("{") for a, b in zip(names, parts, strict=True)
        )
        # `/bookings/bulk` is itself, not a booking called bulk.
        if fits and (described == path or path not in document()["paths"]):
            return methods.get("get" if method == "HEAD" else method.lower())
    return None


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def code(self) -> str:
        return self.body["code"]

    @property
    def replayed(self) -> bool:
        return self.headers.get("idempotency-replayed") == "true"


def held(method: str, path: str, answer: Answer) -> None:
    """The answer is one that the description promises."""
    assert answer.status < 500 or answer.code in ("overloaded", "unavailable"), answer
    operation = operation_of(method, path)
    if operation is None or method == "HEAD" or answer.status == 304:
        return
    responses = operation["responses"]
    assert str(answer.status) in responses, (answer.status, answer.raw[:300])
    media_type = answer.headers["content-type"]
    content = responses[str(answer.status)]["content"]
    assert media_type in content, (media_type, content)
    name = content[media_type]["schema"]["$ref"].rpartition("/")[2]
    problems = [error.message for error in validator(name).iter_errors(answer.body)]
    assert not problems, problems
    if name == "ProblemBody":
        codes = responses[str(answer.status)]["description"]
        assert f"`{answer.code}`" in codes, f"{answer.code} is not described: {codes}"


@dataclass
class Api:
    """An installation in memory with a key for everybody in `tests.world`."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.store = self.world.store
        make_demo(self.store, Demo(BEGIN, 1, 7))
        lay_keys(self.folder)
        given = {"folder": self.folder, "rate_public": RATE} | self.settings
        self.application: Application = furnish(Settings(**given), self.store, self.world.rules)
        own = self.application.settings
        mounted = Mounted(self.application)
        self.app = behind_proxies(mounted, listed=own.proxies, header=own.proxy_header)
        self.loop = asyncio.new_event_loop()
        self.keys: dict[str, str] = {}
        for label, (role, place) in STAFFED.items():
            self.keys[label] = self.issue(label, role, place)

    def issue(self, label: str, role: str, place: str, rate: int = RATE) -> str:
        text, digest = self.application.access.new_key()
        account = PEOPLE[label].account
        decided = self.application.desk.ask(
            IssueKey("", ADMIN, account, digest, "tests", role, place, rate)
        )
        assert "id" in decided.outcome
        return text

    def close(self) -> None:
        self.application.desk.stop()
        self.loop.close()

    def wait(self, *, hours: float) -> None:
        """Domain time goes on."""
        self.application.clock._clock.start += round(hours * HOUR)

    def scope(
        self,
        method: str,
        path: str,
        who: str = "",
        headers: Mapping[str, str | bytes] | None = None,
        address: str = "192.0.2.1",
    ) -> dict[str, Any]:
        path, _, query = path.partition("?")
        given = {"host": "127.0.0.1:8470", **(headers or {})}
        if who:
            given["authorization"] = f"Bearer {self.keys.get(who, who)}"
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "method": method,
            "path": PREFIX + path,
            "raw_path": quote(PREFIX + path).encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [
                (name.lower().encode(), value if isinstance(value, bytes) else value.encode())
                for name, value in given.items()
            ],
            "client": (address, 50_000),
            "server": ("127.0.0.1", 8470),
            "state": {},
        }

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: str = "",
        key: str = "",
        headers: Mapping[str, str | bytes] | None = None,
        address: str = "192.0.2.1",
    ) -> Answer:
        """One request; a body that is not bytes is sent as JSON."""
        given = dict(headers or {})
        if key:
            given["idempotency-key"] = key
        sent = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        if body is not None:
            given.setdefault("content-type", "application/json")
            given.setdefault("content-length", str(len(sent)))
        scope = self.scope(method, path, who, given, address)
        answer = self.loop.run_until_complete(self._ask(scope, sent))
        held(method, path.partition("?")[0], answer)
        return answer

    async def _ask(self, scope: dict[str, Any], body: bytes) -> Answer:
        messages: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        await self.app(scope, receive, send)
        start, *rest = messages
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], headers, b"".join(m.get("body", b"") for m in rest))

    def get(self, path: str, who: str = "", **more: Any) -> Answer:
        return self.ask("GET", path, who=who, **more)

    def post(self, path: str, body: Any = None, who: str = "", **more: Any) -> Answer:
        return self.ask("POST", path, body, who=who, **more)

    def put(self, path: str, body: Any = None, who: str = "", **more: Any) -> Answer:
        return self.ask("PUT", path, body, who=who, **more)

    # What most tests begin with.

    def form(self, n: int = 1, *, start: Instant | None = None, **changes: Any) -> dict[str, Any]:
        """The booking of the n-th invented truck, tomorrow at noon."""
        at = self.world.window(day=1) if start is None else start
        return {
            "checkpoint": "kz_a",
            "start": utc(at),
            "class": "in_turn",
            "vehicle": {
                "country": "KZ",
                "plate": f"TST{n:05d}",
                "vin": f"TESTTRUCK{n:08d}",
                "phone": f"+770000{n:05d}",
                "drivers": [f"Invented Driver {n}"],
            },
        } | changes

    def book(self, n: int = 1, who: str = "carrier", **changes: Any) -> int:
        made = self.post("/bookings", self.form(n, **changes), who)
        assert made.status == 201, made.raw
        return made.body["number"]

    def arrived(self, n: int = 1, who: str = "officer", **changes: Any) -> int:
        number = self.book(n, **({"start": NOW_OPEN} | changes))
        came = self.post("/arrivals", {"booking": number}, who)
        assert came.status == 200, came.raw
        return number

    def called(self, n: int = 1) -> int:
        number = self.arrived(n)
        called = self.post("/calls", {"checkpoint": "kz_a", "booking": number}, "officer")
        assert called.status == 200, called.raw
        return number
