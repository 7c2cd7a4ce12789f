"""The live board: at once, after a change, a beat in between; made once however many listen."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kezek.api.turn import stream
from kezek.system.file_descriptor import STREAMS_MAX
from tests.api.app import NOW_OPEN, Api, validator

BOARDS = [("/board/events", "BoardNow"), ("/checkpoints/kz_a/events", "PostBoardNow")]


class Listener:
    """A stream's reader: messages as they come, and a way to leave."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        await self.messages.put(message)

    async def start(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.messages.get(), 10)

    async def text(self) -> str:
        message = await asyncio.wait_for(self.messages.get(), 10)
        assert message["more_body"]
        return message["body"].decode()

    async def event(self) -> tuple[int, dict[str, Any]]:
        """The next event: its id and what it holds; beats are passed over."""
        while (text := await self.text()).startswith(":"):
            pass
        name, number, body, end = text.split("\n", 3)
        assert (name, end) == ("event: board", "\n")
        return int(number.removeprefix("id: ")), json.loads(body.removeprefix("data: "))


@asynccontextmanager
async def listening(api: Api, path: str, **headers: str):
    reader = Listener()
    scope = api.scope("GET", path, headers=headers)
    task = asyncio.ensure_future(api.app(scope, reader.receive, reader.send))
    start = await reader.start()
    assert start["status"] == 200
    assert dict(start["headers"])[b"content-type"].startswith(b"text/event-stream")
    try:
        yield reader
    finally:
        reader.gone.set()
        await asyncio.wait_for(task, 10)


@pytest.mark.parametrize(("path", "kind"), BOARDS)
def test_the_board_comes_at_once_and_after_a_change(api: Api, path: str, kind: str):
    async def told() -> None:
        async with listening(api, path) as reader:
            position, first = await reader.event()
            assert position == first["position"] == api.application.watch.position
            await asyncio.to_thread(lambda: api.application.desk.ask(command))
            later, second = await reader.event()
            assert later == position + 1
            for body in (first, second):
                assert validator(kind).is_valid(body)

    command = api.world.book_command(1)
    api.loop.run_until_complete(told())
    assert api.application.watch.listeners == 0


def test_a_called_truck_is_on_the_live_board_without_its_plate(api: Api):
    api.called(77)

    async def told() -> dict[str, Any]:
        async with listening(api, "/checkpoints/kz_a/events") as reader:
            return (await reader.event())[1]

    seen = api.loop.run_until_complete(told())
    assert [one["truck"]["tail"] for one in seen["called"]] == ["077"]
    assert "TST000" not in str(seen)
    assert (seen["post"]["called"], seen["post"]["waiting"]) == (1, 0)


def test_a_quiet_board_beats(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "BEAT_SECONDS", 0.001)

    async def told() -> list[str]:
        async with listening(api, "/board/events") as reader:
            await reader.event()
            return [await reader.text() for _ in range(3)]

    assert api.loop.run_until_complete(told()) == [": beat\n\n"] * 3
    assert stream.BEAT_SECONDS < 15


def test_a_board_that_could_not_be_made_once_goes_on(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "AGAIN_SECONDS", 0.001)
    build, failed = stream.network_board, []

    def shaky(application: object) -> object:
        if failed == ["once"]:
            failed.append("twice")
            raise OSError("the disk is away")
        return build(application)

    monkeypatch.setattr(stream, "network_board", shaky)

    async def told() -> tuple[int, int]:
        async with listening(api, "/board/events") as reader:
            position, _ = await reader.event()
            failed.append("once")
            await asyncio.to_thread(lambda: api.application.desk.ask(api.world.book_command(1)))
            return position, (await reader.event())[0]

    before, after = api.loop.run_until_complete(told())
    assert failed == ["once", "twice"]
    assert after == before + 1


def test_a_board_that_cannot_be_made_at_first_leaves_no_stream_open(
    api: Api, monkeypatch: pytest.MonkeyPatch
):
    def broken(_application: object) -> object:
        raise OSError("the disk is away")

    monkeypatch.setattr(stream, "network_board", broken)
    feeds = stream.BoardStreams(api.application)

    async def told() -> None:
        with pytest.raises(OSError, match="away"), feeds.listening("somebody", "", ""):
            pass

    api.loop.run_until_complete(told())
    assert api.application.streams.count == 0


def test_the_beat_comes_in_time():
    assert stream.BEAT_SECONDS + stream.GATHER_SECONDS_MIN < 15
    assert stream.GATHER_SECONDS_MIN + stream.GATHER_SECONDS_EACH * STREAMS_MAX < 5


