"""A process of its own that writes each event's position into a file, and kills itself where it is told.

`python -m tests.app.feed.line_writer URL FILE UNTIL DIES` ends once the event UNTIL is done; DIES is the
position at which it dies after its work and before its position moves, 0 for never.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from kezek.app.feed import feed as feeds
from kezek.app.feed.consumer import ConsumerPosition
from kezek.app.feed.feed import DurableFeed
from kezek.app.port import Reader
from kezek.domain.kernel.event import Logged
from kezek.storage.open import open_store


class LineWriter:
    name, piece = "line_writer", 4

    def __init__(self, path: Path, dies: int) -> None:
        self._path, self._dies = path, dies

    def begins(self, reader: Reader) -> int:
        return 0

    def consume(self, events: Sequence[Logged]) -> None:
        with self._path.open("a") as file:
            for event in events:
                file.write(f"{os.getpid()} {event.position}\n")
        if any(event.position == self._dies for event in events):
            os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, path: str, until: str, dies: str) -> None:
    feeds.LOOK_SECONDS = 0.02
    with closing(open_store(url)) as store:
        feed = DurableFeed(store, [LineWriter(Path(path), int(dies))])
        feed.start()
        while True:
            kept = store.reader.get(ConsumerPosition, LineWriter.name)
            if kept is not None and kept.position >= int(until):
                break
            time.sleep(0.02)
        feed.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
