"""Styles say start and end, never left and right: a page must read as well from right to left."""

from __future__ import annotations

import re

from tests.tidy import tree

STYLES = sorted((tree.ROOT / "src/kezek/web/static").glob("*.css"))
_SIDES = "(?:left|right)"
PHYSICAL = re.compile(
    rf"(?<![\w-])(?:{_SIDES}|(?:margin|padding|scroll-margin|scroll-padding)-{_SIDES}"
    rf"|border-(?:(?:top|bottom)-)?{_SIDES}[\w-]*)\s*:"
    rf"|(?<![\w-])(?:text-align|float|clear)\s*:\s*{_SIDES}\b"
)
# Four lengths of which the second is not the fourth: one side is meant.
_LENGTH = r"((?:calc|var|min|max)\([^;{}]*?\)|[^\s;{}()]+)"
FOUR = re.compile(
    rf"(?<![\w-])(?:margin|padding|inset|border-width)\s*:\s*{_LENGTH}\s+{_LENGTH}\s+{_LENGTH}"
    rf"\s+{_LENGTH}\s*[;}}]"
)


def test_no_style_names_a_side():
    assert STYLES
    found = []
    for path in STYLES:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found += [f"{tree.name(path)}:{number}: {m[0]}" for m in PHYSICAL.finditer(line)]
            found += [
                f"{tree.name(path)}:{number}: {m[0]}" for m in FOUR.finditer(line) if m[2] != m[4]
            ]
    assert not found, "write margin-inline-start, inset-inline-end and the like:\n" + "\n".join(
        found
    )


def test_what_is_looked_for_is_found():
    """The patterns catch each way to name a side, and leave the logical ones alone."""
    wrong = ("left: 0", "margin-left: 1px", "text-align: right", "border-top-left-radius: 2px")
    right = ("inset-inline-start: 0", "margin-inline: 1px", "text-align: end", "--left-over: 1px")
    assert all(PHYSICAL.search(f"a {{ {style}; }}") for style in wrong)
    assert not any(PHYSICAL.search(f"a {{ {style}; }}") for style in right)
    assert FOUR.search("padding: 1px var(--s2) 3px 0;")
