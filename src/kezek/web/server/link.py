"""Addresses in a text as links; everything else stays text."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

# Only what a browser opens as a page; a closing bracket or full stop after it belongs to the sentence.
_ADDRESS = re.compile(r"""https?://[^\s<>"'()]*[^\s<>"'().,;:!?]""")


def linked(text: str) -> Markup:
    """The text with each http(s) address as a link that names its host; nothing is fetched by itself."""
    parts, past = [], 0
    for found in _ADDRESS.finditer(text):
        host = _host(found[0])
        if not host:
            continue
        link = Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(found[0], host)
        parts += [escape(text[past : found.start()]), link]
        past = found.end()
    return Markup().join((*parts, escape(text[past:])))


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
