"""Two releases side by side: the one before, as the history has it, and the next one with steps more.

The next one is this tree with the steps of `versions/`: a column is added, filled and later demanded.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

# The newest commit that was a release to upgrade from, by how it begins: a history that is put on top
# of another one has new numbers and the same words.  At each release it moves on.
BEFORE = "All tests run in under twenty minutes again"
# Its source, and what plays a small world on it.
PARTS = (
    "src",
    "tests/__init__.py",
    "tests/world.py",
    "tests/rehearsal/__init__.py",
    "tests/rehearsal/scene.py",
)
STEPS = Path(__file__).parent / "versions"

# What a release would change in its own files: which steps there are.
_NEXT = f"""
from pathlib import Path
from kezek.storage.migrations import head
head.HEAD, head.CONTRACTS = "9001", ("9002",)
from kezek.storage.migrations import script
script.STEPS = (*script.STEPS, Path({str(STEPS)!r}))
"""


def before(folder: Path, repository: Path = ROOT) -> Path:
    """The source of the release before, out of the history; a test that has none fails with its name."""
    git = ("git", "-C", str(repository))
    named = ("log", "-1", "--format=%H", "--fixed-strings", f"--grep={BEFORE}")
    found = subprocess.run([*git, *named], capture_output=True, check=False, text=True)
    commit = found.stdout.strip()
    if not commit:
        pytest.fail(
            f"The release before, the commit «{BEFORE} …», is missing: an upgrade is tried from it to "
            "this tree. Work in a clone with its whole history:  git fetch --unshallow"
        )
    packed = subprocess.run([*git, "archive", commit, *PARTS], capture_output=True, check=True)
    folder.mkdir(exist_ok=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
    return folder / "src"


def following(folder: Path) -> Path:
    """A folder on whose path every `python -m kezek` is the next release."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_NEXT)
    return folder
