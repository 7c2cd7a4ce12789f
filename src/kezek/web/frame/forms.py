"""What a form sent: bounded, in UTF-8, each field of a length that was announced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field as Part
from python_multipart.multipart import File, FormParser

from kezek.domain.kernel.text import cleaned
from kezek.web.frame.page_error import PageError

FIELDS_MAX = 5_000  # a thousand trucks with an hour, a driver and a tick each
NAME_MAX = 100
KEY_FIELD = "key"
_KEY = re.compile(r"[A-Za-z0-9._:-]{12,160}", re.ASCII)
_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, as typed; `uploads` holds the bytes of sent files."""

    fields: Mapping[str, list[str]] = field(default_factory=dict)
    uploads: Mapping[str, bytes] = field(default_factory=dict)

    def text(self, name: str, most: int = 200) -> str:
        """One line without invisible signs and outer spaces, empty when it is missing."""
        value = cleaned(self.area(name, most))
        if any(ord(c) < 32 or ord(c) == 127 for c in value):
            raise PageError("malformed")
        return value

    def area(self, name: str, most: int) -> str:
        """Several lines, as typed."""
        value = self.fields.get(name, [""])[-1]
        # No browser sends more than the field's own limit, so nobody loses what was typed.
        if len(value) > most or "\0" in value:
            raise PageError("malformed")
        return value

    def secret(self, name: str, most: int = 200) -> str:
        """A password: nothing is stripped."""
        return self.area(name, most)

    def all(self, name: str) -> list[str]:
        """Every value of a field that may be sent several times."""
        return [value for value in self.fields.get(name, []) if len(value) <= NAME_MAX * 2]

    def number(self, name: str) -> int | None:
        """A whole number from 0, None when it is none."""
        value = self.text(name, 30).replace(" ", "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None

    def ticked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return name in self.fields

    @property
    def key(self) -> str:
        """The idempotency key; a form of ours always has one."""
        value = self.text(KEY_FIELD, 160)
        if not _KEY.fullmatch(value):
            raise PageError("malformed")
        return value


async def read_form(request: Request[Any, Any, Any], bytes_max: int) -> Form:
    """The form of a request; Stop says what is wrong with it."""
    kind, boundary = _content_type(request.headers.get("content-type", ""))
    if kind not in (_URLENCODED, _MULTIPART):
        raise PageError("malformed")
    body = await _bounded(request, bytes_max)
    try:
        return _urlencoded(body) if kind == _URLENCODED else _multipart(body, boundary)
    except UnicodeDecodeError as error:
        raise PageError("not_utf8") from error
    except (ValueError, FormParserError) as error:
        raise PageError("malformed") from error


async def _bounded(request: Request[Any, Any, Any], bytes_max: int) -> bytes:
    """The body, refused as soon as it is known to be too large, not after it was read."""
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > bytes_max:
        raise PageError("too_large")
    parts: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > bytes_max:
            raise PageError("too_large")
        parts.append(chunk)
    return b"".join(parts)


def _content_type(header: str) -> tuple[str, str]:
    message = Message()
    message["content-type"] = header
    boundary = message.get_param("boundary", "")
    return message.get_content_type(), boundary if isinstance(boundary, str) else ""


def _urlencoded(body: bytes) -> Form:
    pairs = parse_qsl(
        body.decode("utf-8"),
        keep_blank_values=True,
        encoding="utf-8",
        errors="strict",
        max_num_fields=FIELDS_MAX,
    )
    return Form(_gathered(pairs))


def _multipart(body: bytes, boundary: str) -> Form:
    pairs: list[tuple[str, str]] = []
    uploads: dict[str, bytes] = {}

    def keep_field(part: Part) -> None:
        pairs.append(((part.field_name or b"").decode(), (part.value or b"").decode()))

    def keep_file(file: File) -> None:
        file.file_object.seek(0)
        uploads[(file.field_name or b"").decode()] = file.file_object.read()

    ended: list[bool] = []
    parser = FormParser(
        _MULTIPART,
        keep_field,
        keep_file,
        on_end=lambda: ended.append(True),
        boundary=boundary.encode(),
        config={"MAX_MEMORY_FILE_SIZE": len(body) + 1},
    )
    parser.write(body)
    parser.finalize()
    # A body that breaks off may have lost what its last field was meant to say.
    if not ended or len(pairs) > FIELDS_MAX:
        raise PageError("malformed")
    return Form(_gathered(pairs), uploads)


def _gathered(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if len(name) > NAME_MAX:
            raise PageError("malformed")
        fields.setdefault(name, []).append(value)
    return fields
