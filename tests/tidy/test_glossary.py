"""Every noun of the code is explained in the glossary before it is a module or a class."""

from __future__ import annotations

import ast
import re
from functools import cache

from tests.tidy import tree
from tests.tidy.test_names import in_order, words

DOMAIN = tree.PACKAGE / "domain"

# Words that only join others, and words of every programmer's day.
PLAIN = {"a", "the", "of", "in", "on", "at", "to", "by", "for", "and", "no", "not", "kezek", "init"}


@cache
def known() -> frozenset[str]:
    """Every word in the left column of the glossary's tables."""
    lines = (tree.ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    left = [line.split("|")[1] for line in lines if line.startswith("|")]
    return frozenset(re.findall(r"[a-z][a-z0-9]*", " ".join(left).lower()))


def unknown(identifier: str) -> set[str]:
    return {
        word
        for word in words(identifier)
        if word not in known() | PLAIN and word.rstrip("s") not in known()
    }


def test_every_ring_and_every_module_of_the_domain_is_in_the_glossary():
    rings = [
        path for path in tree.PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()
    ]
    modules = [path for path in DOMAIN.rglob("*.py") if path.name != "__init__.py"]
    packages = [path for path in DOMAIN.iterdir() if (path / "__init__.py").exists()]
    missing = {path.stem for path in (*rings, *modules, *packages) if unknown(path.stem)}
    assert not missing, f"nouns without a line in docs/glossary.md: {sorted(missing)}"


def test_every_class_of_the_domain_is_in_the_glossary():
    """By its last word, the noun it is, or by its first, the verb of a command."""
    missing = [
        node.name
        for path in DOMAIN.rglob("*.py")
        for node in tree.parsed(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        if all(unknown(word) for word in (in_order(node.name)[0], in_order(node.name)[-1]))
    ]
    assert not missing, f"classes without a line in docs/glossary.md: {missing}"
