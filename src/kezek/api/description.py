"""The description of the API and the page that shows it, from local files only."""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files

from kezek.api.openapi import description
from kezek.api.operation import Call, Header, Operation, Reply, encode
from kezek.api.problem import Wrong, wrong
from kezek.app.house import House

# Images of the page's own style are data; everything else is from this server.
_POLICY = b"default-src 'self'; img-src 'self' data:; style-src 'self'; frame-ancestors 'none'"
_HOUR = b"public, max-age=3600"
_PACKED: Header = (b"content-encoding", b"gzip")

# Name in the address: name of the file, its media type, whether it is packed.
_FILES = {
    "": ("index.html", b"text/html; charset=utf-8", False),
    "start.js": ("start.js", b"text/javascript; charset=utf-8", False),
    "swagger-ui-bundle.js": ("swagger-ui-bundle.js.gz", b"text/javascript; charset=utf-8", True),
    "swagger-ui.css": ("swagger-ui.css.gz", b"text/css; charset=utf-8", True),
}


class Description:
    def __init__(self, house: House, operations: tuple[Operation, ...]) -> None:
        self._house, self._operations = house, operations
        self._kept: dict[str, Reply] = {}

    async def document(self, _call: Call) -> Reply:
        """OpenAPI 3.1, made when it is first asked for."""
        kept = self._kept.get("openapi.json")
        if kept is None:
            document = description(self._operations, self._house.settings.issuer, version("kezek"))
            # Other sites' tools may read it: it is the same for everybody and says nothing secret.
            open_to_all = ((b"cache-control", _HOUR), (b"access-control-allow-origin", b"*"))
            kept = self._kept["openapi.json"] = Reply(encode(document), 200, open_to_all)
        return kept

    async def page(self, call: Call) -> Reply:
        """The page, or one of its files."""
        name = call.path.get("file", "")
        if name not in _FILES:
            raise wrong(Wrong.NOT_FOUND)
        kept = self._kept.get(name)
        if kept is None:
            file, media_type, packed = _FILES[name]
            body = (files("kezek.api") / "reading" / file).read_bytes()
            headers: tuple[Header, ...] = (
                (b"cache-control", _HOUR),
                (b"content-security-policy", _POLICY),
                *((_PACKED,) if packed else ()),
            )
            kept = self._kept[name] = Reply(body, 200, headers, media_type)
        return kept


def _reading(path: str, name: str, run: object) -> Operation:
    return Operation(
        method="GET",
        path=path,
        name=name,
        noun="",
        summary="",
        description="",
        run=run,  # type: ignore[arg-type]
        answer=None,
        public=True,
    )


# They describe the API and are no part of it.
OPERATIONS = (
    _reading("/openapi.json", "openapi", Description.document),
    _reading("/docs", "docs", Description.page),
    _reading("/docs/{file}", "docs_file", Description.page),
)
