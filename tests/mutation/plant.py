"""Plants a fault: a module of the product is changed while it is loaded, its file stays as it is."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

TABLE = Path(__file__).parent / "faults.toml"


@dataclass(frozen=True)
class Edit:
    """`old`, which a module has exactly once, becomes `new`."""

    module: str
    old: str
    new: str


@dataclass(frozen=True)
class PlantedFault:
    """One fault: what is wrong, which promises may be found broken, and where it is played."""

    name: str
    what: str
    promises: Sequence[str]
    edits: Sequence[Edit] = field(default_factory=list)
    ground: str = "memory"


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
