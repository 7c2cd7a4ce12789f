"""An installation in memory behind the whole application, asked as the server's loop would ask it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from kezek.api.server.worker_metrics import WorkerMetrics
from kezek.app.application import Application, Demo
from kezek.app.installation.snapshot import Whole
from kezek.bootstrap import furnish, make_app, make_demo
from kezek.settings import Settings, Value
from tests.keys import lay_keys
from tests.world import BEGIN, World, rules

HERE, ELSEWHERE = "127.0.0.1", "192.0.2.1"


@dataclass
class Heard:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


class Watched:
    """`ask` is a request from an address."""

    def __init__(self, application: Application, neighbours: WorkerMetrics | None = None) -> None:
        self.application = application
        self.app = make_app(application, neighbours)

    def ask(self, path: str, *, client: str = HERE, method: str = "GET", **headers: str) -> Heard:
        return asyncio.run(self._ask(path, client, method, headers))

    async def _ask(self, path: str, client: str, method: str, headers: dict[str, str]) -> Heard:
        said: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        path, _, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
            "method": method, "path": path, "raw_path": path.encode(), "root_path": "",
            "query_string": query.encode(), "client": (client, 1), "server": ("127.0.0.1", 8470),
            "headers": [
                (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
            ],
        }  # fmt: skip
        await self.app(scope, receive, send)
        head, *rest = said
        told = {name.decode(): value.decode() for name, value in head["headers"]}
        return Heard(head["status"], told, b"".join(part.get("body", b"") for part in rest))

    def figures(self, **headers: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        """Every sample of a scrape, by name and labels."""
        scrape = self.ask("/metrics", **headers)
        assert scrape.status == 200, scrape.raw
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(scrape.raw.decode())
            for sample in family.samples
        }

    def figure(self, name: str, worker: str = "0", **labels: str) -> float:
        whole = tuple(sorted({"worker": worker, **labels}.items()))
        return self.figures()[f"kezek_{name}", whole]


@contextmanager
def watched(
    folder: Path,
    store: Whole | None = None,
    *,
    name: str = "0",
    figures: Path | None = None,
    **settings: Value,
) -> Iterator[Watched]:
    """An installation with the tests' network, or one on another store."""
    if store is None:
        store = World().store
        make_demo(store, Demo(BEGIN, 1, 7))
    lay_keys(folder)
    application = furnish(Settings(folder=folder, planner=False, **settings), store, rules())
    try:
        yield Watched(application, WorkerMetrics(name, figures))
    finally:
        application.desk.stop()
