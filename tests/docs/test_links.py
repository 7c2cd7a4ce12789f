"""Links in the docs lead to files and headings that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PACKAGE = ROOT / "src" / "kezek"
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The anchors that a heading gets where Markdown is rendered."""
    headings = re.findall(
        r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("doc", PAGES, ids=lambda doc: doc.relative_to(ROOT).as_posix())
def test_links_resolve(doc: Path):
    for link in LINK.findall(FENCE.sub("", doc.read_text(encoding="utf-8"))):
        if link.startswith(("https:", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (doc.parent / path).resolve() if path else doc
        assert target.exists(), f"{doc.relative_to(ROOT)} links to {link}, which does not exist"
        if anchor:
            assert anchor in anchors(target), f"{doc.relative_to(ROOT)}: no heading for {link}"


@pytest.mark.parametrize("doc", PAGES, ids=lambda doc: doc.relative_to(ROOT).as_posix())
def test_named_source_files_exist(doc: Path):
    """A path in code type, from the root of the tree or from the package, is there."""
    text = doc.read_text(encoding="utf-8")
    named = [ROOT / path for path in re.findall(r"`((?:src|tests|tools|docs)/[\w./-]+)`", text)]
    rings = "api|app|cli|domain|regulation|storage|text|trust|web"
    named += [PACKAGE / path for path in re.findall(rf"`((?:{rings})/[\w./-]+)`", text)]
    gone = [path.relative_to(ROOT).as_posix() for path in named if not path.exists()]
    assert not gone, f"{doc.relative_to(ROOT)} names what is not there: {gone}"


def test_every_page_can_be_reached():
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in PAGES
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if not link.startswith(("https:", "mailto:", "#"))
    }
    lonely = [page.name for page in PAGES if page not in linked and page.name != "README.md"]
    assert not lonely, f"pages that no page links to: {lonely}"
