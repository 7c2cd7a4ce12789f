from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kezek.app.application import Application, Demo
from kezek.bootstrap import close_application, make_demo, open_application
from kezek.demo.opening import CASTS, PASSWORD, board_began, issue_keys, prepare
from kezek.demo.scene import decoded, encoded, scene_of
from kezek.domain.account.account import Account
from kezek.domain.kernel.instant import to_datetime
from kezek.domain.slot.slot import Slot
from kezek.settings import Settings


@pytest.fixture
def application(tmp_path: Path):
    settings = Settings(folder=tmp_path)
    first = open_application(settings)
    make_demo(first.store, Demo(board_began(), 1, 1))
    close_application(first)
    application = open_application(settings)
    prepare(application)
    yield application
    close_application(application)


def test_it_begins_at_the_board_s_own_moment(application: Application):
    zone = ZoneInfo("Asia/Almaty")
    assert to_datetime(board_began(), "Asia/Almaty") == datetime(2026, 6, 13, 17, 23, tzinfo=zone)
    assert 0 <= application.now() - board_began() < 60_000


def test_real_scarcity_and_dostuk_with_a_capacity_of_ours(application: Application):
    rows = {row.place: row for row in application.boards.rows(application.now())}
    assert rows["kz_nur_zholy"].state == rows["kz_kalzhat_kolzhat"].state == "full"
    assert rows["kz_syrym"].state == "open"
    dostuk = rows["kg_dostuk"]
    assert dostuk.served is not None
    assert dostuk.served.line.basis == "ours"
    assert dostuk.today is not None
    assert dostuk.today.capacity == 240


def test_preparing_again_changes_nothing(application: Application):
    position = application.store.reader.last_position()
    prepare(application)
    assert application.store.reader.last_position() == position


def test_everybody_can_sign_in_and_is_marked(application: Application):
    for cast in CASTS:
        secret = application.access.plain.sign_in(cast.login, PASSWORD)
        assert secret is not None, cast.login
        person = application.access.session(secret)
        assert person is not None
        assert person.actor.grants == {(role.value, place) for role, place in cast.grants}
    assert all(account.simulated for account in application.store.reader.all(Account))
    assert application.access.plain.sign_in("demo-trucks", PASSWORD) is None, "trucks never sign in"


def test_keys_of_an_earlier_start_open_nothing(application: Application):
    old, new = issue_keys(application), issue_keys(application)
    assert all(application.access.keyed(text) is None for text in old.values())
    assert all(application.access.keyed(text) is not None for text in new.values())


def test_the_scene_knows_every_place_that_is_taken(application: Application):
    scene = decoded(encoded(scene_of(application, trucks_max=5)))
    assert scene.trucks_max == 5
    assert len(scene.yards) == 47
    known = sum(spot.places for yard in scene.yards for day in yard.days for spot in day.spots)
    protected = sum(slot.protected for slot in application.store.reader.all(Slot))
    assert known == protected > 30_000
    assert scene.known == []


def test_only_dostuk_has_no_board_also_when_all_trucks_of_a_board_have_come(
    application: Application,
):
    scene = scene_of(application, trucks_max=0)
    assert [yard.checkpoint for yard in scene.yards if not yard.board] == ["kg_dostuk"]
