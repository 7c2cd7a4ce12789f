"""One figure for each promise, at a cost that does not grow, for those who may see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kezek.api.server.metric import FOUND, METRICS, MetricForm
from kezek.api.server.worker_metrics import WorkerMetrics
from kezek.app.feed.consumer import ConsumerPosition
from kezek.app.port import OutcomeUnknown
from kezek.app.server import promise_monitor
from kezek.domain.account.account import Account, Login
from kezek.domain.booking.booking import Booking, Driver, Particulars
from kezek.domain.kernel.facts import Counter
from kezek.domain.log.head import SignedHead
from kezek.domain.recovery.resume import ContinueLog
from kezek.domain.slot.slot import Slot
from tests.docs import pages
from tests.memory.store import MemoryStore
from tests.operation.watched import ELSEWHERE, Watched, watched
from tests.storage.rows import save
from tests.world import PEOPLE, A, World

UNITS = (
    *("events", "slots", "vehicles", "claims", "bookings", "heads", "seconds", "particulars"),
    *("drivers", "accounts", "exceptions", "steps", "ailments", "commands", "streams", "bytes"),
    *("files", "total"),
)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path) as made:
        yield made


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_says_what_it_is_in_what_unit(metric):
    assert re.fullmatch(r"kezek_[a-z]+(_[a-z]+)*", metric.name)
    assert metric.name.rpartition("_")[2] in UNITS
    assert metric.name.endswith("_total") == (metric.form is MetricForm.COUNTER)
    assert len(metric.meaning) > 10
    assert "worker" not in metric.labels


def test_every_metric_is_documented():
    documented = [name for name in pages.named_first("metrics.md") if name.startswith("kezek_")]
    assert not pages.compared(documented, [metric.name for metric in METRICS])


def test_every_promise_that_has_a_metric_is_told_with_it():
    told = pages.text("metrics.md").partition("## Which promise")[2].partition("## Every")[0]
    rows = dict(re.findall(r"^\| (I\d+) .*?\| (.*?) \|", told, re.MULTILINE))
    for metric in METRICS:
        if metric.promise:
            assert f"`{metric.name}`" in "".join(rows.values()), metric.name
            assert metric.promise in rows, metric.promise
    named = set(re.findall(r"`(kezek_\w+)`", "".join(rows.values())))
    assert named <= {metric.name for metric in METRICS}


def test_a_scrape_tells_every_metric_in_its_form(here: Watched):
    book(here, 1)
    refused(here)
    here.ask("/")
    here.application.vigil.look(long=True)
    families = {
        family.name: family
        for family in text_string_to_metric_families(here.ask("/metrics").raw.decode())
    }
    for metric in METRICS:
        family = families[metric.name.removesuffix("_total")]
        assert (family.type, family.documentation) == (metric.form.value, metric.meaning)
        labels = {name for sample in family.samples for name in sample.labels} - {"le"}
        # What has never failed has no line; everything else tells whose it is.
        assert labels <= {"worker", *metric.labels}
        assert family.samples or metric.name == "kezek_failed_batches_total"


def book(here: Watched, truck: int) -> int:
    world = World()
    start = world.window(A, day=1, hour=truck % 24)
    command = world.book_command(truck, line=A, start=start, key=f"truck {truck}")
    return int(here.application.desk.ask(command).outcome["number"])


def refused(here: Watched) -> None:
    command = World().book_command(1, line="no_such.exit", start=0, key="refused")
    assert here.application.desk.ask(command).reason


def content(here: Watched):
    store = here.application.store
    assert isinstance(store, MemoryStore)
    return store._content


def change(kind: type, **changes: object) -> Callable[[Watched], None]:
    """Change the last row of a kind by hand, past every rule and fence."""

    def changed(here: Watched) -> None:
        table = content(here).table(kind)
        key = max(table)
        table[key] = replace(table[key], **changes)

    return changed


def lose_numbers(here: Watched) -> None:
    counters = content(here).table(Counter)
    counters["booking"] = replace(counters["booking"], last=77)


def drop_event(here: Watched) -> None:
    del content(here).log[-2]


def rewrite_event(here: Watched) -> None:
    content(here).log[-1] = replace(content(here).log[-1], body='{"another":1}')


def forget_events(here: Watched) -> None:
    del content(here).log[-1:]


def stray_login(here: Watched) -> None:
    change(Account, closed_at=1, password="")(here)
    account = max(content(here).table(Account))
    content(here).table(Login)["ghost"] = Login("ghost", account)


def same_truck_twice(here: Watched) -> None:
    first = min(content(here).table(Particulars))
    plate = content(here).table(Particulars)[first].plate
    change(Particulars, plate=plate)(here)


def another_head(here: Watched) -> None:
    heads = content(here).table(SignedHead)
    key = max(heads)
    heads[key] = replace(heads[key], size=heads[key].size - 1)


def overdue(here: Watched) -> None:
    change(Booking, look_at=here.application.now() - 90_000)(here)


def kept_too_long(here: Watched) -> None:
    change(Booking, ended_at=1, outcome="crossed", look_at=None)(here)
    change(Particulars, erase_on="2026-06-11")(here)


def name_of_nobody(here: Watched) -> None:
    content(here).table(Driver)[999, 1] = Driver(999, 1, "Invented")


def wrong_clock(here: Watched) -> None:
    here.application.watch.at = here.application.clock._clock.now().at + 7_000


BREACHES = {
    "acknowledged_missing_events": forget_events,
    "overbooked_slots": change(Slot, taken=99),
    "double_booked_vehicles": same_truck_twice,
    "stray_claims": change(Booking, ended_at=1, outcome="crossed", look_at=None),
    "disordered_bookings": change(Booking, admitted_at=5),
    "rewritten_events": rewrite_event,
    "missing_events": drop_event,
    "contradicted_heads": another_head,
    "lost_bookings": lose_numbers,
    "lapse_lateness_seconds": overdue,
    "clock_doubt_seconds": wrong_clock,
    "overdue_particulars": kept_too_long,
    "orphaned_drivers": name_of_nobody,
    "misused_accounts": stray_login,
    "awaiting_exceptions": change(Booking, exception="awaiting", exception_cause="medical"),
}


def test_every_promise_that_a_look_witnesses_has_its_breach_below():
    assert BREACHES.keys() == {
        metric.name.removeprefix("kezek_") for metric in FOUND if metric.promise not in ("", "I19")
    }


@pytest.mark.parametrize("name", BREACHES)
def test_a_broken_promise_shows(here: Watched, name: str):
    for truck in (1, 2, 3):
        book(here, truck)
    here.application.ledger.tick(last=True)
    here.application.vigil.look(long=True)
    assert here.figure(name) == 0
    BREACHES[name](here)
    here.application.clock.now()
    here.application.vigil.look(long=True)
    assert here.figure(name) > 0
    if name != "acknowledged_missing_events":
        here.application.vigil.look(long=True)
        assert here.figure(name) > 0, "a breach stays until it is mended"


def test_a_log_that_was_continued_breaks_no_promise(here: Watched):
    """Its booking numbers lie far above the positions of its events; looks go on from either."""
    actor = PEOPLE["admin"]
    here.application.desk.ask(ContinueLog("on", actor, head=17, size=5_000_000, at=1))
    book(here, 1)
    for _ in range(3):
        here.application.vigil.look(long=True)
        assert here.figure("missing_events") == 0
        assert here.figure("lost_bookings") == 0


def test_a_store_that_is_sound_again_is_told_so(here: Watched):
    book(here, 1)
    here.application.vigil.look(long=True)
    before = dict(content(here).table(Booking))
    change(Booking, admitted_at=5)(here)
    here.application.vigil.look(long=True)
    content(here).tables[Booking] = before
    here.application.vigil.look(long=True)
    assert here.figure("disordered_bookings") == 0


def test_the_long_look_is_made_once_a_minute(here: Watched, monkeypatch: pytest.MonkeyPatch):
    made = []
    monkeypatch.setattr(here.application.vigil, "_ask", lambda: made.append(1))
    now = [1_000.0]
    monkeypatch.setattr(promise_monitor, "monotonic", lambda: now[0])
    for _ in range(int(promise_monitor.LONG_SECONDS / promise_monitor.SHORT_SECONDS) * 2):
        here.application.vigil.look()
        now[0] += promise_monitor.SHORT_SECONDS
    assert len(made) == 2


def test_a_look_that_takes_long_comes_seldom(here: Watched, monkeypatch: pytest.MonkeyPatch):
    made, now, spent = [], [1_000.0], [0.0]

    def asked() -> None:
        made.append(1)
        spent[0] += 3.0

    monkeypatch.setattr(here.application.vigil, "_ask", asked)
    monkeypatch.setattr(promise_monitor, "monotonic", lambda: now[0])
    monkeypatch.setattr(promise_monitor, "thread_time", lambda: spent[0])
    for _ in range(240):
        here.application.vigil.look()
        now[0] += promise_monitor.SHORT_SECONDS
    assert len(made) == 2, "ten minutes apart"


def test_a_scrape_asks_the_database_nothing(here: Watched, monkeypatch: pytest.MonkeyPatch):
    here.application.vigil.look(long=True)

    def asked(*_: object) -> None:
        raise AssertionError("a scrape must not depend on the database")

    monkeypatch.setattr(MemoryStore, "reader", property(asked))
    monkeypatch.setattr(MemoryStore, "snapshot", asked)
    monkeypatch.setattr(MemoryStore, "unit", asked)
    monkeypatch.setattr(MemoryStore, "setting", asked)
    assert here.figure("log_events") > 0


def test_a_consumer_that_stands_still_shows(here: Watched):
    book(here, 1)
    application = here.application
    application.ledger.tick()
    last = application.store.reader.last_position()
    save(
        application.store,
        [ConsumerPosition("sender", last - 1), ConsumerPosition("lost", last + 5)],
    )
    application.vigil.look()
    told = here.ask("/metrics").raw.decode()
    for name, unread in (("ledger", 0), ("sender", 1), ("lost", -5)):
        assert re.search(
            rf'kezek_consumer_unread_events{{[^}}]*consumer="{name}"[^}}]*}} {unread}(\.0)?\n', told
        ), name
    ready = here.ask("/readyz")
    assert ready.status == 200, "bookings go on"
    assert [remark["code"] for remark in ready.body["remarks"]] == ["consumer_still"]
    save(application.store, [ConsumerPosition("lost", last)])
    application.vigil.look()
    assert here.ask("/readyz").body == {"status": "ready"}


def test_what_the_desk_does_is_counted(here: Watched):
    before = here.figure("batch_commands_sum")
    book(here, 1)
    refused(here)
    assert here.figure("batch_commands_sum") == before + 2
    assert here.figure("refused_commands_total", reason="line_unknown") == 1
    assert here.figure("commit_seconds_count") == here.figure("batch_seconds_count")


def test_an_unknown_answer_and_a_stopped_write_are_counted(
    here: Watched, monkeypatch: pytest.MonkeyPatch
):
    failing: list[Exception] = [OutcomeUnknown("who knows"), AssertionError("the last fence")]

    def failed(*_: object, **_named: object) -> None:
        raise failing.pop(0)

    monkeypatch.setattr("kezek.app.desk.desk.decided", failed)
    command = World().book_command(1, line=A)
    for kind in (OutcomeUnknown, AssertionError):
        with pytest.raises(kind):
            here.application.desk.ask(command)
    assert here.figure("unknown_answers_total") == 1
    assert here.figure("fence_stops_total") == 1
    assert here.figure("failed_batches_total", fault="OutcomeUnknown") == 1


def test_answers_are_counted_by_route_and_never_by_address(here: Watched):
    secret = "/t/invented-ticket-secret"
    for path in ("/api/v1/checkpoints", "/api/v1/checkpoints/kz_a", "/", secret, "/api/v1/nothing"):
        here.ask(path)
    page = here.ask("/metrics").raw.decode()
    assert "invented-ticket-secret" not in page
    assert "kz_a" not in page
    assert here.figure("answers_total", route="list_checkpoints", status="200") == 1
    assert here.figure("answers_total", route="/", status="200") == 1
    assert here.figure("answers_total", route="unknown", status="404") >= 1


def test_who_comes_through_a_proxy_is_elsewhere_whatever_header_says_so(tmp_path: Path):
    with watched(tmp_path, proxy_header="CF-Connecting-IP") as here:
        assert here.ask("/metrics").status == 200
        for named in (ELSEWHERE, "127.0.0.1", "", "::1"):
            assert here.ask("/metrics", cf_connecting_ip=named).status == 403


def test_metrics_are_for_this_machine_unless_there_is_a_token(tmp_path: Path):
    with watched(tmp_path) as here:
        assert here.ask("/metrics").status == 200
        assert here.ask("/metrics", client="::1").status == 200
        assert here.ask("/metrics", client=ELSEWHERE).status == 403
        for header in ("x_forwarded_for", "forwarded", "via", "x_real_ip"):
            assert here.ask("/metrics", **{header: "192.0.2.1"}).status == 403


def test_who_shows_the_token_may_read_from_anywhere(tmp_path: Path):
    path = tmp_path / "keys" / "metrics.token"
    path.parent.mkdir(mode=0o700)
    path.touch(mode=0o600)
    path.write_text("an invented token\n")
    with watched(tmp_path) as here:
        assert here.ask("/metrics", client=ELSEWHERE).status == 403
        assert here.ask("/metrics").status == 403, "from here too, once there is one"
        shown = "Bearer an invented token"
        told = here.ask("/metrics", client=ELSEWHERE, authorization=shown)
        assert told.status == 200
        assert b"invented" not in told.raw
        assert here.ask("/metrics", authorization=shown + "x").status == 403


def test_each_worker_tells_the_figures_of_all(tmp_path: Path):
    figures = tmp_path / "figures"
    figures.mkdir()
    with (
        watched(tmp_path / "a", name="0", figures=figures) as one,
        watched(tmp_path / "b", name="1", figures=figures) as two,
    ):
        book(two, 1)
        one.application.vigil.look(long=True)
        two.application.vigil.look(long=True)
        WorkerMetrics("1", figures).lay_down(two.application)
        assert one.figure("accepted_commands_total", "1") == 1
        assert one.figure("accepted_commands_total", "0") == 0
        assert one.figure("age_seconds", "1") > one.figure("age_seconds", "0") == 0
        (figures / "1.json").write_text("torn")
        assert ("kezek_age_seconds", (("worker", "1"),)) not in one.figures()


def test_people_in_the_figures_are_numbers_only(here: Watched):
    book(here, 1)
    here.application.vigil.look(long=True)
    page = here.ask("/metrics").raw.decode()
    for word in ("TST", "TESTTRUCK", "+7700", "Invented", PEOPLE["carrier"].label):
        assert word not in page
