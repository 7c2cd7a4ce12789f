from __future__ import annotations

from pathlib import Path

import pytest

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.turn.board import bars
from tests.cli.conftest import Call
from tests.cli.program import Running, kezek


def test_the_board_of_a_running_server(call: Call, folder: Path):
    with Running("serve", "--folder", folder) as server:
        board = call("board", "--server", server.url, "--json").answer
        assert board.keys() == {"as_of", "position", "simulated", "items"}
        assert len(board["items"]) == 70
        assert {"checkpoint", "name", "state", "waiting", "days"} <= board["items"][0].keys()
        text = call("board", "--once", "--server", server.url).out
        assert "Nur Zholy" in text
        assert "Irkeshtam" not in text, "no line runs there"
        for encoding in ("koi8-r", "ascii", "cp1251", "cp866", "utf-8"):
            extra = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
            ran = kezek("board", "--once", "--server", server.url, extra=extra, encoding=encoding)
            assert ran.code == ExitCode.DONE, (encoding, ran.err)
            assert "Nur Zholy" in ran.out
            ran = kezek("board", "--server", server.url, "--json", extra=extra, encoding=encoding)
            assert ran.document["answer"]["items"][0]["name"], encoding
        assert "Irkeshtam" in call("board", "--once", "--all", "--server", server.url).out


def test_without_a_server_the_sentence_says_what_to_do(call: Call):
    called = call("board", "--once", "--server", "http://127.0.0.1:1", "--json")
    assert called.code == ExitCode.WORLD
    problem = called.document["problem"]
    assert problem["code"] == "server_away"
    assert "kezek serve" in problem["sentence"]


def test_an_address_that_is_none(call: Call):
    assert call("board", "--once", "--server", "file:///etc/passwd").code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        ([], ""),
        ([0, 0], "··"),
        ([None, 0, 1], "×·▅"),
        ([1, 50, 100], "▁▄█"),
        ([7, 7, 7], "███"),
    ],
)
def test_free_places_are_heights(days: list[int | None], shown: str):
    assert bars(days) == shown
