"""What only a server can do: be away, come back, refuse us, be too old, or lose its last word."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from kezek.app.desk.batch import Done
from kezek.app.desk.desk import Desk
from kezek.app.port import Conflict, OutcomeUnknown, StoreFault
from kezek.domain.account.account import ApiKey
from kezek.domain.account.decide import AddAccount
from kezek.domain.booking.booking import Booking, Claim
from kezek.domain.kernel.instant import Moment
from kezek.storage.fault import (
    Away,
    Busy,
    Closed,
    Damaged,
    Failing,
    Full,
    NotADatabase,
    ReadOnly,
    WrongVersion,
)
from kezek.storage.open import UnknownAddress, open_store
from kezek.storage.postgres import reader as reading
from kezek.storage.postgres import store as module
from kezek.storage.postgres.connection import connection as connections
from kezek.storage.postgres.connection import primary as finding
from kezek.storage.postgres.connection.address import BadAddress
from kezek.storage.postgres.fault import Forbidden, Lost, fault_of
from kezek.storage.postgres.store import PostgresStore
from kezek.storage.postgres.unit import LOG_LOCK
from tests.storage.postgres.cluster import PASSWORD, cluster
from tests.storage.postgres.connection.proxy import Proxy
from tests.storage.rows import booking, claim, event, particulars, save
from tests.world import ADMIN, BEGIN, rules


@pytest.fixture
def wire() -> Iterator[Proxy]:
    made = Proxy(cluster().port)
    yield made
    made.close()


@pytest.fixture
def wired(database: str, wire: Proxy) -> Iterator[PostgresStore]:
    url = cluster().address(database).replace(str(cluster().port), str(wire.port))
    made = PostgresStore(url)
    yield made
    made.close()


@pytest.fixture
def desk(wired: PostgresStore) -> Iterator[Desk]:
    class Clock:
        def now(self) -> Moment:
            return Moment(BEGIN, BEGIN)

    made = Desk(wired, rules(), Clock(), lambda _events: None)
    yield made
    made.stop()


def adding(login: str, key: str = "") -> AddAccount:
    return AddAccount(key, ADMIN, login, "Invented", "hash", "administrator", "*")


# The door.


@pytest.mark.parametrize("url", ["postgresql:", "postgresql:name", "postgres://h/d", "postgresql"])
def test_an_address_that_names_no_store(url: str):
    with pytest.raises(UnknownAddress):
        open_store(url)


def test_an_address_that_cannot_be_read_is_not_quoted():
    with pytest.raises(BadAddress) as bad:
        open_store("postgresql://kezek:SECRET%zz@127.0.0.1/x")
    assert bad.value.permanent
    assert "SECRET" not in f"{bad.value} {bad.value!r} {bad.value.__context__}"


def test_a_password_opens_the_door_and_is_told_to_nobody(
    database: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    open_store(cluster().address(database)).close()
    with pytest.raises(Forbidden, match="password") as wrong:
        open_store(cluster().address(database, password="SECRET"))
    assert wrong.value.permanent
    told = f"{wrong.value} {wrong.value!r} {wrong.value.__context__} {caplog.text}"
    assert "SECRET" not in told
    assert PASSWORD not in told


def test_a_user_or_a_database_that_is_not_there(database: str):
    with pytest.raises(NotADatabase, match="create it first"):
        open_store(cluster().url("nowhere"))
    with pytest.raises(Forbidden):
        open_store(cluster().url(database).replace("kezek@", "nobody@"))


def test_a_server_that_is_away_is_asked_again_only_after_a_moment(
    database: str, monkeypatch: pytest.MonkeyPatch
):
    url = cluster().address(database).replace(str(cluster().port), "1")
    with pytest.raises(Away, match="see that it runs") as away:
        open_store(url)
    assert not away.value.permanent


def test_an_old_server_is_refused(database: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "SERVER_LEAST", 990_000)
    with pytest.raises(WrongVersion, match="too old") as old:
        PostgresStore(cluster().url(database))
    assert old.value.permanent


def test_a_database_that_cannot_hold_every_letter_is_refused():
    name = cluster().empty("TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc")
    with pytest.raises(NotADatabase, match="UTF8"):
        PostgresStore(cluster().url(name))
    cluster().drop(name)


def test_a_user_who_may_not_write_is_told_so(database: str):
    cluster().sql(
        "postgres", "DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN PASSWORD 'guest'"
    )
    cluster().sql(database, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest")
    store = PostgresStore(cluster().address(database, "guest", "guest"))
    with pytest.raises(Forbidden, match="own the database"):
        save(store, [booking(1)])
    store.close()


# The line.


def test_a_reader_survives_a_broken_line(wired: PostgresStore, wire: Proxy):
    save(wired, [booking(1)])
    assert wired.reader.get(Booking, 1) == booking(1)
    wire.cut()
    assert wired.reader.get(Booking, 1) == booking(1)


def test_a_line_that_dies_in_silence_takes_its_siblings_along(
    wired: PostgresStore, wire: Proxy, monkeypatch: pytest.MonkeyPatch
):
    """Nobody waits for each dead line by itself: what one wait has found out counts for all."""
    save(wired, [booking(1)])
    assert wired.reader.get(Booking, 1) == booking(1)
    monkeypatch.setattr(reading, "QUESTION_SECONDS", 0.5)
    monkeypatch.setattr(module, "CHANGE_SECONDS", 3_600.0)
    wire.silence()
    assert wired.reader.get(Booking, 1) == booking(1)
    save(wired, [booking(2)])
    assert wired.reader.get(Booking, 2) == booking(2)


def test_a_user_without_the_right_to_connect_is_told_so(database: str):
    cluster().sql(
        database,
        "CREATE ROLE kept_out LOGIN PASSWORD 'kept_out'",
        f'REVOKE CONNECT ON DATABASE "{database}" FROM PUBLIC',
    )
    try:
        with pytest.raises(Forbidden, match="GRANT CONNECT"):
            PostgresStore(cluster().address(database, "kept_out", "kept_out"))
    finally:
        cluster().sql(database, "DROP ROLE kept_out")


def test_a_line_that_breaks_before_the_commit_keeps_nothing(wired: PostgresStore, wire: Proxy):
    def broken() -> None:
        with wired.unit() as unit:
            assert unit.last_position == 0
            wire.cut()
            unit.save({(Booking, 1): booking(1)}, [event(1)], [])

    with pytest.raises((Conflict, OutcomeUnknown)) as fault:
        broken()
    assert not fault.value.permanent
    assert wired.reader.get(Booking, 1) is None
    save(wired, [booking(1)], [event(1)])
    assert wired.reader.last_position() == 1


def test_the_desk_goes_on_by_itself_after_a_broken_line(desk: Desk, wire: Proxy):
    assert isinstance(desk.ask(adding("one")), Done)
    wire.cut()
    assert isinstance(desk.ask(adding("two")), Done)


def test_a_commit_without_an_answer_is_unknown_and_settled_by_its_key(desk: Desk, wire: Proxy):
    # The first commit of a connection is said in full, the next ones by a number.
    wire.deaf_after = b"COMMIT\0"
    with pytest.raises(OutcomeUnknown, match="same key") as unknown:
        desk.ask(adding("two", key="k"))
    assert not unknown.value.permanent
    settled = desk.ask(adding("two", key="k"))
    assert isinstance(settled, Done)
    assert settled.replayed
    assert desk.store.reader.last_position() == settled.position


def test_a_server_that_ends_the_connection_is_found_again(shared: PostgresStore, database: str):
    save(shared, [booking(1)])
    assert shared.reader.get(Booking, 1) == booking(1)
    ended = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()"
    )
    cluster().sql(database, ended)
    with pytest.raises(Lost):
        save(shared, [booking(2)])
    save(shared, [booking(2)])
    assert shared.reader.get(Booking, 2) == booking(2)
    cluster().sql(database, ended)
    assert shared.reader.get(Booking, 2) == booking(2)
    save(shared, [booking(3)])
    cluster().sql(database, ended)
    shared.set_setting("a", "b")
    assert shared.setting("a") == "b"


def test_while_the_server_is_away_everybody_hears_so_at_once(wired: PostgresStore, wire: Proxy):
    save(wired, [booking(1)])
    assert wired.reader.get(Booking, 1) == booking(1)
    there, wire.to = wire.to, ("127.0.0.1", 1)
    wire.cut()
    with pytest.raises(StoreFault) as lost:
        save(wired, [booking(2)])
    assert not lost.value.permanent
    for _ in range(3):
        began = time.monotonic()
        with pytest.raises(Away):
            wired.reader.get(Booking, 1)
        assert time.monotonic() - began < 2
    wire.to = there
    time.sleep(finding.AWAY_SECONDS)
    assert wired.reader.get(Booking, 1) == booking(1)
    save(wired, [booking(2)])


# Others.


def test_a_lock_that_is_never_given_back_is_a_fault(database: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(connections._PATIENCE, "lock_timeout", "200")
    store = PostgresStore(cluster().url(database))
    with psycopg.connect(cluster().url(database)) as other:
        other.execute(f"SELECT pg_advisory_xact_lock({LOG_LOCK})")
        with pytest.raises(Busy) as busy:
            save(store, [booking(1)])
    assert not busy.value.permanent
    save(store, [booking(1)])
    store.close()


def test_a_frozen_process_does_not_keep_the_others_waiting(
    database: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(connections._PATIENCE, "idle_in_transaction_session_timeout", "300")
    frozen = PostgresStore(cluster().url(database))
    other = PostgresStore(cluster().url(database))

    def freeze() -> None:
        with frozen.unit() as unit:
            assert unit.last_position == 0
            save(other, [booking(2)], [event(1)])
            unit.save({(Booking, 1): booking(1)}, [event(1)], [])

    with pytest.raises(StoreFault) as fault:
        freeze()
    assert not fault.value.permanent
    assert [b.number for b in other.reader.all(Booking)] == [2]
    save(frozen, [booking(1)], [event(2)])
    frozen.close()
    other.close()


def test_a_deadlock_or_a_serialization_failure_is_tried_again(desk: Desk, monkeypatch):
    failures = iter([psycopg.errors.DeadlockDetected(), psycopg.errors.SerializationFailure()])
    whole = module.PostgresUnit.save

    def failing(unit, *arguments) -> None:
        for failure in failures:
            raise failure
        whole(unit, *arguments)

    monkeypatch.setattr(module.PostgresUnit, "save", failing)
    answer = desk.ask(adding("one"))
    assert isinstance(answer, Done)
    assert answer.position == 1


def test_a_standby_that_did_not_confirm_is_not_passed_over(shared: PostgresStore, database: str):
    """A server that gives up waiting for its standby commits, and says so in a warning only."""
    cluster().sql(
        database,
        "CREATE FUNCTION warned() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE WARNING 'canceling wait for synchronous replication'; RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER warn AFTER INSERT ON booking DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION warned()",
    )
    with pytest.raises(OutcomeUnknown):
        save(shared, [booking(1)])
    save(shared, [particulars(1)])


def test_a_held_claim_changes_hands_only_when_its_booking_has_ended(shared: PostgresStore):
    save(shared, [booking(1), claim(1)])
    with pytest.raises(AssertionError, match="claim_held_once"):
        save(shared, [booking(2), claim(2)])
    assert shared.reader.get(Booking, 2) is None
    ended = booking(1, ended_at=5, outcome="cancelled", look_at=None)
    save(shared, [claim(2), booking(2), ended])
    assert shared.reader.get(Claim, claim(1).key).number == 2


def test_a_secret_opens_one_key(shared: PostgresStore):
    keys = [ApiKey(n, n, "ab" * 32, "", "carrier", "*", 60, 5, None) for n in (1, 2)]
    save(shared, keys[:1])
    with pytest.raises(AssertionError, match="api_key_digest"):
        save(shared, keys[1:])


def test_no_fault_and_no_log_quotes_a_value(
    shared: PostgresStore, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    broken = [
        [particulars(1, plate="SECRET1", purpose="")],
        [particulars(1, plate="SECRET2", erase_on=None)],
        [booking(2), claim(2, "SECRET3")],
        [particulars(1, phone="SECRET4\0")],
        [ApiKey(2, 2, "SECRET5", "", "carrier", "*", 60, 5, None)],
    ]
    save(shared, [booking(1), claim(1, "SECRET3")])
    save(shared, [ApiKey(1, 1, "SECRET5", "", "carrier", "*", 60, 5, None)])
    texts = []
    for rows in broken:
        with pytest.raises((AssertionError, StoreFault)) as fault:
            save(shared, rows)
        texts.append(f"{fault.value!r} {fault.value}")
    assert len(texts) == len(broken)
    assert not [text for text in [*texts, caplog.text] if "SECRET" in text]


def test_readers_cannot_write(shared: PostgresStore):
    with pytest.raises(ReadOnly):
        shared.reader._found(b"DELETE FROM booking RETURNING 1", ())


def test_keys_that_no_row_can_have_are_simply_not_there(shared: PostgresStore):
    reader = shared.reader
    assert reader.get(Booking, 2**70) is None
    assert reader.get(Claim, ("kz", "plate", "a\0b")) is None
    assert reader.many(Claim, [("kz", "vin", "\ud800")]) == {}
    with shared.unit() as unit:
        unit.prefetch([(Booking, 2**70), (Claim, ("kz", "plate", "a\0b"))])
        assert unit.get(Booking, 2**70) is None


def test_a_closed_store_says_so(shared: PostgresStore):
    reader = shared.reader
    shared.close()
    shared.close()
    for use in (
        lambda: save(shared, [booking(1)]),
        lambda: reader.get(Booking, 1),
        lambda: shared.set_setting("a", "b"),
    ):
        with pytest.raises(Closed):
            use()


def test_many_threads_share_few_connections(shared: PostgresStore, database: str):
    save(shared, [booking(1)])
    failed: list[Exception] = []

    def read() -> None:
        try:
            for _ in range(20):
                assert shared.reader.get(Booking, 1) == booking(1)
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    assert cluster().sql(database, count)[0][0] <= 8 + 2


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("53100", Full),
        ("53200", Failing),
        ("53300", Busy),
        ("58030", Failing),
        ("XX001", Damaged),
        ("40001", Conflict),
        ("40P01", Conflict),
        ("57P01", Lost),
        ("57P03", Lost),
        ("08006", Lost),
        ("25P03", Lost),
        ("25006", ReadOnly),
        ("42501", Forbidden),
        ("57014", Busy),
        ("23505", AssertionError),
        ("23514", AssertionError),
        ("22P02", AssertionError),
        ("42P01", StoreFault),
    ],
)
def test_every_state_has_its_fault(state: str, kind: type[Exception]):
    fault = fault_of(psycopg.errors.lookup(state)())
    assert type(fault) is kind
    if kind in (Full, Failing, Busy, Lost, ReadOnly, Conflict):
        assert not fault.permanent
