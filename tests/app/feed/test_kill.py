"""Processes are killed between their work and their position: every event is told, and in order."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from kezek.app.feed.consumer import ConsumerPosition
from kezek.storage.open import open_store
from tests.storage.postgres.cluster import cluster
from tests.storage.rows import event, save

EVENTS, SECONDS = 30, 60


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    name = cluster().fresh() if request.param == "postgresql" else ""
    made = cluster().url(name) if name else f"sqlite:{tmp_path / 'kezek.db'}"
    with closing(open_store(made)) as store:
        save(store, [], events=[event(n) for n in range(1, EVENTS + 1)])
    yield made
    if name:
        cluster().drop(name)


def started(url: str, path: Path, dies: int = 0) -> subprocess.Popen[bytes]:
    module = "tests.app.feed.line_writer"
    return subprocess.Popen([sys.executable, "-m", module, url, path, str(EVENTS), str(dies)])


def written(path: Path) -> list[tuple[str, int]]:
    lines = (line.split() for line in path.read_text().splitlines())
    return [(process, int(position)) for process, position in lines]


def test_every_event_is_told_whenever_a_process_is_killed(url: str, tmp_path: Path):
    path = tmp_path / "lines"
    for dies in (1, 7, 22):
        assert started(url, path, dies).wait(SECONDS) == -signal.SIGKILL
    assert started(url, path).wait(SECONDS) == 0
    lines = written(path)
    assert {position for _, position in lines} == set(range(1, EVENTS + 1))
    for _, of_one in groupby(lines, key=lambda line: line[0]):
        told = [position for _, position in of_one]
        assert told == list(range(told[0], told[0] + len(told))), "in order, none left out"
    assert all(later <= earlier + 1 for (_, earlier), (_, later) in pairwise(lines))
    assert len(lines) == EVENTS + 3 * 4, "once more is only what the killed ones had in hand"
    with closing(open_store(url)) as store:
        assert store.reader.get(ConsumerPosition, "line_writer").position == EVENTS


def test_another_process_goes_on_when_the_first_is_killed(tmp_path: Path):
    name = cluster().fresh()
    url, path = cluster().url(name), tmp_path / "lines"
    try:
        with closing(open_store(url)) as store:
            save(store, [], events=[event(n) for n in range(1, 9)])
        first = started(url, path, dies=20)
        second = started(url, path)
        with closing(open_store(url)) as store:
            for last in range(8, EVENTS):
                save(store, [], events=[event(last + 1)])
        ended = {first.wait(SECONDS), second.wait(SECONDS)}
        assert ended <= {0, -signal.SIGKILL}
        lines = written(path)
        assert {position for _, position in lines} == set(range(1, EVENTS + 1))
        workers = [process for process, _ in groupby(lines, key=lambda line: line[0])]
        assert len(workers) == len(set(workers)), "one after the other, never in turn"
    finally:
        cluster().drop(name)
