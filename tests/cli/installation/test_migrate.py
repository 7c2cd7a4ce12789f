"""The schema made ready without a server, and told."""

from __future__ import annotations

from pathlib import Path

from kezek.cli.frame.exit_code import ExitCode
from kezek.storage.migrations.head import HEAD
from tests.cli.conftest import Call


def test_a_schema_that_is_ready_is_left_as_it_is(call: Call, folder: Path):
    before = (folder / "kezek.db").read_bytes()
    for more in ([], ["--contract"]):
        told = call("migrate", *more, "--folder", folder, "--json")
        assert told.code == ExitCode.DONE
        assert told.document["answer"] == {"schema": HEAD, "waiting": []}
    assert call("migrate", "--folder", folder).out == f"The schema is at step {HEAD}.\n"
    assert (folder / "kezek.db").read_bytes() == before


def test_nothing_is_made_where_nothing_is(call: Call, tmp_path: Path):
    told = call("migrate", "--folder", tmp_path / "none", "--json")
    assert told.document["problem"]["code"] == "no_installation"
    assert not (tmp_path / "none").exists()
