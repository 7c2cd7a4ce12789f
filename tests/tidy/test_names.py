"""Names say what a thing is; the words below say only that somebody could not decide."""

from __future__ import annotations

import ast
import re
from collections import defaultdict

from tests.tidy import tree

BANNED = {
    "manager",
    "helper",
    "util",
    "service",
    "handler",
    "data",
    "info",
    "process",
    "base",
    "common",
}
BANNED |= {word + "s" for word in BANNED} | {"processes"}


def in_order(identifier: str) -> list[str]:
    """The words of a CamelCase or snake_case name, in lower case."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", identifier)
    return [word for word in apart.lower().split("_") if word]


def words(identifier: str) -> set[str]:
    return set(in_order(identifier))


def test_the_splitter_sees_every_word():
    assert words("BookingHTTPManager") == {"booking", "http", "manager"}
    assert words("no_show") == {"no", "show"}


def test_no_module_has_a_banned_name():
    found = [
        tree.name(path)
        for path in tree.sources()
        if any(words(part) & BANNED for part in path.relative_to(tree.SOURCE).with_suffix("").parts)
    ]
    assert not found, f"modules with a name that says nothing: {found}"


def test_no_class_has_a_banned_word():
    found = [
        f"{tree.name(path)}:{node.lineno} {node.name}"
        for path in tree.sources()
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ClassDef) and words(node.name) & BANNED
    ]
    assert not found, f"classes with a name that says nothing: {found}"


# The code that a command prints is made of the name, and both say the same of one store and of any.
SHARED = {"Away", "ReadOnly"}


def test_a_class_name_has_one_meaning():
    """In the whole tree: a reader who looks for a name finds one thing."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in tree.sources():
        for node in tree.parsed(path).body:
            if isinstance(node, ast.ClassDef) and "versions" not in path.parts:
                places[node.name].append(tree.name(path))
    double = {
        name: found for name, found in places.items() if len(found) > 1 and name not in SHARED
    }
    assert not double, f"class names with more than one meaning: {double}"
