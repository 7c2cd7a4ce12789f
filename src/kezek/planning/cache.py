"""Where compiled kernels are kept, and under which name.  Imports no numerics.

A kernel is compiled once and kept as a file, in the folder that `NUMBA_CACHE_DIR` names, else in the
user's cache (`XDG_CACHE_HOME`, or `~/.cache`), so that the product itself may be installed read-only.
Whoever can write there can run code as us: the folder deserves the care that a program's own deserves.

Below it each module has a folder for each state of the sources that it stands on.  The compiler itself
looks at the file of a kernel only, not at the kernels and constants that come from others, and would go
on with old ones.
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
    """The folder of a module's kernels, made if it can be."""
    return _above() / f"{module.rpartition('.')[2]}-{fingerprint(module)}"


@cache
def _above() -> Path:
    """The folder above all.  Where nothing may be written it is new, and this process's alone."""
    named, home = os.environ.get(VARIABLE), os.environ.get("XDG_CACHE_HOME")
    cached = Path(home) if home else Path("~/.cache").expanduser()
    folder = Path(named) if named else cached / "kezek" / "kernels"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="kezek-kernels-"))
    return folder if os.access(folder, os.W_OK) else Path(tempfile.mkdtemp(prefix="kezek-kernels-"))


def fingerprint(module: str) -> str:
    """A name for all that a module says and stands on: it changes with any of these files."""
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
    """Drop old states of the sources: the latest few are kept, and `current` in any case."""
    states = [path for path in _above().iterdir() if path.is_dir() and _STATE.fullmatch(path.name)]
    old = sorted(set(states) - current, key=lambda path: path.stat().st_mtime)
    for path in old[: -KEPT_MAX or None]:
        shutil.rmtree(path, ignore_errors=True)
