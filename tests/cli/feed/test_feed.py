"""The consumers of the log, as an operator sees them and sets them back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from kezek.app.feed.consumer import ConsumerPosition
from kezek.cli.frame.exit_code import ExitCode
from kezek.storage.open import open_store
from tests.cli.booking.test_book import TOMORROW, TRUCK
from tests.cli.conftest import Call
from tests.storage.rows import save


@pytest.fixture
def begun(call: Call, folder: Path) -> Path:
    """Two events, of which one consumer has read the first."""
    call("book", "kz_syrym", TOMORROW, *TRUCK, "--folder", folder)
    stand(folder, 1)
    return folder


def stand(folder: Path, position: int) -> None:
    with closing(open_store(f"sqlite:{folder / 'kezek.db'}")) as store:
        save(store, [ConsumerPosition("sender", position)])


def test_consumers_are_listed_with_what_they_have_not_read(call: Call, begun: Path):
    (one,) = call("feed", "list", "--folder", begun, "--json").answer
    assert (one["name"], one["position"], one["unread"]) == ("sender", 1, 1)
    assert "sender" in call("feed", "list", "--folder", begun).out


def test_a_consumer_is_set_back(call: Call, begun: Path):
    told = call("feed", "set", "sender", "0", "--folder", begun, "--json").answer
    assert told == {"name": "sender", "before": 1, "position": 0}
    (one,) = call("feed", "list", "--folder", begun, "--json").answer
    assert one["unread"] == 2


@pytest.mark.parametrize(
    ("name", "position", "code", "word"),
    [
        ("nobody", "0", "consumer_unknown", "those known are: sender"),
        ("sender", "-1", "position_negative", "0, for the whole log"),
        ("sender", "3", "position_beyond_log", "name one from 0 to 2"),
    ],
)
def test_what_cannot_be_set_is_refused(
    call: Call, begun: Path, name: str, position: str, code: str, word: str
):
    refused = call("feed", "set", name, position, "--folder", begun, "--json")
    assert refused.code == ExitCode.REFUSED
    assert refused.document["problem"]["code"] == code
    assert word in refused.document["problem"]["sentence"]
    (one,) = call("feed", "list", "--folder", begun, "--json").answer
    assert one["position"] == 1


@pytest.mark.parametrize(("position", "state"), [(2, "ok"), (9, "wrong")])
def test_the_doctor_sees_a_consumer_beyond_the_log(
    call: Call, begun: Path, position: int, state: str
):
    stand(begun, position)
    findings = call("doctor", "--folder", begun, "--json").document["answer"]["findings"]
    (feed,) = [one for one in findings if one["what"] == "feed"]
    assert feed["state"] == state
    assert state == "ok" or "kezek feed set sender POSITION" in feed["advice"]


def test_a_position_comes_back_with_the_backup_that_it_is_of(
    call: Call, begun: Path, tmp_path: Path
):
    call("backup", tmp_path / "copy", "--with-keys", "--folder", begun)
    stand(begun, 2)
    target = tmp_path / "again"
    restored = call("restore", tmp_path / "copy", "--with-keys", "--folder", target)
    assert restored.code == ExitCode.DONE, restored.err
    (one,) = call("feed", "list", "--folder", target, "--json").answer
    assert (one["position"], one["unread"]) == (1, 1)
