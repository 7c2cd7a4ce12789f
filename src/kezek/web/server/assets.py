"""Style, script, fonts and pictures: read once, kept in memory, sent with a version in the address.

The version stands in the path, so that a style sheet's fonts and a module's imports inherit it, and
everything may be kept by the browser for good.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

FOREVER = "public, max-age=31536000, immutable"
SHORT = "public, max-age=3600"

_TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
    "txt": "text/plain",
}
_PACKED = frozenset({"css", "js", "svg", "txt"})  # a font is compressed already


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent; `packed` is its gzip form, empty where that saves nothing."""

    kind: str
    body: bytes
    packed: bytes


class Assets:
    """Every shipped file by its name below `static/`; anything else does not exist."""

    def __init__(self) -> None:
        self._files = {name: _read(file, name) for name, file in _walk(_static(), "")}
        whole = blake2b(digest_size=6)
        for name in sorted(self._files):
            whole.update(name.encode() + b"\0" + self._files[name].body)
        self.version = whole.hexdigest()

    def url(self, name: str) -> str:
        """The address of a file; a name that is not shipped is our own mistake."""
        assert name in self._files, f"no such static file: {name}"
        return f"/static/{self.version}/{name}"

    def find(self, name: str) -> Asset | None:
        """A shipped file, None for every other name."""
        return self._files.get(name)


def _static() -> Traversable:
    return files("kezek.web") / "static"


def _walk(folder: Traversable, above: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{above}{entry.name}/")
        elif entry.name.rpartition(".")[2] in _TYPES:
            found.append((above + entry.name, entry))
    return found


def _read(file: Traversable, name: str) -> Asset:
    body, kind = file.read_bytes(), name.rpartition(".")[2]
    packed = gzip.compress(body, mtime=0) if kind in _PACKED else b""
    return Asset(_TYPES[kind], body, packed)


def static_route(assets: Assets) -> HTTPRouteHandler:
    """The handler of `/static/<version>/<name>`; an old version gives the present file, kept briefly."""

    @get("/static/{version:str}/{name:path}", include_in_schema=False, sync_to_thread=False)
    def static(
        request: Request[Any, Any, Any], version: FromPath[str], name: FromPath[str]
    ) -> Response[bytes]:
        """A style, a script, a font or a picture, from this machine alone."""
        asset = assets.find(name.lstrip("/"))
        if asset is None:
            return Response(b"", status_code=404, media_type="text/plain")
        headers = {
            "Cache-Control": FOREVER if version == assets.version else SHORT,
            "X-Content-Type-Options": "nosniff",
        }
        body = asset.body
        if asset.packed:
            headers["Vary"] = "Accept-Encoding"
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"], body = "gzip", asset.packed
        return Response(body, media_type=asset.kind, headers=headers)

    return static
