"""A template uses the fields of its page's type and of the frame: none is missing, none is left over."""

from __future__ import annotations

from dataclasses import fields

import jinja2
import pytest
from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

from kezek.web import app  # noqa: F401 - every page's module is read with it
from kezek.web.frame.page import Page, PageFrame
from kezek.web.server.templates import Templates
from tests.tidy import tree

TEMPLATES = tree.PACKAGE / "web" / "templates"
ENVIRONMENT = Templates(str).environment("en")
FRAME = {field.name for field in fields(PageFrame)}
PAGES = {page.__name__: page for page in Page.__subclasses__()}


def parsed(template: str) -> nodes.Template:
    return ENVIRONMENT.parse((TEMPLATES / template).read_text("utf-8"))


def above(tree: nodes.Template) -> list[nodes.Template]:
    """The templates that one extends, without the blocks that it fills itself."""
    found: list[nodes.Template] = []
    for node in tree.find_all(nodes.Extends):
        base = parsed(node.template.value)
        filled = {block.name for block in tree.find_all(nodes.Block)}
        for block in base.find_all(nodes.Block):
            if block.name in filled:
                block.body = []
        found += [base, *above(base)]
    return found


def made(tree: nodes.Template) -> set[str]:
    """What a template names itself: parts, macros and values."""
    found: set[str] = set()
    kinds = (nodes.FromImport, nodes.Import, nodes.Macro, nodes.Assign, nodes.AssignBlock)
    for node in tree.find_all(kinds):
        if isinstance(node, nodes.FromImport):
            found |= {name if isinstance(name, str) else name[1] for name in node.names}
        elif isinstance(node, nodes.Import):
            found.add(node.target)
        elif isinstance(node, nodes.Macro):
            found.add(node.name)
        elif isinstance(node.target, nodes.Name):
            found.add(node.target.name)
    return found


def used(template: str) -> tuple[set[str], set[str]]:
    """The names that a template and those above it use, and those of them that they make themselves."""
    trees = [tree := parsed(template), *above(tree)]
    names = set[str]().union(*(find_undeclared_variables(tree) for tree in trees))
    own = set[str]().union(*(made(tree) for tree in trees))
    return names - set(ENVIRONMENT.globals) - {"_"}, own


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_template_uses_exactly_the_fields_of_its_page(name: str):
    page = PAGES[name]
    given = {field.name for field in fields(page)}
    names, own = used(page.template)
    assert not names - given - own - FRAME, "names without a field"
    assert not given - names, "fields that nothing shows"
    assert not given & FRAME, "fields that the frame has"


def test_every_template_of_a_page_has_its_type():
    whole = {f"pages/{path.name}" for path in (TEMPLATES / "pages").glob("*.html")}
    stated = {page.template for page in PAGES.values()}
    assert whole <= stated, sorted(whole - stated)


def test_a_template_asks_of_no_name_whether_it_is_there():
    """What may be missing has a value that says so: a misspelt name is never taken for it."""
    asking = [
        f"{path.name}: {node.node.name}"
        for path in TEMPLATES.rglob("*.html")
        for node in ENVIRONMENT.parse(path.read_text("utf-8")).find_all(nodes.Test)
        if node.name in ("defined", "undefined") and isinstance(node.node, nodes.Name)
    ]
    assert not asking, asking


def test_a_name_without_a_value_stops_the_page():
    assert ENVIRONMENT.undefined is jinja2.StrictUndefined
