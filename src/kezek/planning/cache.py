"""The folders of compiled kernels.  Imports no numerics.

A kernel is compiled once and saved as a file in the folder that `NUMBA_CACHE_DIR` names, else in the
user's cache (`XDG_CACHE_HOME`, or `~/.cache`), so that the product itself may be installed read-only.
Whoever can write to that folder can run code as the product: protect it like the program.

Each module has a folder below it for each state of the sources that it imports.  The compiler itself
checks the file of a kernel only, and would use old versions of imported kernels and constants.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

VARIABLE = "NUMBA_CACHE_DIR"
KEPT_MAX = 64

SOURCE = Path(__file__).parents[2]
_IMPORTED = re.compile(r"^(?:from|import) (kezek[\w.]*)", re.MULTILINE)
_STATE = re.compile(r".+-[0-9a-f]{16}")


def cache_folder(module: str) -> Path:
    """The folder of a module's kernels."""
    return _above() / f"{module.rpartition('.')[2]}-{fingerprint(module)}"


@cache
def _above() -> Path:
    """The folder of all kernels; a temporary one of this process where it cannot be written."""
    named, home = os.environ.get(VARIABLE), os.environ.get("XDG_CACHE_HOME")
    cached = Path(home) if home else Path("~/.cache").expanduser()
    folder = Path(named) if named else cached / "kezek" / "kernels"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="kezek-kernels-"))
    return folder if os.access(folder, os.W_OK) else Path(tempfile.mkdtemp(prefix="kezek-kernels-"))


def fingerprint(module: str) -> str:
    """A hash over a module and all modules of the product that it imports, 16 hexadecimal digits."""
    texts: dict[str, str] = {}
    left = [module]
    while left:
        name = left.pop()
        if name not in texts:
            texts[name] = _text(name)
            left += _IMPORTED.findall(texts[name])
    told = "\0".join(f"{name}\0{texts[name]}" for name in sorted(texts))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _text(module: str) -> str:
    path = SOURCE.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file.read_text(encoding="utf-8")
    return ""


def forget_old(current: set[Path]) -> None:
    """Delete folders of old sources, except the latest `KEPT_MAX` and those in `current`."""
    states = [path for path in _above().iterdir() if path.is_dir() and _STATE.fullmatch(path.name)]
    old = sorted(set(states) - current, key=lambda path: path.stat().st_mtime)
    for path in old[: -KEPT_MAX or None]:
        shutil.rmtree(path, ignore_errors=True)
