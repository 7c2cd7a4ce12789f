"""A stream says that there is news, at most once a second, and is never silent for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from unittest.mock import patch

import pytest

from kezek.app.feed.change_feed import EVERY_LINE, ChangeFeed
from kezek.domain.kernel.event import Logged
from kezek.web.frame import live
from tests.world import A


def logged(position: int, line: str = A) -> Logged:
    return Logged(position, 0, 0, "arrived", "timer", line, 1, "{}")


async def said(messages: AsyncIterator[bytes]) -> tuple[str, str]:
    text = (await anext(messages)).decode()
    assert text.endswith("\n\n")
    fields = dict(line.split(": ", 1) for line in text.strip().splitlines() if ": " in line)
    return fields["event"], fields["id"]


def test_news_of_the_line_is_told_with_its_place_in_the_log():
    async def listen() -> None:
        watch = ChangeFeed()
        messages = live.messages(watch, A)
        assert await said(messages) == ("beat", "0")
        watch.announce([logged(7)])
        assert await said(messages) == ("changed", "7")
        await messages.aclose()
        assert watch.listeners == 0

    asyncio.run(listen())


def test_silence_is_broken_by_a_beat():
    async def listen() -> None:
        messages = live.messages(ChangeFeed(), A)
        await said(messages)
        assert await said(messages) == ("beat", "0")
        await messages.aclose()

    with patch.object(live, "BEAT_SECONDS", 0.0):
        asyncio.run(listen())


def test_a_beat_comes_in_time_for_the_page_to_trust_it():
    assert live.BEAT_SECONDS <= 15
    assert live.PAUSE_SECONDS >= 1


def test_many_changes_are_one_message():
    async def listen() -> list[tuple[str, str]]:
        watch = ChangeFeed()
        messages = live.messages(watch, A)
        await said(messages)
        for position in range(1, 50):
            watch.announce([logged(position)])
        found = [await said(messages), await said(messages)]
        await messages.aclose()
        return found

    with patch.object(live, "BEAT_SECONDS", 0.01), patch.object(live, "PAUSE_SECONDS", 0.0):
        assert asyncio.run(listen()) == [("changed", "49"), ("beat", "49")]


def test_another_line_is_no_news_but_the_board_hears_of_all():
    async def listen(line: str) -> str:
        watch = ChangeFeed()
        messages = live.messages(watch, line)
        await said(messages)
        watch.announce([logged(1, "kz_elsewhere.exit")])
        event, _ = await said(messages)
        await messages.aclose()
        return event

    with patch.object(live, "BEAT_SECONDS", 0.01):
        assert asyncio.run(listen(A)) == "beat"
        assert asyncio.run(listen(EVERY_LINE)) == "changed"


def test_who_comes_back_is_told_at_once_what_was_missed():
    async def first(*, behind: bool) -> str:
        messages = live.messages(ChangeFeed(), A, behind=behind)
        event, _ = await said(messages)
        await messages.aclose()
        return event

    assert asyncio.run(first(behind=True)) == "changed"


def test_a_closing_server_ends_its_streams():
    async def listen() -> None:
        watch = ChangeFeed()
        messages = live.messages(watch, A)
        await said(messages)
        watch.close()
        with pytest.raises(StopAsyncIteration):
            await anext(messages)
        assert watch.listeners == 0

    asyncio.run(listen())


@pytest.mark.parametrize("path", ["/live", "/checkpoints/kz_a/live"])
def test_the_addresses_of_the_streams(office, path: str):
    office.application.watch.closed = True
    with patch.object(live, "BEAT_SECONDS", 0.0):
        answer = office.browser().get(path)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.startswith("retry: 3000\nevent: beat\n")


def test_a_reader_who_is_behind_by_the_log(office):
    office.book(1)
    office.application.watch.closed = True
    client = office.browser().client
    with patch.object(live, "BEAT_SECONDS", 0.0):
        told = client.get("/live", headers={"last-event-id": "1"}).text
    assert "event: changed" in told


@pytest.mark.parametrize(
    ("limit", "status", "code"), [("all_max", 503, "overloaded"), ("each_max", 429, "rate_limited")]
)
def test_there_is_an_end_to_how_many_can_listen(office, limit: str, status: int, code: str):
    setattr(office.application.streams, limit, 0)
    answer = office.browser().get("/live")
    assert answer.status_code == status
    assert f"Code: {code}" in answer.text
