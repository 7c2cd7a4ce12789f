"""Still working: what a page says while nobody knows what became of a command, and how it asks again.

The page comes back by itself, with or without script, and the very same form goes to the desk once more:
its idempotency key sees to it that it is done once.  Until then the form waits in a cookie of the
reader's own browser, sent to one address only; so it outlives this process and is in no other hands.
"""

from __future__ import annotations

import asyncio
import base64
import zlib
from collections.abc import Coroutine
from dataclasses import dataclass
from hashlib import blake2b
from typing import cast
from urllib.parse import urlencode

import msgspec
from litestar import Response
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send

from kezek.app.desk.batch import Answer
from kezek.app.port import Fault, OutcomeUnknown, StoreFault
from kezek.domain.booking.book import Book
from kezek.domain.decide import Command
from kezek.i18n import faults
from kezek.web.frame.forms import KEY_FIELD
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.render import page

# A reader looks at an empty page no longer than this; the command goes on without the reader.
PATIENCE_SECONDS = 5.0
AGAIN_SECONDS = 4
AGAIN = "/again/"
COOKIE = "kezek_again"
_KEEP_SECONDS = 600
# What every browser keeps, with room for the cookie's name and address.
_LENGTH_MAX = 3_800
_BYTES_MAX = 100_000
_READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingPage(Page):
    """The page opens `again`, empty for its own address, after so many seconds."""

    template = "pages/working.html"
    title: str
    again: str
    seconds: int
    code: str


async def ask(here: PageContext, command: Command) -> Answer:
    """The desk's answer, once it is durable; OutcomeUnknown when it is not there soon."""
    if isinstance(command, Book):
        return await patiently(here.application.newcomers.book(command))
    return await patiently(here.application.desk.submit(command))


async def patiently(answer: Coroutine[None, None, Answer]) -> Answer:
    """An answer of the desk, for as long as a reader waits; OutcomeUnknown when it is not there soon."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await answer
    except TimeoutError:
        raise OutcomeUnknown("the desk has not answered yet") from None


def code_of(fault: Fault) -> str:
    """The stable code of a world that failed."""
    return "outcome_unknown" if isinstance(fault, OutcomeUnknown) else "unavailable"


def working_page(request: PageRequest, fault: Fault) -> Response[bytes] | None:
    """The page that asks again by itself; None where waiting is in vain or the form cannot be kept."""
    if fault.permanent or not isinstance(fault, StoreFault):
        return None
    here, again = visit(request), ""
    if request.method not in _READING:
        again = _kept(here)
        if not again:
            return None
    shown = WorkingPage(
        title=faults.fault_title("outcome_unknown", here.lang),
        again=again,
        seconds=AGAIN_SECONDS,
        code=code_of(fault),
    )
    return page(
        request, shown, http_status=503, headers={"Retry-After": str(AGAIN_SECONDS)}, address=again
    )


class _KeptCommand(msgspec.Struct, frozen=True, array_like=True):
    """A form on its way: where it was sent, and what it said."""

    path: str
    query: str
    body: str


def _kept(here: PageContext) -> str:
    """Give the form to the browser; the address that sends it once more, empty if it cannot be kept."""
    form, scope = here.form, here.request.scope
    key = form.fields.get(KEY_FIELD, [""])[-1]
    if not key or form.uploads or any("password" in name for name in form.fields):
        return ""
    body = urlencode(form.fields, doseq=True)
    whole = _KeptCommand(scope["path"], scope["query_string"].decode("latin-1"), body)
    value = base64.urlsafe_b64encode(zlib.compress(msgspec.json.encode(whole))).decode()
    if len(value) > _LENGTH_MAX:
        return ""
    # An address for each command: two that wait in one browser do not meet.
    address = AGAIN + blake2b(key.encode(), digest_size=9).hexdigest()
    here.set_cookie(COOKIE, value, _KEEP_SECONDS, path=address)
    return address


def _read(value: str) -> _KeptCommand | None:
    try:
        packed = base64.urlsafe_b64decode(value)
        return msgspec.json.decode(
            zlib.decompressobj().decompress(packed, _BYTES_MAX), type=_KeptCommand
        )
    except (ValueError, zlib.error, msgspec.MsgspecError):
        return None


def asked_again(app: ASGIApp) -> ASGIApp:
    """Sends a kept form once more, through every check that a form passes."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != ScopeType.HTTP or not path.startswith(AGAIN):
            await app(scope, receive, send)
            return
        kept = _read(_cookie(scope))
        if kept is None or scope["method"] != "GET":
            # Nothing waits any more: it was answered in another tab, or long ago.
            await _go(send, "/")
            return
        body = kept.body.encode()

        async def receiving() -> HTTPReceiveMessage:
            return {"type": "http.request", "body": body, "more_body": False}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] != 503:
                message["headers"] = [*message["headers"], _forgotten(path)]
            await send(message)

        await app(_as_form(scope, kept, len(body)), cast("Receive", receiving), sending)

    return asked


def _as_form(scope: Scope, kept: _KeptCommand, length: int) -> Scope:
    headers = [
        *((name, value) for name, value in scope["headers"] if name not in _OF_THE_BODY),
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"content-length", str(length).encode()),
    ]
    form = {
        "method": "POST",
        "path": kept.path,
        "raw_path": kept.path.encode(),
        "query_string": kept.query.encode(),
        "headers": headers,
    }
    return cast("Scope", {**scope, **form})


_OF_THE_BODY = frozenset({b"content-type", b"content-length"})


def _cookie(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"cookie":
            for pair in value.decode("latin-1").split(";"):
                key, _, text = pair.strip().partition("=")
                if key == COOKIE:
                    return text.strip('"')
    return ""


def _forgotten(path: str) -> tuple[bytes, bytes]:
    return b"set-cookie", f"{COOKIE}=; Path={path}; Max-Age=0; HttpOnly; SameSite=lax".encode()


async def _go(send: Send, url: str) -> None:
    headers = [
        (b"location", url.encode()),
        (b"content-length", b"0"),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
