"""Words that may not stand in any file of the project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tidy import tree

# Put together here, so that this file does not hold what it forbids.
MARKERS = ("TO" + "DO", "FIX" + "ME", "HA" + "CK")

# Where packages come from is the machine's business: a named host breaks behind another mirror.
HOSTS = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "deb." + "debian.org",
)

# The project speaks about queues, never about how its files came to be written.
MAKERS = (
    "cla" + "ude",
    "anth" + "ropic",
    "open" + "ai",
    "chat" + "gpt",
    "co" + "pilot",
    "/wo" + "rk/",
)

# No browser, page or test may fetch from a content network: everything shipped is local.
NETWORKS = (
    "cdn." + "jsdelivr",
    "un" + "pkg.com",
    "cdn" + "js.",
    "fonts." + "googleapis",
    "fonts." + "gstatic",
)


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{tree.name(path)}:{number}: {line.strip()[:120]}"
        for path in tree.ours()
        for number, line in enumerate(text(path).splitlines(), 1)
        if pattern.search(line)
    ]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_no_leftover_markers():
    found = lines_with(re.compile(r"\b(" + "|".join(MARKERS) + r")\b"))
    assert not found, "a known gap is an issue, not a marker:\n" + "\n".join(found)


@pytest.mark.parametrize("words", [HOSTS, MAKERS, NETWORKS], ids=["hosts", "makers", "networks"])
def test_words_that_stay_outside(words: tuple[str, ...]):
    found = lines_with(re.compile("|".join(map(re.escape, words)), re.IGNORECASE))
    assert not found, "\n".join(found)


def test_the_locks_name_no_address():
    locks = sorted((tree.ROOT / "requirements").glob("*.txt"))
    assert locks
    for lock in locks:
        assert not re.search(r"https?:|file:|://", text(lock)), tree.name(lock)


def test_no_test_steps_aside():
    """What a test needs is installed by `make test` or named by a failure; it never skips in silence."""
    aside = re.compile(r"pytest\.(skip|importorskip)|mark\.(skip|skipif|xfail)\b")
    found = [
        f"{tree.name(path)}:{number}"
        for path in tree.ours()
        if path.suffix == ".py" and path != Path(__file__)
        for number, line in enumerate(text(path).splitlines(), 1)
        if aside.search(line)
    ]
    assert not found, f"tests that would be skipped: {found}"
