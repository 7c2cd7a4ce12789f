"""Plants a fault: a module of the product is changed while it is loaded, its file stays as it is.

In this process by `plant`, in one that is started by what `environment` says: Python loads the module in
`site` before all else, and the product knows of nothing.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

HERE = Path(__file__).resolve().parent
TABLE = HERE / "faults.toml"
NAMED = "PLANTED_FAULT"


@dataclass(frozen=True)
class Edit:
    """`old`, which a module has exactly once, becomes `new`."""

    module: str
    old: str
    new: str


@dataclass(frozen=True)
class PlantedFault:
    """One fault: what is wrong, which promises may be found broken, and where it is played.

    `ground` is one of the rehearsal's; or `rig-` and one of the rig's, which is then broken by `faults`
    with so many `kills` and must be found by one of the `checkers`; or the address of a test that must
    fail.  `slow` ones are left out of the ordinary run.
    """

    name: str
    what: str
    promises: Sequence[str]
    edits: Sequence[Edit] = field(default_factory=list)
    ground: str = "memory"
    faults: Sequence[str] = ()
    kills: int = 0
    seed: int = 1
    checkers: Sequence[str] = ()
    slow: bool = False


def table() -> Mapping[str, PlantedFault]:
    """All faults by name."""
    read: dict[str, dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {
        name: PlantedFault(name, **{**row, "edits": [Edit(**edit) for edit in row["edits"]]})
        for name, row in read.items()
    }


def plant(fault: PlantedFault) -> None:
    """From now on the product has the fault; nothing of it may have been loaded yet."""
    by_module: dict[str, list[Edit]] = {}
    for edit in fault.edits:
        assert edit.module not in sys.modules, f"{edit.module} was loaded before"
        by_module.setdefault(edit.module, []).append(edit)
    sys.meta_path.insert(0, _Finder(by_module))


def environment(name: str) -> dict[str, str]:
    """What a process is started with so that it has the fault, and those that it starts have it, too."""
    whole = [HERE / "site", HERE.parents[1], os.environ.get("PYTHONPATH", "")]
    return {NAMED: name, "PYTHONPATH": os.pathsep.join(str(path) for path in whole if str(path))}


class _Finder(MetaPathFinder):
    def __init__(self, edits: Mapping[str, Sequence[Edit]]) -> None:
        self._edits = edits

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name not in self._edits:
            return None
        found = PathFinder.find_spec(name, path, target)
        assert found is not None, f"there is no module {name}"
        assert found.origin is not None
        loader = _Loader(name, found.origin, self._edits[name])
        return importlib.util.spec_from_file_location(name, found.origin, loader=loader)


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, edits: Sequence[Edit]) -> None:
        super().__init__(name, path)
        self._edits = edits

    def get_code(self, fullname: str) -> CodeType:
        text = Path(self.path).read_text(encoding="utf-8")
        for edit in self._edits:
            assert text.count(edit.old) == 1, f"{fullname} has not once: {edit.old}"
            text = text.replace(edit.old, edit.new)
        return compile(text, self.path, "exec")
