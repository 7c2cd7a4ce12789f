"""A history is read back as far as it was written, with the moments at which things were said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rig.load.history import Deed, History, Story, read

BOOK = Deed("fleet", "book", "key", "POST", "/bookings", {"start": "now"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A request that was answered, one that was not, and peace."""
    history = History(tmp_path / "history.jsonl")
    history.tell(history.ask(BOOK, BOOK.body, altered=False), 201, {"number": 1}, again=False)
    history.ask(BOOK, BOOK.body, altered=True)
    history.say("quiet")
    history.close()
    return history.path


def asked(story: Story) -> list[tuple[int, int | None, bool]]:
    return [(ask.line, ask.told_line, ask.altered) for ask in story.asks]


def test_what_was_asked_stands_with_what_was_answered(path: Path):
    assert asked(read(path)) == [(1, 2, False), (3, None, True)]


def test_peace_has_its_line_and_its_moment_and_the_end_is_the_last_line(path: Path):
    story = read(path)
    assert story.quiet == 4
    assert story.quiet_at == story.over_at > 1_700_000_000_000
    history = History(path)
    over_at = history.say("over")
    history.close()
    assert (read(path).quiet_at, read(path).over_at) == (story.quiet_at, over_at)


def test_a_line_without_its_end_was_never_written(path: Path):
    path.write_bytes(path.read_bytes()[:-1])
    story = read(path)
    assert asked(story) == [(1, 2, False), (3, None, True)]
    assert story.quiet is None
