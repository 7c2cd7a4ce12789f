"""The source tree, read once for the tests of the house rules."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "kezek"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

# Other people's files, shipped unchanged, and texts that must be as they are.
FOREIGN = (
    "src/kezek/web/static/vendor/",
    "src/kezek/web/static/fonts/",
    "LICENSE",
    "requirements/",
)


@cache
def sources() -> tuple[Path, ...]:
    return tuple(sorted(PACKAGE.rglob("*.py")))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    """The path as a reader would type it."""
    return path.relative_to(ROOT).as_posix()


def module(path: Path) -> str:
    """The dotted name under which a source file is imported."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def ours() -> tuple[Path, ...]:
    """Every text file that a commit of ours would hold."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    found = []
    for line in sorted(filter(None, listed.split("\0"))):
        path = ROOT / line
        if line.startswith(FOREIGN) or not path.is_file() or b"\0" in path.read_bytes()[:8000]:
            continue
        found.append(path)
    return tuple(found)
