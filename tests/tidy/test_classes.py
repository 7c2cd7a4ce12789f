"""Classes are data: no code names one of those that the shipped rule sets define."""

from __future__ import annotations

import ast

from kezek.app.regulation.version_file import shipped_regulations
from tests.tidy import tree

# Where such a word stands all the same, and as what.
ALLOWED = {
    "src/kezek/i18n/names.py": "the catalogue of known classes",
    "src/kezek/storage/schema.py": "columns of the release before, until they are dropped",
    "src/kezek/domain/turn/replay.py": "the class that an older release did not log",
    "src/kezek/domain/booking/transition.py": "a verb",
    "src/kezek/app/turn/place_history.py": "a cause",
    "src/kezek/planning/scenario/play/measure.py": "a group of trucks in published answers",
    "src/kezek/web/scenario/what_if_view.py": "the word for that group",
    "src/kezek/api/frame/example.py": "an example from a shipped rule set",
    "src/kezek/api/booking/booking.py": "an example from a shipped rule set",
    "src/kezek/api/booking/response.py": "an example from a shipped rule set",
    "src/kezek/api/calendar/calendar.py": "an example from a shipped rule set",
    "src/kezek/api/turn/turn.py": "an example from a shipped rule set",
}


def naming(classes: set[str]) -> set[str]:
    """The files of the product in which a text is the name of a class, but for migrations."""
    found = set()
    for path in tree.sources():
        name = tree.name(path)
        if not name.startswith("src/") or "/migrations/versions/" in name:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in classes:
                found.add(name)
    return found


def test_no_code_names_a_class_of_a_shipped_rule_set():
    shipped = {name for rules in shipped_regulations().values() for name in rules.classes}
    found = naming(shipped)
    assert not found - set(ALLOWED), "a class comes from the regulation, not from the code"
    assert not set(ALLOWED) - found, "no longer needed here"
