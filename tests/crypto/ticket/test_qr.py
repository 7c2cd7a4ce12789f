from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import segno
from hypothesis import given
from hypothesis import strategies as st

from kezek.crypto.ticket.qr import _outline, qr_svg

SVG = "{http://www.w3.org/2000/svg}"


def painted(path: str, size: int) -> list[list[int]]:
    """The modules that a path covers."""
    grid = [[0] * size for _ in range(size)]
    x = y = 0
    for verb, first, second in re.findall(r"([Mmh])(\d+)(?: (\d+)(?:\.5)?)?", path):
        if verb == "M":
            x, y = int(first), int(second)
        elif verb == "m":
            x += int(first)
        else:
            grid[y][x : x + int(first)] = [1] * int(first)
            x += int(first)
    return grid


@given(st.text(alphabet="0123456789ABCDEFGHIJ$%*+-./:", min_size=1, max_size=300))
def test_the_path_covers_exactly_the_dark_modules(text):
    size, path = _outline(text)
    code = segno.make(text, error="m", micro=False)
    assert painted(path, size) == [list(row) for row in code.matrix_iter(border=4)]


def test_a_strict_content_policy_lets_it_through():
    picture = ET.fromstring(qr_svg("KZK1:ABC", "QR code of the ticket"))
    assert picture.tag == SVG + "svg"
    assert [child.tag for child in picture.iter()] == [SVG + "svg", SVG + "path"]
    assert {name for node in picture.iter() for name in node.attrib} == {
        "viewBox", "role", "aria-label", "shape-rendering", "stroke", "d",
    }  # fmt: skip
    assert picture.get("viewBox") == "0 0 29 29"
    assert picture.get("aria-label") == "QR code of the ticket"


def test_a_label_cannot_break_out():
    label = """"><script>'&"""
    assert ET.fromstring(qr_svg("A", label)).get("aria-label") == label


def test_an_outline_is_drawn_once_whatever_the_language():
    _outline.cache_clear()
    qr_svg("ONCE", "QR code")
    qr_svg("ONCE", "QR-код")
    assert (_outline.cache_info().hits, _outline.cache_info().misses) == (1, 1)
    assert _outline.cache_info().maxsize == 4_096
