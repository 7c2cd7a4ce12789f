"""A channel is added by one class and one line of the composition root, and is then seen everywhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kezek.app.feed.consumer import ConsumerPosition
from kezek.app.port import Reader
from kezek.domain.kernel.event import Logged
from tests.operation.test_metrics import book
from tests.operation.watched import Watched, watched

SECONDS = 20


class LineChannel:
    """Writes a line for each event into a file, with the position by which a reader knows it again."""

    name, piece = "lines", 100

    def __init__(self, path: Path) -> None:
        self._path = path

    def begins(self, reader: Reader) -> int:
        return reader.last_position()

    def consume(self, events: Sequence[Logged]) -> None:
        with self._path.open("a") as file:
            file.writelines(f"{event.position} {event.kind}\n" for event in events)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    channel = LineChannel(tmp_path / "lines")
    monkeypatch.setattr("kezek.bootstrap._consumers", lambda ledger: (ledger, channel))
    monkeypatch.setattr("kezek.app.feed.feed.LOOK_SECONDS", 0.02)
    with watched(tmp_path) as made:
        made.application.feed.start()
        yield made
        made.application.feed.stop()


def until(there: object) -> None:
    ends = time.monotonic() + SECONDS
    while not there():
        assert time.monotonic() < ends, "not in time"
        time.sleep(0.02)


def test_a_channel_tells_what_happens_after_it_began(here: Watched, tmp_path: Path):
    before = here.application.store.reader.last_position()
    path = tmp_path / "lines"
    until(lambda: here.application.store.reader.get(ConsumerPosition, "lines") is not None)
    numbers = [book(here, truck) for truck in (1, 2)]
    assert len(set(numbers)) == 2
    until(lambda: path.exists() and len(path.read_text().splitlines()) == 2)
    assert path.read_text() == f"{before + 1} confirmed\n{before + 2} confirmed\n"
    until(
        lambda: here.application.store.reader.get(ConsumerPosition, "lines").position == before + 2
    )
    here.application.vigil.look()
    assert here.figure("consumer_unread_events", consumer="lines") == 0
