"""A real server process on a folder of its own, from start to a clean stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

START_SECONDS = 60.0
STOP_SECONDS = 30.0
NO_LIMIT = "1000000000"
UNLIMITED = ("KEZEK_RATE_PUBLIC", "KEZEK_RATE_SIGN_IN", "KEZEK_STREAMS_EACH")


@dataclass
class Server:
    url: str
    child: subprocess.Popen[str]
    start_seconds: float

    def memory_mb(self) -> float:
        """Resident memory of the server, in megabytes."""
        return psutil.Process(self.child.pid).memory_info().rss / 1e6

    def fetch(self, path: str) -> bytes:
        """The body of an address."""
        with urllib.request.urlopen(self.url + path, timeout=START_SECONDS) as answer:
            return answer.read()

    def stop(self) -> None:
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(STOP_SECONDS)
        finally:
            if self.child.poll() is None:
                self.child.kill()
                self.child.wait()
        if self.child.stdout is not None:
            self.child.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(folder: Path, *, database: str = "", workers: int = 1, planner: bool = True) -> Server:
    """Until the first healthy answer; an empty `database` is the folder's own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KEZEK_")}
    environment |= dict.fromkeys(UNLIMITED, NO_LIMIT)
    environment["KEZEK_PLANNER"] = "yes" if planner else "no"
    if database:
        environment["KEZEK_DATABASE"] = database
    began = time.perf_counter()
    child = subprocess.Popen(
        [
            *(sys.executable, "-m", "kezek", "serve", "--port", "0", "--json"),
            *("--folder", str(folder), "--workers", str(workers)),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise RuntimeError(f"the server did not start: exit code {child.wait(STOP_SECONDS)}")
    url = json.loads(line)["answer"]["links"]["board"].rstrip("/")
    while not healthy(url):
        if time.perf_counter() - began > START_SECONDS:
            child.kill()
            raise RuntimeError("the server never answered")
        time.sleep(0.005)
    return Server(url, child, time.perf_counter() - began)


def healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/v1/checkpoints", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
