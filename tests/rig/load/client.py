"""Whoever asks: over a link that may fail, with a key that makes asking again harmless."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.rig.load.history import Deed, History

PATIENCE_SECONDS, PAUSE_SECONDS_MAX = 5.0, 3.0
GIVES_UP, TWICE_AT_ONCE, AGAIN, ALTERED, BROKEN_OFF = 0.1, 0.08, 0.12, 0.03, 0.03


@dataclass(frozen=True)
class ClientAnswer:
    """An answer that was heard: a yes or a no of the rules."""

    status: int
    body: dict[str, Any]

    @property
    def done(self) -> bool:
        return self.status < 300


class Client:
    """Everybody's way to the servers.  `unsettled` are deeds of which nobody knows what became."""

    def __init__(
        self, history: History, roads: Sequence[str], keys: Mapping[str, str], chance: random.Random
    ) -> None:
        self._history, self._roads, self._keys = history, list(roads), keys
        self._chance = chance
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=PATIENCE_SECONDS),
            connector=aiohttp.TCPConnector(limit=0),
        )
        self.unsettled: dict[tuple[str, str], Deed] = {}
        self.accepted: list[Deed] = []
        self.acknowledged = self.sent = 0
        self._heard, self._back = asyncio.Condition(), asyncio.Condition()

    async def close(self) -> None:
        await self._session.close()

    async def wait_for(self, more: int, seconds: float) -> bool:
        """Until so many more answers said yes; whether they came in time."""
        wanted = self.acknowledged + more
        try:
            async with asyncio.timeout(seconds), self._heard:
                await self._heard.wait_for(lambda: self.acknowledged >= wanted)
        except TimeoutError:
            return False
        return True

    async def ask(self, deed: Deed) -> ClientAnswer | None:
        """Ask until something is heard, or until patience ends; some ask twice at once."""
        chance = self._chance
        if chance.random() < BROKEN_OFF:
            await self.once(deed, broken_off=True)
        times = 2 if chance.random() < TWICE_AT_ONCE else 1
        heard = [t for t in await asyncio.gather(*(self.once(deed) for _ in range(times))) if t]
        told = max(heard, key=lambda t: t.done, default=None)
        patient, pause = chance.random() > GIVES_UP, 0.05
        while told is None and patient:
            await self._pause(chance.uniform(0, pause))
            pause = min(2 * pause, PAUSE_SECONDS_MAX)
            told = await self.once(deed)
        if told is None:
            await self._pause(chance.uniform(0, PAUSE_SECONDS_MAX))
        if told and told.done and chance.random() < AGAIN:
            await self.once(deed)
        if told and told.done and chance.random() < ALTERED:
            await self.once(deed, altered=True)
        return told

    async def _pause(self, seconds: float) -> None:
        """Wait before asking again; whoever hears that the servers are back asks at once."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._back:
                await self._back.wait()

    async def call_back(self) -> None:
        """Say that the servers are back."""
        async with self._back:
            self._back.notify_all()

    async def once(
        self, deed: Deed, *, altered: bool = False, broken_off: bool = False
    ) -> ClientAnswer | None:
        """One request; None when nobody knows what became of it.

        An `altered` one means something else under the same key; a `broken_off` one ends half-way.
        """
        body = _altered(deed.body) if altered else deed.body
        ask = self._history.ask(deed, body, altered=altered)
        name = (deed.by, deed.key)
        self.sent += 1
        headers = {
            "Authorization": f"Bearer {self._keys[deed.by]}",
            "Idempotency-Key": deed.key,
            "Content-Type": "application/json",
        }
        url, raw = self._chance.choice(self._roads) + deed.path, json.dumps(body).encode()
        if broken_off:
            headers["Content-Length"] = str(len(raw))
        try:
            # A link that fails in the middle of an answer gives no answer.
            async with self._session.request(
                deed.method, url, data=_half(raw) if broken_off else raw, headers=headers
            ) as got:
                status, whole = got.status, await got.read()
                again = got.headers.get("Idempotency-Replayed") == "true"
                told = json.loads(whole)
        except (
            aiohttp.ClientError,
            TimeoutError,
            OSError,
            ValueError,
            asyncio.CancelledError,
        ) as lost:
            self._history.lose(ask, repr(lost))
            self.unsettled[name] = deed
            if isinstance(lost, asyncio.CancelledError):
                raise
            return None
        self._history.tell(ask, status, told, again=again)
        if status >= 500:
            # The server itself does not know, or cannot: that is no no.
            self.unsettled[name] = deed
            return None
        if status < 300 and not altered:
            await self.acknowledge(deed, name, again=again)
        return ClientAnswer(status, told)

    async def acknowledge(self, deed: Deed, name: tuple[str, str], *, again: bool) -> None:
        """A yes was heard, for the first time or `again`."""
        self.unsettled.pop(name, None)
        if not again:
            self.accepted.append(deed)
        async with self._heard:
            self.acknowledged += 1
            self._heard.notify_all()


async def _half(raw: bytes) -> AsyncIterator[bytes]:
    """The first half of a body, then nothing any more."""
    yield raw[: len(raw) // 2]
    raise ConnectionAbortedError


def _altered(body: dict[str, Any]) -> dict[str, Any]:
    """The same wish, meant for another booking, day or truck."""
    changed = json.loads(json.dumps(body))
    if "vehicle" in changed:
        changed["vehicle"]["plate"] = "999ZZZ99"
    elif "booking" in changed:
        changed["booking"] += 1
    elif "reason" in changed:
        changed["reason"] += " again"
    elif "name" in changed:
        changed["name"] += " again"
    elif "cause" in changed:
        changed["cause"] = "papers" if changed["cause"] != "papers" else "breakdown"
    elif "checkpoint" in changed:
        changed["checkpoint"] = "kz_syrym" if changed["checkpoint"] != "kz_syrym" else "kz_korday"
    elif "start" in changed:
        changed["start"] = "2030-01-01T00:00:00Z"
    else:
        changed["cause"] = "papers"
    return changed