def test_who_has_seen_this_state_is_told_of_the_next(api: Api):
    position = api.application.watch.position

    async def told(seen: str) -> str:
        async with listening(api, "/board/events", **{"last-event-id": seen}) as reader:
            return await reader.text()

    assert api.loop.run_until_complete(told(str(position))) == ": beat\n\n"
    for seen in (str(position - 1), "0", "nonsense", ""):
        assert api.loop.run_until_complete(told(seen)).startswith("event: board\n")


def test_an_event_is_made_once_for_everybody(api: Api, monkeypatch: pytest.MonkeyPatch):
    made = 0
    build = stream.network_board

    def counted(application: object) -> object:
        nonlocal made
        made += 1
        return build(application)

    monkeypatch.setattr(stream, "network_board", counted)

    api.application.streams.each_max = 500

    async def told() -> None:
        readers, tasks = [Listener() for _ in range(500)], []
        for reader in readers:
            scope = api.scope("GET", "/board/events")
            tasks.append(asyncio.ensure_future(api.app(scope, reader.receive, reader.send)))
        for reader in readers:
            await reader.start()
            await reader.event()
        assert made == 1
        await asyncio.to_thread(lambda: api.application.desk.ask(api.world.book_command(1)))
        bodies = [await reader.text() for reader in readers]
        assert len(set(bodies)) == 1
        assert made == 2
        assert api.application.watch.listeners == 1
        for reader in readers:
            reader.gone.set()
        await asyncio.gather(*tasks)

    api.loop.run_until_complete(told())
    assert api.application.watch.listeners == 0


def test_a_slow_reader_is_told_the_latest_only(api: Api):
    async def told() -> None:
        reader, stuck = Listener(), asyncio.Event()
        bodies: list[bytes] = []

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.body":
                bodies.append(message["body"])
                if len(bodies) == 1:
                    await stuck.wait()
                await reader.send(message)

        task = asyncio.ensure_future(
            api.app(api.scope("GET", "/board/events"), reader.receive, send)
        )
        async with listening(api, "/board/events") as quick:
            await quick.event()
            for n in range(3):
                await asyncio.to_thread(api.application.desk.ask, api.world.book_command(n))
                last = await quick.event()
            stuck.set()
            await reader.event()
            # The first change was handed to it while it was stuck; then comes the last, not the second.
            events = [await reader.event()]
            await asyncio.to_thread(api.application.desk.ask, api.world.book_command(9))
            events.append(await reader.event())
            assert len(events) == 2
            assert events[-1][0] == last[0] + 1
        reader.gone.set()
        await task

    api.loop.run_until_complete(told())


@pytest.mark.parametrize(
    ("limit", "status", "code", "after"),
    [("all_max", 503, "overloaded", b"1"), ("each_max", 429, "rate_limited", b"60")],
)
def test_there_are_not_more_streams_than_the_server_can_bear(
    api: Api, limit: str, status: int, code: str, after: bytes
):
    setattr(api.application.streams, limit, 1)

    async def told() -> list[dict[str, Any]]:
        async with listening(api, "/board/events"):
            reader = Listener()
            await api.app(api.scope("GET", "/board/events"), reader.receive, reader.send)
            return [reader.messages.get_nowait() for _ in range(2)]

    start, body = api.loop.run_until_complete(told())
    assert start["status"] == status
    assert dict(start["headers"])[b"retry-after"] == after
    assert json.loads(body["body"])["code"] == code


def test_a_post_that_does_not_exist_has_no_stream(api: Api):
    assert api.get("/checkpoints/kz_z/events").code == "checkpoint_unknown"


def test_a_post_without_a_line_still_has_a_board(api: Api):
    api.book(start=NOW_OPEN)

    async def told() -> dict[str, Any]:
        async with listening(api, "/checkpoints/xx_c/events") as reader:
            return (await reader.event())[1]

    assert api.loop.run_until_complete(told())["post"]["checkpoint"] == "xx_c"


def test_a_stream_ends_with_the_server(api: Api):
    async def told() -> dict[str, Any]:
        reader = Listener()
        scope = api.scope("GET", "/board/events")
        task = asyncio.ensure_future(api.app(scope, reader.receive, reader.send))
        await reader.start()
        await reader.event()
        api.application.watch.close()
        await asyncio.wait_for(task, 10)
        while reader.messages.qsize() > 1:
            reader.messages.get_nowait()
        return reader.messages.get_nowait()

    last = api.loop.run_until_complete(told())
    assert not last.get("more_body")
