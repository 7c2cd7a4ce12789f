"""Formats of plates: patterns, turned into the characters allowed at each place of a plate.

The patterns are those of the shipped table.  They use a small part of regular expressions, so that a
plate can be read place by place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

from kezek.domain.kernel.known import PlateFormat, Shape

_DIGITS = frozenset("0123456789")
_TIMES = re.compile(r"\{(\d+)(?:,(\d+))?\}|\?", re.ASCII)
_CLASS = re.compile(r"\[([^\]]+)\]")
_RANGE = re.compile(r"(\\u[0-9a-f]{4}|\w)(?:-(\\u[0-9a-f]{4}|\w))?", re.ASCII)


def plate_format(patterns: Iterable[str]) -> PlateFormat:
    """The format of a country from the patterns of its classes; ValueError for unsupported syntax."""
    whole = tuple(patterns)
    # ASCII, because \\d would otherwise also mean the digits of other scripts.
    pattern = re.compile("|".join(f"(?:{one})" for one in whole), re.ASCII)
    return PlateFormat(pattern, tuple(dict.fromkeys(s for one in whole for s in shapes_of(one))))


def shapes_of(pattern: str) -> list[Shape]:
    r"""Every row of places that a pattern such as `^\d{3}[A-Z]{2}(0[1-9]|1\d)$` allows."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        raise ValueError(f"a pattern is for a whole plate: {pattern}")
    shapes, rest = _either(pattern[1:-1])
    if rest:
        raise ValueError(f"not understood in a pattern: {rest}")
    return shapes


def _either(text: str) -> tuple[list[Shape], str]:
    """Reads alternatives separated by |; their shapes and the rest of the text."""
    found, text = _row(text)
    while text.startswith("|"):
        more, text = _row(text[1:])
        found += more
    return found, text


def _row(text: str) -> tuple[list[Shape], str]:
    found: list[Shape] = [()]
    while text and text[0] not in "|)":
        part, text = _part(text)
        times = _TIMES.match(text)
        least = most = 1
        if times:
            text = text[times.end() :]
            least = int(times[1] or 0)
            most = int(times[2] or times[1] or 1)
        often = [sum(row, ()) for n in range(least, most + 1) for row in product(part, repeat=n)]
        found = [before + after for before in found for after in often]
    return found, text


def _part(text: str) -> tuple[list[Shape], str]:
    """Reads one group, class or character; its shapes and the rest of the text."""
    if text.startswith("("):
        inner, rest = _either(text[1:])
        if not rest.startswith(")"):
            raise ValueError(f"a group is not closed: {text}")
        return inner, rest[1:]
    if text.startswith("\\d"):
        return [(_DIGITS,)], text[2:]
    found = _CLASS.match(text)
    if found:
        return [(_class(found[1]),)], text[found.end() :]
    if not text[0].isalnum():
        raise ValueError(f"not understood in a pattern: {text}")
    return [(frozenset(text[0]),)], text[1:]


def _class(inner: str) -> frozenset[str]:
    """The characters of a class: single ones and ranges."""
    if _RANGE.sub("", inner):
        raise ValueError(f"not understood in a pattern: [{inner}]")
    characters: set[str] = set()
    for found in _RANGE.finditer(inner):
        first = _code(found[1])
        characters |= {chr(code) for code in range(first, _code(found[2] or found[1]) + 1)}
    return frozenset(characters)


def _code(text: str) -> int:
    return ord(text) if len(text) == 1 else int(f"0x{text[2:]}", base=0)
