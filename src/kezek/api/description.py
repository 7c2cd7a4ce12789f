"""The description of the API and the page that shows it, from local files only."""

from __future__ import annotations

from gzip import compress
from importlib.metadata import version
from importlib.resources import files

from kezek.api.frame.openapi import description
from kezek.api.frame.operation import ApiRequest, Header, Operation, Reply, encode
from kezek.api.frame.page import page
from kezek.api.frame.problem import Wrong, wrong
from kezek.app.application import Application

_FOLDER = files("kezek.api") / "reading"
_STYLE = "style.css"
_POLICY = b"default-src 'none'; img-src data:; style-src 'self'; frame-ancestors 'none'"
_HOUR: Header = (b"cache-control", b"public, max-age=3600")
_PACKED: tuple[Header, ...] = ((b"content-encoding", b"gzip"), (b"vary", b"accept-encoding"))


class Description:
    def __init__(self, application: Application, operations: tuple[Operation, ...]) -> None:
        self._application, self._operations = application, operations
        self._kept: dict[str, Reply] = {}

    async def document(self, _call: ApiRequest) -> Reply:
        """OpenAPI 3.1, made when it is first asked for."""
        kept = self._kept.get("openapi.json")
        if kept is None:
            document = description(
                self._operations, self._application.settings.issuer, version("kezek")
            )
            # Other sites' tools may read it: it is the same for everybody and says nothing secret.
            open_to_all = (_HOUR, (b"access-control-allow-origin", b"*"))
            kept = self._kept["openapi.json"] = Reply(encode(document), 200, open_to_all)
        return kept

    async def page(self, request: ApiRequest) -> Reply:
        """The page or its style, packed for who unpacks."""
        name = request.path.get("file", "")
        if name not in ("", _STYLE):
            raise wrong(Wrong.NOT_FOUND)
        packed = b"gzip" in request.headers.get(b"accept-encoding", b"")
        which = f"{name} packed" if packed else name
        kept = self._kept.get(which)
        if kept is None:
            text, media_type = self._style() if name else self._written()
            body = compress(text, mtime=0) if packed else text
            headers = (_HOUR, (b"content-security-policy", _POLICY), *(_PACKED if packed else ()))
            kept = self._kept[which] = Reply(body, 200, headers, media_type)
        return kept

    def _written(self) -> tuple[bytes, bytes]:
        document = description(
            self._operations, self._application.settings.issuer, version("kezek")
        )
        made = page(document, (_FOLDER / "data.html").read_text(encoding="utf-8"))
        return made.encode(), b"text/html; charset=utf-8"

    def _style(self) -> tuple[bytes, bytes]:
        return (_FOLDER / _STYLE).read_bytes(), b"text/css; charset=utf-8"


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
