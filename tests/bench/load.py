"""Load on a server, made by wrk; its scripts are in lua/."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

LUA = Path(__file__).parent / "lua"
CONNECTIONS = 64


@dataclass(frozen=True)
class Measured:
    """What one run of wrk saw.  `refused` are answers with a status from 400 on."""

    answers: int
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    broken: int
    counted: str

    @property
    def accepted_per_second(self) -> float:
        return (self.answers - self.refused) / self.seconds

    @property
    def answers_per_second(self) -> float:
        return self.answers / self.seconds


def wrk(
    url: str, script: str, seconds: float, *arguments: str, connections: int = CONNECTIONS
) -> Measured:
    """One thread, because the server and wrk share the machine."""
    command = [
        "wrk",
        "--threads=1",
        f"--connections={connections}",
        f"--duration={max(1, round(seconds))}s",
        "--timeout=10s",
        f"--script={LUA / script}",
        url,
        "--",
        *arguments,
    ]
    environment = os.environ | {"KEZEK_LUA": str(LUA)}
    ran = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    result = next((line for line in ran.stdout.splitlines() if line.startswith("RESULT ")), "")
    if not result:
        raise RuntimeError(f"wrk said nothing: {ran.stdout}{ran.stderr}")
    measured = Measured(**json.loads(result.removeprefix("RESULT ")))
    if measured.broken:
        raise RuntimeError(f"{measured.broken} connections broke: {measured}")
    return measured
