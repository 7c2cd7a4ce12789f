"""No file and no function grows past what one sitting can hold.  There are no exemptions."""

from __future__ import annotations

import ast

from tests.tidy import tree

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60


def test_no_file_is_too_long():
    long = {
        tree.name(path): lines
        for path in tree.sources()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES_MAX
    }
    assert not long, f"files over {FILE_LINES_MAX} lines; split them by ability: {long}"


def test_no_function_is_too_long():
    long = {
        f"{tree.name(path)}:{node.lineno} {node.name}": lines
        for path in tree.sources()
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, tree.FUNCTIONS)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MAX
    }
    assert not long, f"functions over {FUNCTION_LINES_MAX} lines: {long}"
