"""An edge lays out what `app` has decided: of the domain it knows values, never a rule.

What a reader is told is decided below the edges, once for every channel, so that a page and the API
cannot say different things about one truck.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.tidy import tree

EDGES = ("api", "web", "cli")
DOMAIN = "kezek.domain"
# Functions that decide nothing: local time as a clock and a calendar show it, and texts without signs
# that nobody sees.  All else that an edge may import is a value: a class, a constant, an alias.
DECIDE_NOTHING = frozenset({"kezek.domain.kernel.instant", "kezek.domain.kernel.text"})
# Methods of values that are rules all the same: who may do what, and what a rule set makes of a number.
RULES = {
    "kezek.domain.account.actor": {"Actor"},
    "kezek.domain.regulation.regulation": {"Regulation", "ClassRule"},
    "kezek.domain.slot.slot": {"Day", "Slot"},
}
# What chooses the version of a rule set: an edge asks a line that is served (`ServedLine`), which has
# methods of the same names.
VERSIONS = {
    "kezek.domain.regulation.regulations": {"Regulations"},
    "kezek.domain.regulation.version": {"RuleSet"},
}
# They list versions and choose none.
LISTS = frozenset({"of", "every"})
# Other values of the edges have a method of the same name.
NAMESAKES = frozenset({"left"})


def edges() -> list[Path]:
    return [path for path in tree.sources() if path.relative_to(tree.PACKAGE).parts[0] in EDGES]


@cache
def functions(module: str) -> frozenset[str]:
    """The functions that a module of the domain defines."""
    found = tree.PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")
    body = tree.parsed(found).body if found.is_file() else []
    return frozenset(node.name for node in body if isinstance(node, ast.FunctionDef))


def methods_of_rules() -> frozenset[str]:
    """Methods, not properties, of values that carry rules."""
    return methods(RULES) - NAMESAKES


def methods_of_versions() -> frozenset[str]:
    """Methods that choose a version of a rule set."""
    return methods(VERSIONS) - LISTS


def methods(of: Mapping[str, set[str]]) -> frozenset[str]:
    """Public methods of classes by module."""
    found = (methods_of(module, name) for module, names in of.items() for name in names)
    return frozenset().union(*found)


@cache
def methods_of(module: str, name: str) -> frozenset[str]:
    """Public methods, not properties, of a class."""
    file = tree.PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")
    classes = (node for node in tree.parsed(file).body if isinstance(node, ast.ClassDef))
    members = (node for one in classes if one.name == name for node in one.body)
    named = (n for n in members if isinstance(n, ast.FunctionDef) and not n.decorator_list)
    return frozenset(node.name for node in named if not node.name.startswith("_"))


def decides(source: ast.AST) -> Iterator[str]:
    """What of a module is a rule: an imported function or module of the domain, or a rule's method."""
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.startswith(DOMAIN))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(DOMAIN):
            yield from (
                f"{node.module}.{one.name}" for one in node.names if is_rule(node, one.name)
            )
        elif isinstance(node, ast.Call) and (name := called(node.func)) in methods_of_rules():
            yield f".{name}()"
        elif isinstance(node, ast.Call) and chooses_version(node.func):
            yield f"rules.{called(node.func)}()"


def chooses_version(function: ast.expr) -> bool:
    """Whether a call goes to the rule sets of the application, to one of them, or to a line's."""
    if not isinstance(function, ast.Attribute) or function.attr not in methods_of_versions():
        return False
    receiver = function.value.value if isinstance(function.value, ast.Subscript) else function.value
    name = receiver.id if isinstance(receiver, ast.Name) else called(receiver)
    return name.lstrip("_") in {"rules", "sets", "regulations"}


def called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ""


def is_rule(node: ast.ImportFrom, name: str) -> bool:
    module = node.module or ""
    if module in DECIDE_NOTHING:
        return False
    folder = tree.PACKAGE.parent.joinpath(*module.split("."))
    whole_module = (folder / f"{name}.py").is_file() or (folder / name).is_dir()
    return whole_module or name in functions(module)


def test_an_edge_imports_values_of_the_domain_and_never_a_rule():
    wrong = [
        f"{tree.name(path)}: {rule}" for path in edges() for rule in decides(tree.parsed(path))
    ]
    assert not wrong, f"decided at an edge; ask a read model of app instead: {wrong}"


@pytest.mark.parametrize(
    "source",
    [
        "from kezek.domain.booking.status import status_of",
        "from kezek.domain.slot.place import choosable, walk_ins_left",
        "from kezek.domain.vehicle import plate as plates",
        "from kezek.domain.booking.context import owns, serves",
        "import kezek.domain.turn.order",
        "person.actor.may(STAFF, line.checkpoint)",
        "regulation.fee(klass)",
        "application.rules.at(line, now)",
        "self._rules.of_day(line, on, now)",
        "rules.sets[code].at(zone, now)",
        "served.rules.changes_after(zone, now)",
    ],
)
def test_a_rule_at_an_edge_is_seen(source: str):
    assert list(decides(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "from kezek.domain.booking.status import Status",
        "from kezek.domain.kernel.instant import HOUR, Instant, local_day",
        "from kezek.domain.account.actor import STAFF, Actor, Role",
        "from kezek.domain.booking.change import Cancel, ChangeCause, Move",
        "served.at(now, window=start)",
        "application.rules.of(code)",
    ],
)
def test_a_value_at_an_edge_is_none(source: str):
    assert not list(decides(ast.parse(source)))
