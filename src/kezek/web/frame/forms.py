"""What a form sent: bounded, in UTF-8, each field of a length that was announced."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from functools import cache
from typing import Annotated, Any, TypeAlias, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field as Part
from python_multipart.multipart import File, FormParser

from kezek.domain.kernel.text import cleaned
from kezek.web.frame.page_error import PageError

T = TypeVar("T", bound=msgspec.Struct)

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

    def read(self, kind: type[T]) -> T:
        """The fields that a Struct announces; what it does not announce is left alone.

        A text is one line without invisible signs and outer spaces, or `AS_TYPED`; a bool is a box that
        may be ticked; an int is whole and from 0, and missing where it is none; a list has each value of
        its name; a dict has what stands in `name.key`, by key.  PageError says that no page of ours sent
        it.
        """
        takers = _takers(kind)
        taken = {name: value for name, take in takers if (value := take(self)) is not None}
        try:
            return msgspec.convert(taken, kind)
        except msgspec.ValidationError as error:
            # No browser sends more than the field's own limit, so nobody loses what was typed.
            raise PageError("malformed") from error

    @property
    def key(self) -> str:
        """The idempotency key; a form of ours always has one."""
        value = _line(self.fields.get(KEY_FIELD, [""])[-1])
        if not _KEY.fullmatch(value):
            raise PageError("malformed")
        return value


def most(characters: int) -> msgspec.Meta:
    """The bound of a field: so many characters."""
    return msgspec.Meta(max_length=characters)


# Of a field: several lines, or a password, of which nothing is stripped.
AS_TYPED = msgspec.Meta(extra={"as_typed": True})
_Taker: TypeAlias = Callable[[Form], object]


@cache
def _takers(kind: type) -> tuple[tuple[str, _Taker], ...]:
    return tuple(
        (of.encode_name, _taker(of.encode_name, of.type)) for of in msgspec.structs.fields(kind)
    )


def _taker(name: str, hint: Any) -> _Taker:
    """How the field of a Struct is taken from a form; None is a field that is not there."""
    plain, *metas = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if plain is bool:
        return lambda form: name in form.fields
    if get_origin(plain) is list:
        return lambda form: form.fields.get(name)
    if get_origin(plain) is dict:
        return lambda form: _family(form, f"{name}.")
    read = _as_typed if AS_TYPED in metas else _line if plain is str else whole
    return lambda form: read(form.fields[name][-1]) if name in form.fields else None


def _family(form: Form, prefix: str) -> dict[str, str]:
    named = ((name, values) for name, values in form.fields.items() if name.startswith(prefix))
    return {name.removeprefix(prefix): _line(values[-1]) for name, values in named}


def _as_typed(text: str) -> str:
    if "\0" in text:
        raise PageError("malformed")
    return text


def _line(text: str) -> str:
    value = cleaned(text)
    if any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise PageError("malformed")
    return value


def whole(text: str) -> int | None:
    """A whole number from 0, as people write it; None when it is none."""
    digits = _line(text).replace(" ", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


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
