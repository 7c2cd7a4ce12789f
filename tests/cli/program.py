"""The command line as its users run it: in a process of its own, on a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self, TypeVar

T = TypeVar("T")

DEADLINE = 60.0


def environment() -> dict[str, str]:
    """The one of this process, without settings that somebody has at home.

    Without a planner: forecasts have tests of their own, and the others two cores.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("KEZEK_")}
    return own | {"KEZEK_PLANNER": "no"}


def until(look: Callable[[], T | None], seconds: float = DEADLINE) -> T:
    """What `look` finds, as soon as it finds something; an error when the time is up."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"nothing within {seconds} s: {look}"
        time.sleep(0.05)


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document that `--json` prints."""
        (line,) = self.out.splitlines()
        return json.loads(line)


def kezek(
    *arguments: str | Path,
    given: str = "",
    extra: dict[str, str] | None = None,
    encoding: str | None = None,
) -> Ran:
    """A command that ends by itself; `encoding` is that of its output, this process's otherwise."""
    ran = subprocess.run(
        [sys.executable, "-m", "kezek", *map(str, arguments)],
        input=given,
        capture_output=True,
        text=True,
        encoding=encoding,
        errors="replace" if encoding else None,
        timeout=DEADLINE,
        check=False,
        env=environment() | (extra or {}),
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)


class NotServed(AssertionError):
    """A server that ended before it served; `code` is that of its problem."""

    def __init__(self, code: str, line: str) -> None:
        super().__init__(f"it did not begin to serve: {line}")
        self.code = code


class Running:
    """A command that serves until it is stopped: `kezek serve` or `kezek demo`."""

    def __init__(
        self,
        *arguments: str | Path,
        extra: dict[str, str] | None = None,
        before: Sequence[str] = (),
        log: IO[bytes] | None = None,
    ) -> None:
        """`before` is a program that starts the command; `log` takes its standard error."""
        whole = [*before, sys.executable, "-m", "kezek", *map(str, arguments), "--port", "0"]
        self.child = subprocess.Popen(
            [*whole, "--json"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment() | (extra or {}),
        )
        assert self.child.stdout is not None
        line = self.child.stdout.readline()
        assert line, f"ended with {self.child.wait(DEADLINE)} before it served"
        told = json.loads(line)
        if "answer" not in told:
            self.child.wait(DEADLINE)
            self.child.stdout.close()
            raise NotServed(told["problem"]["code"], line)
        self.told: dict[str, Any] = told["answer"]
        self.url = self.told["links"]["board"].rstrip("/")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """The exit code after a signal."""
        if self.child.poll() is None:
            self.child.send_signal(number)
        try:
            return self.child.wait(DEADLINE)
        finally:
            if self.child.poll() is None:
                self.child.kill()
                self.child.wait()
            assert self.child.stdout is not None
            self.child.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def get(self, path: str, key: str = "") -> Any:
        """The JSON of an address."""
        return json.loads(self.fetch(path, key))

    def fetch(self, path: str, key: str = "") -> bytes:
        """The body of an address."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        request = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            return answer.read()

    def post(self, path: str, body: Any, key: str) -> tuple[int, Any]:
        """Status and JSON of a POST; status 0 when the server is gone."""
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)
        except (OSError, ValueError):
            return 0, None
