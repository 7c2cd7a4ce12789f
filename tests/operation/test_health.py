"""A server says that it lives, and that it is ready only when it could take a booking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kezek.app.port import Fault, StoreFault
from kezek.app.server import readiness
from kezek.app.server.readiness import SENTENCES, code_of
from kezek.storage.fault import Full, WrongVersion
from kezek.storage.postgres import fault as postgres
from kezek.storage.sqlite import fault as sqlite
from tests.operation.watched import ELSEWHERE, Watched, watched


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path) as made:
        yield made


def ailments(here: Watched) -> list[str]:
    told = here.ask("/readyz", client=ELSEWHERE)
    assert told.status == 503
    assert told.headers["content-type"] == "application/problem+json"
    assert told.headers["retry-after"]
    body = told.body
    assert body["code"] == "not_ready"
    assert body["status"] == 503
    assert all(seen["detail"] == SENTENCES[seen["code"]] for seen in body["ailments"])
    return [seen["code"] for seen in body["ailments"]]


def test_a_process_that_lives_says_so_whatever_its_database_does(here: Watched):
    here.application.vigil.fault = StoreFault("away")
    told = here.ask("/healthz", client=ELSEWHERE)
    assert (told.status, told.body) == (200, {"status": "alive"})
    assert told.headers["cache-control"] == "no-store"


def test_a_server_is_ready_once_it_has_looked(here: Watched):
    assert ailments(here) == ["starting"]
    here.application.ledger.tick()
    here.application.vigil.look()
    told = here.ask("/readyz", client=ELSEWHERE)
    assert (told.status, told.body) == (200, {"status": "ready"})


def test_a_look_writes_so_that_a_database_which_takes_nothing_is_found(
    here: Watched, monkeypatch: pytest.MonkeyPatch
):
    here.application.vigil.look()

    def refused(_name: str, _value: str) -> None:
        raise sqlite.ReadOnly("a sentence with /a/path")

    monkeypatch.setattr(here.application.store, "set_setting", refused)
    with pytest.raises(sqlite.ReadOnly):
        here.application.vigil.look()
    assert ailments(here) == ["database_read_only"]
    assert b"/a/path" not in here.ask("/readyz").raw
    monkeypatch.undo()
    here.application.vigil.look()
    assert here.ask("/readyz").status == 200


def kinds_of(fault: type[StoreFault]) -> Iterator[type[StoreFault]]:
    for kind in fault.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def test_every_fault_of_a_store_is_an_ailment_with_a_sentence():
    faults = list(kinds_of(StoreFault))
    assert {sqlite.Away, sqlite.ReadOnly, postgres.Lost, postgres.Forbidden} <= set(faults)
    for kind in faults:
        assert code_of(kind("why")) in SENTENCES
    assert code_of(sqlite.Away("x")) == code_of(postgres.Lost("x")) == "database_away"
    assert code_of(Full("x")) == "database_full"
    assert code_of(WrongVersion("x")) == "schema_unknown"
    assert code_of(postgres.Forbidden("x")) == code_of(Fault("x")) == "database_failing"


def test_a_lost_key_is_told(here: Watched, tmp_path: Path):
    here.application.vigil.look()
    (tmp_path / "keys" / "log-signing.pem").unlink()
    assert ailments(here) == ["keys_missing"]
    assert b"log-signing" not in here.ask("/readyz").raw, "what lies where is nobody's business"


def test_a_promise_whose_figure_leaves_zero_is_told_once_in_the_log(
    here: Watched, caplog: pytest.LogCaptureFixture
):
    application = here.application
    application.vigil.look()
    assert not caplog.records
    kept, application.desk.tally.acknowledged = application.desk.tally.acknowledged, 1_000_000
    for _ in range(2):
        application.vigil.look(long=False)
    (line,) = caplog.records
    assert line.getMessage().startswith("a promise is broken: acknowledged_missing_events is ")
    application.desk.tally.acknowledged = kept
    application.vigil.look(long=False)
    application.desk.tally.acknowledged = 1_000_000
    application.vigil.look(long=False)
    assert len(caplog.records) == 2, "it had been whole again"


@pytest.mark.parametrize("task", ["timer", "ledger", "heads", "look"])
def test_a_task_that_is_silent_is_told(here: Watched, task: str):
    here.application.vigil.look()
    here.application.pulse._beats[task] -= readiness.SILENT_SECONDS + 1
    assert ailments(here) == [f"{task}_stuck"]
    here.application.pulse.beat(task)
    assert here.ask("/readyz").status == 200


def test_a_server_that_stops_wants_no_more_work(here: Watched):
    here.application.vigil.look()
    here.application.watch.close()
    assert ailments(here) == ["stopping"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_what_watches_counts_against_nobodys_rate(here: Watched, path: str):
    here.application.vigil.look()
    for _ in range(50):
        assert here.ask(path).status == 200
    assert not here.application.rates._empty_at


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_they_are_read_and_nothing_else(here: Watched, path: str):
    assert here.ask(path, method="POST").status == 405
    head = here.ask(path, method="HEAD")
    assert head.raw == b""
    assert int(head.headers["content-length"]) > 0
