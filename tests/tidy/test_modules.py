"""Every module is there for somebody, and the domain stands on nothing but the language."""

from __future__ import annotations

import ast
import importlib
import sys
from importlib.util import find_spec

import grimp

from tests.tidy import tree

# What is started by name rather than imported: the entries of `python -m` and the migrations.
STARTED_BY_NAME = (".__main__", ".migrations.")


def test_every_module_is_imported_by_another():
    graph = grimp.build_graph("kezek", cache_dir=None)
    modules = [tree.module(path) for path in tree.sources() if path.name != "__init__.py"]
    lonely = [
        name
        for name in modules
        if not any(mark in name for mark in STARTED_BY_NAME)
        and not graph.find_modules_that_directly_import(name)
    ]
    assert not lonely, f"modules that nobody imports: {lonely}"


def test_the_domain_knows_the_standard_library_only():
    found = [
        f"{tree.name(path)}:{node.lineno} {name}"
        for path in tree.sources()
        if (tree.PACKAGE / "domain") in path.parents
        for node in ast.walk(tree.parsed(path))
        for name in imported(node)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("kezek.domain")
    ]
    assert not found, f"the domain reaches outside: {found}"


def test_programs_beside_the_product_import_names_that_it_has():
    """Tools and benchmarks are run by hand and import inside functions: a new name shows late."""
    missing = [
        f"{tree.name(path)}:{node.lineno} {node.module}.{alias.name}"
        for folder in ("tools", "tests/bench")
        for path in sorted((tree.ROOT / folder).rglob("*.py"))
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "kezek"
        for alias in node.names
        if not there(node.module or "", alias.name)
    ]
    assert not missing, f"imports of what is not there: {missing}"


def there(module: str, name: str) -> bool:
    """Whether a module has a name, as a value or as a module below it."""
    if find_spec(module) is None:
        return False
    found = importlib.import_module(module)
    return hasattr(found, name) or (
        hasattr(found, "__path__") and find_spec(f"{module}.{name}") is not None
    )


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []
