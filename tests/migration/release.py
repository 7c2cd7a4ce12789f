"""Two releases side by side: the one before, as the history has it, and the next one with steps more.

The next one is this tree with the steps of `versions/`: a column is added, filled and later demanded.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

# The newest commit that was a release to upgrade from; at each release it moves on.
BEFORE = "ddb8a969b0a86d37f7c68891534cb52da35f22aa"
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
    packed = subprocess.run(
        ["git", "-C", str(repository), "archive", BEFORE, "src"], capture_output=True, check=False
    )
    if packed.returncode:
        pytest.fail(
            f"The release before, commit {BEFORE[:12]}, is missing: an upgrade is tried from it to "
            "this tree. Work in a clone with its whole history:  git fetch --unshallow"
        )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "src"


def following(folder: Path) -> Path:
    """A folder on whose path every `python -m kezek` is the next release."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_NEXT)
    return folder
