from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kezek.app.application import Demo, House
from kezek.bootstrap import close_house, make_demo, open_house
from kezek.demo.opening import CASTS, PASSWORD, board_began, issue_keys, prepare
from kezek.demo.scene import decoded, encoded, scene_of
from kezek.domain.account.account import Account
from kezek.domain.kernel.instant import to_datetime
from kezek.domain.slot.slot import Slot
from kezek.settings import Settings


@pytest.fixture
def house(tmp_path: Path):
    settings = Settings(folder=tmp_path)
    first = open_house(settings)
    make_demo(first.store, Demo(board_began(), 1, 1))
    close_house(first)
    house = open_house(settings)
    prepare(house)
    yield house
    close_house(house)


def test_it_begins_at_the_board_s_own_moment(house: House):
    zone = ZoneInfo("Asia/Almaty")
    assert to_datetime(board_began(), "Asia/Almaty") == datetime(2026, 6, 13, 17, 23, tzinfo=zone)
    assert 0 <= house.now() - board_began() < 60_000


def test_real_scarcity_and_dostuk_with_a_capacity_of_ours(house: House):
    rows = {row.post.checkpoint.id: row for row in house.boards.rows(house.now())}
    assert rows["kz_nur_zholy"].state == rows["kz_kalzhat_kolzhat"].state == "full"
    assert rows["kz_syrym"].state == "open"
    dostuk = rows["kg_dostuk"]
    assert dostuk.post.line is not None
    assert dostuk.post.line.basis == "ours"
    assert dostuk.today is not None
    assert dostuk.today.capacity == 240


def test_preparing_again_changes_nothing(house: House):
    position = house.store.reader.last_position()
    prepare(house)
    assert house.store.reader.last_position() == position


def test_everybody_can_sign_in_and_is_marked(house: House):
    for cast in CASTS:
        secret = house.access.plain.sign_in(cast.login, PASSWORD)
        assert secret is not None, cast.login
        person = house.access.session(secret)
        assert person is not None
        assert person.actor.grants == {(role.value, place) for role, place in cast.grants}
    assert all(account.simulated for account in house.store.reader.all(Account))
    assert house.access.plain.sign_in("demo-trucks", PASSWORD) is None, "trucks never sign in"


def test_keys_of_an_earlier_start_open_nothing(house: House):
    old, new = issue_keys(house), issue_keys(house)
    assert all(house.access.keyed(text) is None for text in old.values())
    assert all(house.access.keyed(text) is not None for text in new.values())


def test_the_scene_knows_every_place_that_is_taken(house: House):
    scene = decoded(encoded(scene_of(house, trucks_max=5)))
    assert scene.trucks_max == 5
    assert len(scene.yards) == 47
    known = sum(spot.places for yard in scene.yards for day in yard.days for spot in day.spots)
    protected = sum(slot.protected for slot in house.store.reader.all(Slot))
    assert known == protected > 30_000
    assert scene.known == []


def test_only_dostuk_has_no_board_also_when_all_trucks_of_a_board_have_come(house: House):
    scene = scene_of(house, trucks_max=0)
    assert [yard.checkpoint for yard in scene.yards if not yard.board] == ["kg_dostuk"]
