"""Starts the demo's traffic beside the server and shows what it counts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator

import click
from rich.console import Console
from rich.status import Status

from kezek.app.application import Application
from kezek.cli.frame.output import wants_json
from kezek.demo.scene import Scene, Staffing, encoded, left_at, scene_of
from kezek.demo.stage import TrafficCounts, counted_of
from kezek.domain.kernel.instant import to_datetime

log = logging.getLogger("kezek.demo")

STOP_SECONDS = 5.0
SHIFT_SECONDS = 0.5
PLAIN_EVERY = 10
ZONE = "Asia/Almaty"


class DemoTraffic:
    """The traffic's process, for as long as the server runs."""

    def __init__(self, application: Application, *, trucks_max: int) -> None:
        self._application, self._trucks_max = application, trucks_max
        self._quiet = wants_json(click.get_current_context())

    async def run(self) -> None:
        """Until cancelled, or until the traffic ends by a mistake of its own."""
        scene = await asyncio.to_thread(scene_of, self._application, trucks_max=self._trucks_max)
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "kezek",
            "traffic",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert child.stdin is not None
        assert child.stdout is not None
        told = asyncio.create_task(self._tell(child.stdin, scene))
        try:
            await self._show(_lines(child.stdout))
            if await child.wait():
                log.error("the demo's traffic has stopped; the server goes on")
            # The board stays up for whoever is looking at it.
            await asyncio.Event().wait()
        finally:
            told.cancel()
            await _stop(child)

    async def _tell(self, sink: asyncio.StreamWriter, scene: Scene) -> None:
        """The scene, then whenever people come to posts or leave them; who has ended hears nothing."""
        told: frozenset[str] = frozenset()
        with contextlib.suppress(ConnectionError):
            sink.write(encoded(scene))
            while True:
                await sink.drain()
                await asyncio.sleep(SHIFT_SECONDS)
                manned = self._application.presence.manned()
                if manned != told:
                    shift = await asyncio.to_thread(self._shift, manned, told - manned)
                    sink.write(encoded(shift))
                    told = manned

    def _shift(self, manned: frozenset[str], freed: frozenset[str]) -> Staffing:
        left = {checkpoint: left_at(self._application, checkpoint) for checkpoint in sorted(freed)}
        return Staffing(sorted(manned), left)

    async def _show(self, lines: AsyncIterator[TrafficCounts]) -> None:
        console = Console(stderr=True, highlight=False)
        if self._quiet or not console.is_terminal:
            seen = 0
            async for counted in lines:
                if not self._quiet and seen % PLAIN_EVERY == 0:
                    console.print(sentence(counted), soft_wrap=True)
                seen += 1
            return
        with Status("the first trucks are booking …", console=console) as status:
            async for counted in lines:
                status.update(sentence(counted))


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[TrafficCounts]:
    while line := await stream.readline():
        yield counted_of(line)


async def _stop(child: asyncio.subprocess.Process) -> None:
    """The end of its input asks it to stop; who does not listen is stopped."""
    assert child.stdin is not None
    child.stdin.close()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await child.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


def sentence(counted: TrafficCounts) -> str:
    """The progress line."""
    clock = to_datetime(counted.at, ZONE).strftime("%d %B %H:%M")
    return (
        f"{clock}  {counted.waiting} trucks waiting, {counted.called} at the gates; "
        f"since this start {counted.booked} booked, {counted.crossed} crossed"
    )
