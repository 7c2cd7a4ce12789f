"""When the primary falls silent or another takes over: no wait without end, no crowd that searches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kezek.app.desk.batch import Done
from kezek.app.desk.desk import Desk
from kezek.app.port import OutcomeUnknown, StoreFault
from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.instant import Moment
from kezek.storage.fault import Away
from kezek.storage.postgres import reader as reading
from kezek.storage.postgres import store as module
from kezek.storage.postgres.connection.address import led_by, read
from kezek.storage.postgres.store import PostgresStore
from tests.cli.program import until
from tests.rig.fault.link import Link
from tests.storage.postgres.cluster import cluster
from tests.storage.postgres.test_server import adding
from tests.storage.rows import booking, event, save
from tests.world import BEGIN, rules


class Door(Link):
    """Counts who comes in."""

    def __init__(self, port: int) -> None:
        self.came = 0
        super().__init__(port)

    def _lets_in(self) -> bool:
        self.came += 1
        return super()._lets_in()

    def freeze(self) -> None:
        """As a frozen server: it takes what it is sent and says nothing."""
        self.mute(asked=False, answered=True)


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door(cluster().port)
    yield made
    made.heal()
    made.close()


def through(door: Door, database: str, more: str = "") -> str:
    """The address of a database behind the door, and of the others after it."""
    here = f"127.0.0.1:{cluster().port}"
    address = cluster().address(database).replace(here, f"127.0.0.1:{door.port}{more}")
    return f"{address}?connect_timeout=2"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "QUESTION_SECONDS", 0.3)
    monkeypatch.setattr(module, "CHANGE_SECONDS", 0.3)


def test_a_question_to_a_frozen_server_has_an_end(impatient: None, database: str, door: Door):
    store = PostgresStore(through(door, database))
    save(store, [booking(1)])
    assert store.reader.get(Booking, 1) == booking(1)
    door.freeze()
    with pytest.raises(Away):
        store.reader.get(Booking, 1)
    store.close()


def test_a_change_on_a_frozen_server_has_an_end_and_goes_through_when_it_wakes(
    impatient: None, database: str, door: Door
):
    store = PostgresStore(through(door, database))
    save(store, [booking(1)], [event(1)])
    door.freeze()
    with pytest.raises(StoreFault) as fault:
        save(store, [booking(2)], [event(2)])
    assert not fault.value.permanent
    door.heal()
    save(store, [booking(2)], [event(2)])
    assert [b.number for b in store.reader.all(Booking)] == [1, 2]
    store.close()


def test_the_server_that_was_found_is_asked_first_from_then_on(database: str, door: Door):
    door.freeze()
    store = PostgresStore(through(door, database, f",127.0.0.1:{cluster().port}"))
    once = door.came
    assert once
    save(store, [booking(1)])
    assert store.reader.get(Booking, 1) == booking(1)
    assert door.came == once
    store.close()


@pytest.mark.parametrize(
    ("address", "found", "led"),
    [
        ("postgresql://a,b,c/x", ("b", 5432), "b,a,c"),
        ("postgresql://a,b,c/x", ("a", 5432), "a,b,c"),
        ("postgresql://a,b/x", ("elsewhere", 5432), "a,b"),
        ("postgresql://a/x", ("a", 5432), "a"),
    ],
)
def test_the_order_of_the_servers(address: str, found: tuple[str, int], led: str):
    parts = led_by(read(address), *found)
    assert parts["host"] == led
    assert parts["dbname"] == "x"


def test_servers_on_one_machine_are_told_apart_by_their_ports():
    parts = led_by(read("postgresql://a:1,a:2,a:3/x"), "a", 3)
    assert (parts["host"], parts["port"]) == ("a,a,a", "3,1,2")


def test_while_one_looks_for_the_primary_the_others_hear_so_at_once(database: str):
    store = PostgresStore(cluster().address(database))
    primary = store._primary
    primary._lost = True
    with primary._searching, pytest.raises(Away, match="looked for"):
        primary.connect(writes=False)
    primary.connect(writes=False).close()
    store.close()


def _waits_for_a_standby(store: PostgresStore) -> bool:
    """Whether the server has taken the setting to heart."""
    try:
        store.set_setting("any", "thing")
    except StoreFault:
        return True
    return False


def test_an_answer_is_not_told_again_before_the_standby_has_it(
    database: str, monkeypatch: pytest.MonkeyPatch
):
    """It may have been kept by a primary whose standby was gone: repeated, it would be a promise."""
    monkeypatch.setattr(module, "CHANGE_SECONDS", 2.0)
    store = PostgresStore(cluster().url(database))

    class Clock:
        def now(self) -> Moment:
            return Moment(BEGIN, BEGIN)

    desk = Desk(store, rules(), Clock(), lambda _events: None)
    assert isinstance(desk.ask(adding("one", key="k")), Done)
    reload = "SELECT pg_reload_conf()"
    cluster().sql(database, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", reload)
    try:
        until(lambda: _waits_for_a_standby(store))
        with pytest.raises(OutcomeUnknown):
            desk.ask(adding("one", key="k"))
    finally:
        cluster().sql(database, "ALTER SYSTEM RESET synchronous_standby_names", reload)
    desk.stop()
    store.close()
