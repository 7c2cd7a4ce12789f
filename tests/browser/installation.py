"""An installation for a browser: the shipped network at the board's own moment, served for real."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kezek.app.application import Application, Demo
from kezek.bootstrap import close_application, make_demo, open_application
from kezek.cli.demo.demo import make_ready
from kezek.demo.opening import PASSWORD, board_began
from kezek.domain.account.actor import Actor, Role
from kezek.settings import Settings

__all__ = ["AT", "EVERYBODY", "PASSWORD", "Installation", "make_template", "opened", "served"]

AT = board_began()
EVERYBODY = Actor(1, "operator", frozenset((role, "*") for role in Role))

# One machine plays every reader at once, so the limits per address are out of the way.
_ENVIRONMENT = {
    "KEZEK_PLANNER": "no",
    "KEZEK_RATE_PUBLIC": "1000000",
    "KEZEK_RATE_SIGN_IN": "1000000",
    "KEZEK_RETURN_MINUTES_MIN": "5",
    "KEZEK_RETURN_MINUTES_MAX": "5",
}


@dataclass
class Installation:
    """A folder, and the server on it.  `first_link` makes the first administrator."""

    folder: Path
    url: str
    server: subprocess.Popen[bytes]
    first_link: str = ""

    def stop(self) -> None:
        """As an operator does; the server ends its streams and goes."""
        if self.server.poll() is None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(20)


def make_template(folder: Path) -> Path:
    """The network and the accounts of a demonstration, made by the product's own command."""
    make_ready(Settings(folder=folder), factor=1, seed=1, fresh=False)
    return folder


@contextmanager
def opened(folder: Path, *, factor: int = 1) -> Iterator[Application]:
    """The application of a folder that nobody serves, for what has to be there beforehand."""
    settings = Settings(folder=folder)
    application = open_application(settings)
    make_demo(application.store, Demo(began=AT, factor=factor, seed=1))
    try:
        yield application
    finally:
        close_application(application)


@contextmanager
def served(folder: Path) -> Iterator[Installation]:
    """`kezek serve` on the folder, on any free port."""
    command = [sys.executable, "-m", "kezek", "serve", "--json"]
    command += ["--host", "127.0.0.1", "--port", "0", "--folder", str(folder)]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, env={**os.environ, **_ENVIRONMENT}
        )
    try:
        told = _first_line(server, folder)
        url = told["links"]["board"].rstrip("/")
        yield Installation(folder, url, server, told["first_administrator"])
    finally:
        server.terminate()
        server.wait(20)
        assert server.stdout is not None
        server.stdout.close()
    said = (folder / "server.log").read_text()
    assert "Traceback" not in said, said


def _first_line(server: subprocess.Popen[bytes], folder: Path) -> Any:
    assert server.stdout is not None
    line = server.stdout.readline()
    assert line, (folder / "server.log").read_text()
    told = json.loads(line)
    assert "answer" in told, told
    return told["answer"]


def copied(template: Path, folder: Path) -> Path:
    """A folder of its own for one module."""
    shutil.copytree(template, folder)
    return folder
