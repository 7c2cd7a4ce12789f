from __future__ import annotations

from pathlib import Path

import pytest

from kezek.app.checkpoint.network import shipped_board, shipped_checkpoints
from kezek.cli.frame.exit_code import ExitCode
from tests.cli.conftest import Call

POSTS = 70
LINES = 46
NAMES = 376
AT = "2026-06-13T17:23+05:00"


def test_the_shipped_network_is_loaded_and_shown(call: Call, tmp_path: Path):
    folder = tmp_path / "site"
    answer = call("network", "load", "--folder", folder, "--json").answer
    assert answer == {
        "checkpoints": POSTS, "lines": LINES, "names": NAMES, "source": "shipped",
    }  # fmt: skip
    shown = call("network", "show", "--folder", folder, "--json").answer
    assert len(shown) == POSTS
    assert sum(row["line"] is not None for row in shown) == LINES
    syrym = next(row for row in shown if row["checkpoint"] == "kz_syrym")
    assert syrym.keys() == {
        "checkpoint", "name", "country", "neighbour", "line", "direction", "regulation", "basis",
        "state",        "capacity_today", "free_today", "next_free_on", "waiting", "waiting_due",
    }  # fmt: skip
    assert "kz_syrym" in call("network", "show", "--folder", folder).out


def test_loading_again_leaves_everything_as_it_is(call: Call, folder: Path):
    answer = call("network", "load", "--folder", folder, "--json").answer
    assert (answer["lines"], answer["names"]) == (0, 0)


def test_names_of_a_language_more_are_added_to_what_is_there(
    call: Call, folder: Path, tmp_path: Path
):
    names = tmp_path / "names.csv"
    names.write_text("id,side,language,name\nkz_syrym,own,tr,Sırım\nkz_syrym,own,ru,X\n", "utf-8")
    answer = call("network", "load", "--names", names, "--folder", folder, "--json").answer
    assert answer["names"] == 1, "a name that is there stays"
    names.write_text("id,side,language,name\nkz_syrym,own,az,Sırım\nkz_nowhere,own,az,X\n", "utf-8")
    called = call("network", "load", "--names", names, "--folder", folder)
    assert called.code == ExitCode.FOUND
    assert "names.csv:3: id:" in called.err
    names.write_text("id,side,language,name\nkz_syrym,own,az,Sırım\n", "utf-8")
    answer = call("network", "load", "--names", names, "--folder", folder, "--json").answer
    assert answer["names"] == 1, "of the bad file nothing was taken"


def test_own_files_are_loaded(call: Call, tmp_path: Path):
    posts, board = tmp_path / "posts.csv", tmp_path / "board.csv"
    posts.write_bytes(shipped_checkpoints().read_bytes())
    board.write_bytes(shipped_board().read_bytes())
    arguments = [
        "--checkpoints",
        posts,
        "--board",
        board,
        "--at",
        AT,
        "--folder",
        tmp_path / "site",
    ]
    assert call("network", "load", *arguments, "--json").answer["lines"] == LINES
    only = call("network", "load", "--checkpoints", posts, "--folder", tmp_path / "two", "--json")
    assert only.answer["lines"] == 0, "without a board there are no lines"


def test_one_bad_row_is_named_and_changes_nothing(call: Call, folder: Path, tmp_path: Path):
    lines = shipped_checkpoints().read_text("utf-8").splitlines(keepends=True)
    lines[4] = lines[4].replace(",KZ,", ",XX,", 1)
    posts = tmp_path / "posts.csv"
    posts.write_text("".join(lines), encoding="utf-8")
    before = (folder / "kezek.db").read_bytes()
    called = call("network", "load", "--checkpoints", posts, "--folder", folder)
    assert called.code == ExitCode.FOUND
    assert "posts.csv:5: country:" in called.err
    assert "[country_without_zone]" in called.err
    assert (folder / "kezek.db").read_bytes() == before
    problem = call("network", "load", "--checkpoints", posts, "--folder", folder, "--json").document
    found = problem["problem"]["facts"]["problems"]
    assert {(row["line"], row["column"], row["reason"]) for row in found} >= {
        (5, "country", "country_without_zone")
    }
    missing = tmp_path / "none"
    assert (
        call("network", "load", "--checkpoints", posts, "--folder", missing).code == ExitCode.FOUND
    )
    assert not missing.exists(), "files are checked before anything is made"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--board", "b.csv"],
        ["--at", AT],
        ["--board", "b.csv", "--at", "2026-06-13T17:23"],
        ["--board", "b.csv", "--at", "yesterday"],
    ],
)
def test_a_board_needs_its_moment(call: Call, tmp_path: Path, arguments: list[str]):
    (tmp_path / "b.csv").write_bytes(shipped_board().read_bytes())
    arguments = [str(tmp_path / a) if a.endswith(".csv") else a for a in arguments]
    called = call("network", "load", *arguments, "--folder", tmp_path / "site")
    assert called.code == ExitCode.USAGE
    assert not (tmp_path / "site").exists()


def test_an_unreadable_file_is_a_finding(call: Call, tmp_path: Path):
    called = call(
        "network", "load", "--checkpoints", tmp_path / "none.csv", "--folder", tmp_path / "s"
    )
    assert called.code == ExitCode.FOUND
    assert "file_unreadable" in called.err


def test_a_line_is_opened_where_no_board_is_known(call: Call, folder: Path):
    arguments = ["--regulation", "kg-dostuk", "--capacity", "240", "--folder", folder, "--json"]
    opened = call("network", "open", "kg_dostuk", *arguments).answer
    assert opened == {"line": "kg_dostuk.exit", "opened": True}
    shown = call("network", "show", "--folder", folder, "--json").answer
    dostuk = next(row for row in shown if row["checkpoint"] == "kg_dostuk")
    assert dostuk["capacity_today"] == 240
    assert dostuk["basis"] == "ours"


def test_a_line_that_is_open_keeps_its_places_and_says_so(call: Call, folder: Path):
    arguments = ["--regulation", "kz", "--capacity", "5", "--folder", folder]
    before = call("network", "show", "--folder", folder, "--json").answer
    again = call("network", "open", "kz_syrym", *arguments)
    assert again.out == "The line kz_syrym.exit was open already and is left as it is.\n"
    assert call("network", "open", "kz_syrym", *arguments, "--json").answer["opened"] is False
    assert call("network", "show", "--folder", folder, "--json").answer == before


@pytest.mark.parametrize(
    ("post", "rules", "code"),
    [
        ("kg_nowhere", "kg-dostuk", "checkpoint_unknown"),
        ("kg_dostuk", "xx", "regulation_unknown"),
        ("kg_dostuk", "kz", "not_allowed"),
    ],
)
def test_a_line_that_cannot_be(call: Call, folder: Path, post: str, rules: str, code: str):
    arguments = ["--regulation", rules, "--capacity", "10", "--folder", folder, "--json"]
    called = call("network", "open", post, *arguments)
    assert called.code == ExitCode.REFUSED
    assert called.document["problem"]["code"] == code
