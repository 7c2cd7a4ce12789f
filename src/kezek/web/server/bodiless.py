"""HEAD as HTTP wants it: what GET would answer, without the body."""

from __future__ import annotations

from typing import cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send


def bodiless(app: ASGIApp) -> ASGIApp:
    """Asks the pages as GET and keeps the body back."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope.get("method") != "HEAD":
            await app(scope, receive, send)
            return

        ended = False

        async def sending(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.body":
                # A stream has no end of its own: its first word is the answer's last.
                if ended:
                    return
                ended = True
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        await app(cast("Scope", {**scope, "method": "GET"}), receive, sending)

    return asked
