"""Every template is drawn by a sample, keeps the page's rules, and what is vendored is what it says."""

from __future__ import annotations

import hashlib
import re
import tomllib

import pytest

from tests.web.looks.__main__ import WEB, render
from tests.web.looks.samples import NAMES, samples

STATIC = WEB / "static"
TEMPLATES = WEB / "templates"
OFFICE = {
    "console",
    "carrier",
    "carrier_move",
    "garage",
    "bulk",
    "clerk",
    "book",
    "print",
    "handover",
    "agency_calendar",
}  # full plates are theirs


@pytest.mark.parametrize("name", NAMES)
def test_a_page_can_be_drawn_from_what_it_says_it_needs(name: str):
    page = render(name)
    assert page.count("<h1") == 1, "one headline"
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    assert "style=" not in page
    assert "<style" not in page
    assert not re.findall(r"<script(?![^>]*\ssrc=)", page), "no script inside a page"
    assert not re.findall(r"\son\w+=", page), "no script inside an attribute"
    for target in re.findall(r'(?:for|aria-labelledby)="([^"]+)"', page):
        assert target in ids, target


@pytest.mark.parametrize("name", NAMES)
def test_a_form_that_changes_something_carries_its_token(name: str):
    for form in re.findall(r'<form[^>]*method="post".*?</form>', render(name), re.DOTALL):
        assert 'name="_csrf_token"' in form
        assert 'name="key"' in form or "/sign-out" in form or 'role="search"' in form


def test_every_page_has_a_sample():
    assert set(samples()) == set(NAMES)
    drawn = {one.page.template for one in samples().values()}
    pages = {f"pages/{p.name}" for p in (TEMPLATES / "pages").glob("*.html")}
    assert pages == drawn


def test_a_full_plate_is_for_officers_and_owners():
    for page in (TEMPLATES / "pages").glob("*.html"):
        asks = re.search(r'from "parts/plate.html" import [^%]*\bfull\b', page.read_text("utf-8"))
        assert not asks or page.stem in OFFICE, page.name


def test_every_icon_is_drawn():
    drawn = set(
        re.findall(r'id="(i-[a-z]+)"', (TEMPLATES / "parts/symbols.svg.html").read_text("utf-8"))
    )
    for name in NAMES:
        assert set(re.findall(r'href="#(i-[a-z]+)"', render(name))) <= drawn


def test_vendored_files_are_what_they_say():
    vendor = STATIC / "vendor"
    for entry in tomllib.loads((vendor / "VENDOR.toml").read_text("utf-8"))["file"]:
        found = hashlib.sha256((vendor / entry["path"]).read_bytes()).hexdigest()
        assert found == entry["sha256"], entry["path"]
        assert (vendor / entry["licence_file"]).is_file()


def test_no_style_or_script_asks_another_machine():
    for path in [*STATIC.glob("*.css"), *STATIC.glob("*.js")]:
        assert not re.search(r"(https?:)?//[a-z]+\.", path.read_text("utf-8")), path.name
