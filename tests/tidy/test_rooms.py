"""A reader finds the place of a line: folders are small, and the tests lie where the code lies."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from tests.tidy import tree

MODULES_MAX = 12
TESTS = tree.ROOT / "tests"
# Data rather than rooms: a step of the schema is a file, and none is ever moved.
DATA = ("src/kezek/storage/migrations/versions", "tests/migration/versions")
# The rings whose tests mirror the source; the other folders prove what no module does alone.
RINGS = ("api", "app", "cli", "crypto", "domain", "i18n", "planning", "storage", "web")
# Samples for looking at every template, which belong to no page.
NO_MIRROR = ("tests/web/looks",)


def test_no_folder_holds_more_modules_than_a_glance_takes_in():
    counted = Counter(
        tree.name(path.parent)
        for path in (*tree.sources(), *TESTS.rglob("*.py"))
        if path.name != "__init__.py"
    )
    full = {name: n for name, n in counted.items() if n > MODULES_MAX and name not in DATA}
    assert not full, f"folders with more than {MODULES_MAX} modules; give them rooms: {full}"


def test_a_folder_of_tests_is_a_folder_of_the_source():
    strange = {
        tree.name(path.parent)
        for path in mirrored()
        if not (tree.PACKAGE / path.parent.relative_to(TESTS)).is_dir()
    }
    assert not strange, f"folders of tests without a room in the source: {sorted(strange)}"


def test_the_tests_of_a_module_lie_where_it_lies():
    rooms: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for path in tree.sources():
        within = path.relative_to(tree.PACKAGE)
        rooms[within.parts[0], path.stem].append(within.parent)
    wrong = []
    for path in mirrored():
        room = path.parent.relative_to(TESTS)
        of = rooms[room.parts[0], path.stem.removeprefix("test_")]
        if path.stem.startswith("test_") and of and room not in (*of, *(r.parent for r in of)):
            wrong.append(f"{tree.name(path)}: its module lies in {', '.join(map(str, of))}")
    assert not wrong, wrong


def mirrored() -> list[Path]:
    return [
        path
        for ring in RINGS
        for path in (TESTS / ring).rglob("*.py")
        if not tree.name(path).startswith(NO_MIRROR)
    ]
