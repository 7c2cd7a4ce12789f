"""Every module is there for somebody, and the domain stands on nothing but the language."""

from __future__ import annotations

import ast
import sys

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


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []
