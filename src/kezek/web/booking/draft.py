"""A truck's form as it was typed, until it is booked: neither Back nor another hour loses a field.

It waits in a cookie of the driver's own browser, sent to the booking alone.  Who has signed in has none:
a desk's browser serves many drivers.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping

import msgspec

from kezek.domain.kernel.text import cleaned
from kezek.web.frame.page_context import PageContext

COOKIE = "kezek_draft"
PATH = "/book"
_KEEP_SECONDS = 1_800
_LENGTH_MAX = 3_800
_BYTES_MAX = 20_000
_TEXT_MAX = 120


def keep(here: PageContext, values: Mapping[str, str]) -> bool:
    """Give what was typed to the browser; whether it is kept."""
    if here.person is not None:
        return False
    packed = zlib.compress(msgspec.json.encode(dict(values)))
    text = base64.urlsafe_b64encode(packed).decode()
    if len(text) > _LENGTH_MAX:
        return False
    here.set_cookie(COOKIE, text, _KEEP_SECONDS, path=PATH)
    return True


def read(here: PageContext, names: tuple[str, ...]) -> dict[str, str]:
    """What was typed, by the names of fields; empty where nothing is kept or nothing can be read."""
    text = here.request.cookies.get(COOKIE, "")
    if not text or here.person is not None:
        return {}
    try:
        packed = base64.urlsafe_b64decode(text[:_LENGTH_MAX])
        plain = zlib.decompressobj().decompress(packed, _BYTES_MAX)
        found = msgspec.json.decode(plain, type=dict[str, str])
    except (ValueError, zlib.error, msgspec.MsgspecError):
        return {}
    return {name: _line(found[name]) for name in names if name in found}


def _line(text: str) -> str:
    return "".join(c for c in cleaned(text[:_TEXT_MAX]) if c.isprintable())


def forget(here: PageContext) -> None:
    """Once it is booked, nothing is kept."""
    if here.request.cookies.get(COOKIE):
        here.set_cookie(COOKIE, "", 0, path=PATH)
