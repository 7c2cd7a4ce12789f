"""The traffic's own process: reads its scene, lives it over HTTP, tells once a second what it counted.

Its standard input goes on with shifts: which posts people serve. It ends when its standard input ends,
so that it never outlives the server that started it.
"""

from __future__ import annotations

import asyncio
import signal
from typing import BinaryIO, TextIO

import msgspec

from kezek.demo.agenda import Agenda
from kezek.demo.chance import DemoChance
from kezek.demo.client import DemoSession
from kezek.demo.gates import Gates
from kezek.demo.scene import Scene, decoded, shift_of
from kezek.demo.stage import TrafficRun
from kezek.demo.trucks import Trucks
from kezek.system.clock import DemoClock

TELL_SECONDS = 1.0


def run_traffic(source: BinaryIO, sink: TextIO) -> None:
    """Until `source` ends."""
    # Ctrl-C reaches every process of a terminal; the server is the one that decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    scene = decoded(source.readline())
    asyncio.run(_live(scene, source, sink))


async def _live(scene: Scene, source: BinaryIO, sink: TextIO) -> None:
    clock = DemoClock(scene.now, scene.factor)
    async with DemoSession(scene.url, scene.keys, scene.origin) as api:
        stage = TrafficRun(scene, clock, Agenda(clock), api, DemoChance(scene.seed + scene.origin))
        stage.yards = {yard.checkpoint: yard for yard in scene.yards}
        stage.truck = scene.next_truck
        gates = Gates(stage)
        parts = [_play(stage, gates), stage.agenda.work(), _tell(stage, sink), _hear(gates, source)]
        tasks = [asyncio.create_task(part) for part in parts]
        await asyncio.wait(tasks[1:], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result


async def _play(stage: TrafficRun, gates: Gates) -> None:
    gates.begin()
    await Trucks(stage).begin()


async def _hear(gates: Gates, source: BinaryIO) -> None:
    """Each shift, until there are no more."""
    while line := await asyncio.to_thread(source.readline):
        gates.change(shift_of(line))


async def _tell(stage: TrafficRun, sink: TextIO) -> None:
    """What has been counted, as one line of JSON."""
    while True:
        stage.counted.at = stage.agenda.now
        try:
            sink.write(msgspec.json.encode(stage.counted).decode() + "\n")
            sink.flush()
        except OSError:
            # Nobody listens any more.
            return
        await asyncio.sleep(TELL_SECONDS)
