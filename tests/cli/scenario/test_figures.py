"""The folders in which workers lay down their figures do not outlive their server for long."""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path

import pytest

from kezek.cli.server import workers


def folder(place: Path, name: str, *, age: float) -> Path:
    made = place / f"{workers.FIGURES}{name}"
    made.mkdir()
    (made / "0.json").write_text("{}")
    now = made.stat().st_mtime
    os.utime(made, (now - age, now - age))
    return made


def test_what_a_killed_server_left_is_cleared_away_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, young = folder(tmp_path, "left", age=120), folder(tmp_path, "young", age=0)
    used, other = folder(tmp_path, "used", age=120), tmp_path / "kezek-other"
    other.mkdir()
    handle = os.open(used, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with workers._figures() as own:
        assert own.is_dir()
        assert not left.exists()
        assert young.exists(), "it may belong to a server that starts right now"
        assert used.exists(), "another server runs"
    os.close(handle)
    assert not own.exists()
    assert other.exists()
