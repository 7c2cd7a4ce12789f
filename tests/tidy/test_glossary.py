"""Every noun of the code is explained in the glossary before it is a module or a class."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from tests.tidy import tree
from tests.tidy.test_names import in_order, words

MIGRATIONS = tree.PACKAGE / "storage" / "migrations" / "versions"

# Words that only join others, and words of every programmer's day.
PLAIN = {"a", "the", "of", "in", "on", "at", "to", "by", "for", "and", "no", "not", "kezek", "init"}
PLAIN |= {"page", "form", "file", "error", "table", "view", "cache", "field", "first", "next"}
PLAIN |= {"free", "open", "read", "find", "keep", "name", "time", "hour", "end", "list"}
PLAIN |= {"example", "address", "output", "own"}


@cache
def known() -> frozenset[str]:
    """Every word in the left column of the glossary's tables."""
    lines = (tree.ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    left = [line.split("|")[1] for line in lines if line.startswith("|")]
    return frozenset(re.findall(r"[a-z][a-z0-9]*", " ".join(left).lower()))


def unknown(identifier: str) -> set[str]:
    said = known() | PLAIN
    return {word for word in words(identifier) if word not in said and word.rstrip("s") not in said}


def modules() -> list[Path]:
    """Every module and package of the tree but the schema's steps, which are never changed."""
    return [path for path in tree.sources() if MIGRATIONS not in path.parents]


def test_every_ring_package_and_module_is_in_the_glossary():
    names = {path.parent.name if path.stem == "__init__" else path.stem for path in modules()}
    missing = {name for name in names if not name.startswith("_") and unknown(name)}
    assert not missing, f"nouns without a line in docs/glossary.md: {sorted(missing)}"


def test_every_public_class_is_in_the_glossary():
    """By its last word, the noun it is, or by its first, the verb of a command."""
    missing = [
        f"{tree.name(path)}:{node.lineno} {node.name}"
        for path in modules()
        for node in tree.parsed(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        if all(unknown(word) for word in (in_order(node.name)[0], in_order(node.name)[-1]))
    ]
    assert not missing, f"classes without a line in docs/glossary.md: {missing}"
