"""An installation with several server processes, and connections known to be with one of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from kezek.app.application import Application
from kezek.bootstrap import close_application, open_application
from kezek.settings import Settings
from tests.cli.program import DEADLINE, Running, until

POST = "kz_syrym"


@dataclass(frozen=True)
class Site:
    """`key` is a carrier's."""

    folder: Path
    database: str
    key: str

    @property
    def environment(self) -> dict[str, str]:
        return {"KEZEK_DATABASE": self.database}

    @contextmanager
    def application(self) -> Iterator[Application]:
        """The same installation, seen from this process."""
        self.folder.mkdir(exist_ok=True)
        application = open_application(Settings(folder=self.folder, database=self.database))
        try:
            yield application
        finally:
            close_application(application)

    def serve(self, workers: int = 2, **settings: str) -> Server:
        more = {f"KEZEK_{name.upper()}": value for name, value in settings.items()}
        return Server(
            "serve",
            "--folder",
            self.folder,
            "--workers",
            str(workers),
            extra=self.environment | more,
        )


class Server(Running):
    """`kezek serve` with its workers."""

    def workers(self) -> list[int]:
        """The processes that serve now."""
        children = psutil.Process(self.child.pid).children()
        return sorted(child.pid for child in children if child.status() != psutil.STATUS_ZOMBIE)

    @cached_property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @cached_property
    def wires(self) -> list[Wire]:
        """Every connection so far, to be closed with the server."""
        return []

    def connect(self) -> Wire:
        """A connection to whichever worker takes it."""
        wire = Wire(self.port)
        self.wires.append(wire)
        assert wire.get("/api/v1/log/heads").status == 200
        return wire

    def __exit__(self, *why: object) -> None:
        for wire in self.wires:
            wire.close()
        super().__exit__(*why)

    def worker_of(self, wire: Wire) -> int:
        """The worker at the other end of a connection that has been used."""
        for pid in self.workers():
            for open_ in psutil.Process(pid).net_connections("tcp"):
                if open_.raddr and open_.raddr.port == wire.local_port:
                    return pid
        raise AssertionError("no worker has this connection")

    def connect_to_all(self) -> list[Wire]:
        """A connection to each worker."""
        found: dict[int, Wire] = {}

        def all_found() -> list[Wire] | None:
            wire = self.connect()
            pid = self.worker_of(wire)
            if pid in found:
                wire.close()
            found.setdefault(pid, wire)
            return list(found.values()) if len(found) == len(self.workers()) else None

        return until(all_found)


class Wire(HTTPConnection):
    """One connection, kept open: everything asked over it is answered by the same process."""

    def __init__(self, port: int) -> None:
        super().__init__("127.0.0.1", port, timeout=DEADLINE)
        self.stream: HTTPResponse | None = None

    def close(self) -> None:
        if self.stream is not None:
            self.stream.close()
        super().close()

    @property
    def local_port(self) -> int:
        return int(self.sock.getsockname()[1])

    def open(self, path: str) -> HTTPResponse:
        """An answer that goes on."""
        self.request("GET", path)
        self.stream = self.getresponse()
        assert self.stream.status == 200
        return self.stream

    def get(self, path: str, **headers: str) -> SiteAnswer:
        return self.ask("GET", path, b"", headers)

    def post(self, path: str, body: Any, key: str) -> SiteAnswer:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        return self.ask("POST", path, json.dumps(body).encode(), headers)

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> SiteAnswer:
        self.request(method, path, body, headers)
        answer = self.getresponse()
        return SiteAnswer(answer.status, answer.read(), answer)


@dataclass(frozen=True)
class SiteAnswer:
    status: int
    raw: bytes
    answer: HTTPResponse

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


def booking(number: int, hours: int = 30) -> dict[str, Any]:
    """The booking of an invented truck, so many hours from now."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return {
        "checkpoint": POST,
        "start": f"{hour + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}",
        "vehicle": {
            "country": "KZ",
            "plate": f"{number:03d}DMA02",
            "drivers": ["Invented Ulgiev"],
        },
    }
