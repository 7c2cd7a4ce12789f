"""Static files: every one that a page names is there, under its version, for good; nothing else is."""

from __future__ import annotations

import re

import pytest

from kezek.web.server.assets import Assets
from tests.tidy import tree

STATIC = tree.PACKAGE / "web" / "static"


def test_what_a_page_names_may_be_kept_for_good(shipped):
    page = shipped.page("/checkpoints/kz_syrym")
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(named) >= 6
    for url in named:
        answer = shipped.get(url)
        assert answer.status_code == 200, url
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("kezek.css", "text/css"),
        ("board.js", "text/javascript"),
        ("mark.svg", "image/svg+xml"),
        ("fonts/onest-latin-wght-normal.woff2", "font/woff2"),
        ("vendor/htmx.min.js", "text/javascript"),
    ],
)
def test_types(shipped, name: str, kind: str):
    answer = shipped.get(Assets().url(name))
    assert answer.headers["content-type"].split(";")[0] == kind
    assert answer.content == (STATIC / name).read_bytes()


def test_what_a_style_sheet_or_module_names_is_there():
    assets = Assets()
    for file in STATIC.glob("*.css"):
        for name in re.findall(r'url\("?([^")]+?)"?\)', file.read_text("utf-8")):
            assert name.startswith("data:") or assets.find(name), (file.name, name)
    for file in STATIC.glob("*.js"):
        for name in re.findall(r'from "\./([^"]+)"', file.read_text("utf-8")):
            assert assets.find(name), (file.name, name)


def test_text_is_packed_and_fonts_are_not(shipped):
    assets = Assets()
    style = shipped.get(assets.url("kezek.css"), **{"accept-encoding": "gzip"})
    font = shipped.get(assets.url("fonts/onest-latin-wght-normal.woff2"))
    assert style.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in font.headers


def test_an_old_version_still_works_for_a_while(shipped):
    answer = shipped.get("/static/0ld/kezek.css")
    assert answer.status_code == 200
    assert "immutable" not in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v",
        "/v/",
        "/v/fonts",
        "/v/fonts/",
        "/v/../visit.py",
        "/v/%2e%2e/visit.py",
        "/v/vendor/VENDOR.toml",
    ],
)
def test_nothing_else_can_be_read(shipped, path: str):
    assert shipped.get(f"/static{path}").status_code == 404
