from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kezek.cli import main


@dataclass(frozen=True)
class Called:
    """What a command did that was run inside this process."""

    result: Result

    @property
    def code(self) -> int:
        return self.result.exit_code

    @property
    def out(self) -> str:
        return self.result.stdout

    @property
    def err(self) -> str:
        return self.result.stderr

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document of `--json`; every command has the same outer shape."""
        (line,) = self.out.splitlines()
        document = json.loads(line)
        assert document["exit"] == self.code
        assert document.keys() == {
            "command",
            "exit",
            "problem" if self.problem(document) else "answer",
        }
        return document

    @staticmethod
    def problem(document: dict[str, Any]) -> bool:
        return "problem" in document

    @property
    def answer(self) -> Any:
        assert self.code == 0, self.result.output
        return self.document["answer"]


Call = Callable[..., Called]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command inside this process."""
    import os

    for name in [name for name in os.environ if name.startswith("KEZEK_")]:
        monkeypatch.delenv(name)

    def run(*arguments: str | Path, given: str | None = None) -> Called:
        result = CliRunner().invoke(main, [str(a) for a in arguments], input=given)
        assert "Traceback" not in result.output, result.output
        return Called(result)

    return run


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the shipped network, made once; copy it before changing it."""
    folder = tmp_path_factory.mktemp("network") / "site"
    result = CliRunner().invoke(main, ["network", "load", "--folder", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def folder(network: Path, tmp_path: Path) -> Path:
    """An installation with the shipped network, to be changed at will."""
    copy = tmp_path / "site"
    shutil.copytree(network, copy)
    return copy
