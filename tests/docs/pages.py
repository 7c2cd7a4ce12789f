"""The reference pages, read the way a reader's eye does: what stands in code type."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def text(page: str) -> str:
    return (REFERENCE / page).read_text(encoding="utf-8")


def named_first(page: str) -> list[str]:
    """What stands in code type in the first column of the page's tables, in order."""
    return re.findall(r"^\|\s*`([^`|]+)`", text(page), re.MULTILINE)


def compared(documented: list[str], existing: list[str]) -> str:
    """What is missing, what is too much, and what stands twice; empty when the page is right."""
    missing = [name for name in existing if name not in documented]
    gone = [name for name in documented if name not in existing]
    twice = sorted({name for name in documented if documented.count(name) > 1})
    complaints = (
        ("not documented", missing),
        ("no longer there", gone),
        ("documented twice", twice),
    )
    return "; ".join(f"{what}: {names}" for what, names in complaints if names)
