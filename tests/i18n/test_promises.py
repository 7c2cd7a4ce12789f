"""No sentence promises what the product does not do: messages, phone calls, pages without a network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import kezek
from tests.docs.pages import ROOT

PACKAGE = Path(kezek.__file__).parent
# Until there is a way out to people, nobody is sent anything; and the rules know no strikes.
PROMISES = (
    r"in the message",
    r"drivers are told",
    r"for the call and",
    r"works without a network",
    r"\bstrikes?\b",
    r"в сообщении",
    r"хабарламада",
    r"работает и без сети",
)
READ = [
    *PACKAGE.glob("web/templates/**/*.html"),
    *PACKAGE.glob("web/**/*.py"),
    *PACKAGE.glob("api/*.py"),
    *PACKAGE.glob("i18n/**/*.p[yo]"),
    *ROOT.glob("*.md"),
    *(page for page in ROOT.glob("docs/**/*.md") if page.parent.name != "terms"),
]


@pytest.mark.parametrize("promise", PROMISES)
def test_no_text_promises_what_there_is_not(promise: str):
    found = [
        path.name
        for path in READ
        if re.search(promise, path.read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert not found, f"{promise!r} stands in {found}"
