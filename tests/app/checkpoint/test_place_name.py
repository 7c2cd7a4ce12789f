"""Every post is found by every name that a source gives for it, its neighbour or its countries."""

from __future__ import annotations

import re

import pytest

from kezek.app.checkpoint.network import read_checkpoints, shipped_checkpoints
from kezek.app.checkpoint.place_name import (
    COUNTRY,
    OPPOSITE,
    OWN,
    neighbour_of,
    opposite_name,
    own_keys,
    own_name,
    place_keys,
    shipped_names,
)
from kezek.domain.checkpoint.search import fits, search_key
from kezek.i18n.catalogue import CODES, words

POSTS = {post.id: post for post in read_checkpoints(shipped_checkpoints()).rows}


def found(query: str) -> set[str]:
    return {post.id for post in POSTS.values() if fits(query, place_keys(post))}


def test_every_name_of_a_place_finds_its_post():
    for (place, side), names in shipped_names().items():
        if side in {OWN, OPPOSITE}:
            assert place in POSTS
            for language, name in names.items():
                assert place in found(name), (language, name)
                assert place in found(name.upper()), (language, name)


@pytest.mark.parametrize("lang", CODES)
def test_every_name_of_a_country_finds_all_posts_that_lead_there(lang: str):
    for code in {neighbour_of(post) for post in POSTS.values()} - {"", "SEA"}:
        there = {post.id for post in POSTS.values() if neighbour_of(post) == code}
        for name in (shipped_names()[code, COUNTRY][lang], words(lang).locale.territories[code]):
            assert there <= found(name), (code, name)


@pytest.mark.parametrize("lang", CODES)
def test_the_search_s_own_example_finds_a_post(lang: str):
    example = words(lang).gettext("Find a checkpoint, e.g. Khorgos")
    name = re.split(r"[\s,:]+", example.strip(' .»"'))[-1]
    assert "kz_nur_zholy" in found(name.strip('«»".')), example


@pytest.mark.parametrize(
    ("query", "post"),
    [
        ("Қорғас", "kz_nur_zholy"),
        ("Хоргос", "kz_nur_zholy"),
        ("Korgas", "kz_nur_zholy"),
        ("霍尔果斯", "kz_nur_zholy"),
        ("Колжат", "kz_kalzhat_kolzhat"),
        ("Қалжат", "kz_kalzhat_kolzhat"),
        ("Kalzhat", "kz_kalzhat_kolzhat"),
        ("Темирбаба", "kz_temir_baba"),
    ],
)
def test_spellings_that_people_type_find_the_post(query: str, post: str):
    assert post in found(query)


def test_places_keep_their_official_names():
    nur, kalzhat = POSTS["kz_nur_zholy"], POSTS["kz_kalzhat_kolzhat"]
    assert (own_name(nur, "kk"), opposite_name(nur, "kk")) == ("Нұр жолы", "Қорғас")
    assert own_name(kalzhat, "kk") == "Қалжат"
    assert own_name(nur, "ru") == nur.name_ru


def test_the_words_of_the_sea_are_no_country():
    assert neighbour_of(POSTS["kz_port_kuryk"]) == "SEA"


def test_a_name_in_a_table_means_one_post_or_none():
    """Where two posts of the network had one name of their own, a table could book at the wrong one."""
    for post in POSTS.values():
        twins = [p for p in POSTS.values() if search_key(post.name_ru) in own_keys(p)]
        assert twins == [post] or len(twins) > 1
