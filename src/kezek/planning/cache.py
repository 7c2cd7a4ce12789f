"""Where compiled kernels are kept, and under which name.  Imports no numerics.

A kernel is compiled once and kept as a file, in the folder that `NUMBA_CACHE_DIR` names, else in the
user's cache (`XDG_CACHE_HOME`, or `~/.cache`), so that the product itself may be installed read-only.
Whoever can write there can run code as us: the folder deserves the care that a program's own deserves.

Below it lies one folder for each state of the sources: the compiler looks at the file of a kernel only,
not at those of the kernels that it calls, and would go on with old ones.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

VARIABLE = "NUMBA_CACHE_DIR"
KEPT_MAX = 8

_PLANNING = Path(__file__).parent


def cache_folder() -> Path:
    """The folder of this state of the sources, made if it can be.

    Where nothing may be written it is a new folder of this process alone, and all is compiled anew.
    """
    named = os.environ.get(VARIABLE)
    above = Path(named) if named else _user_cache()
    folder = above / fingerprint()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="kezek-kernels-"))
    return folder if os.access(folder, os.W_OK) else Path(tempfile.mkdtemp(prefix="kezek-kernels-"))


def fingerprint() -> str:
    """A name for what all kernels say: it changes with any file that holds one."""
    digest = hashlib.sha256()
    for path in sorted(_PLANNING.rglob("*.py")):
        text = path.read_bytes()
        if any(mark in text for mark in (b"@kernel", b"@swift", b"@borrower")):
            digest.update(path.relative_to(_PLANNING).as_posix().encode() + b"\0" + text)
    return digest.hexdigest()[:16]


def forget_old(folder: Path) -> None:
    """Keep the latest few states beside `folder`, and drop those before them."""
    others = [path for path in folder.parent.iterdir() if path.is_dir() and len(path.name) == 16]
    for path in sorted(others, key=lambda path: path.stat().st_mtime)[:-KEPT_MAX]:
        shutil.rmtree(path, ignore_errors=True)


def _user_cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path("~/.cache").expanduser()) / "kezek" / "kernels"
