"""HEAD as HTTP wants it: what GET would answer, without the body."""

from __future__ import annotations

from litestar.types import ASGIApp, Message, Receive, Scope, Send


def bodiless(app: ASGIApp) -> ASGIApp:
    """Asks the pages as GET and keeps the body back; the API answers HEAD by itself."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or _is_api(scope["path"]):
            await app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        scope["method"] = "GET"  # type: ignore[typeddict-item]
        await app(scope, receive, sending)

    return asked


def _is_api(path: str) -> bool:
    return path.startswith("/api/")
