"""Every post is found by every name that a source gives for it, its neighbour or its countries."""

from __future__ import annotations

import re

import pytest

from kezek.app.checkpoint.country import country_name
from kezek.app.checkpoint.name_file import read_names
from kezek.app.checkpoint.network import read_checkpoints, shipped_checkpoints, shipped_names
from kezek.app.checkpoint.place_name import Name, PostNames, chosen, names_by_post
from kezek.domain.checkpoint.place_name import OWN
from kezek.domain.checkpoint.search import fits, search_key
from kezek.i18n.catalogue import codes, words

LISTED = {post.id: post for post in read_checkpoints(shipped_checkpoints()).rows}
NAMES = read_names(shipped_names(), LISTED).rows
POSTS = names_by_post([post.checkpoint for post in LISTED.values()], NAMES)


def found(query: str) -> set[str]:
    return {post.id for post in POSTS.values() if fits(query, post.place_keys)}


def test_every_name_of_a_place_finds_its_post():
    for row in NAMES:
        assert row.place in found(row.name), row
        assert row.place in found(row.name.upper()), row


@pytest.mark.parametrize("lang", codes())
def test_every_name_of_a_country_finds_all_posts_that_lead_there(lang: str):
    for code in {post.neighbour for post in POSTS.values()} - {"", "SEA"}:
        there = {post.id for post in POSTS.values() if post.neighbour == code}
        assert there <= found(country_name(code, lang)), code


@pytest.mark.parametrize("lang", codes())
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
    assert (nur.own_name("kk"), nur.opposite_name("kk")) == ("Нұр жолы", "Қорғас")
    assert kalzhat.own_name("kk") == "Қалжат"
    assert nur.own_name("ru") == LISTED["kz_nur_zholy"].name(OWN, "ru")


def test_the_two_shipped_files_give_a_place_one_name_in_a_language():
    rows = {name.key: name.name for name in NAMES}
    for listed in LISTED.values():
        for name in listed.names:
            assert rows[name.key] == name.name


@pytest.mark.parametrize(
    ("names", "lang", "country", "expected"),
    [
        ({"en": "A", "ru": "Б", "kk": "Ә"}, "kk", "KZ", ("Ә", "kk")),
        # Kazakh, Kyrgyz and Tajik readers read Russian.
        ({"en": "A", "ru": "Б", "uz": "O"}, "kk", "UZ", ("Б", "ru")),
        ({"en": "A", "uz_Latn": "O"}, "uz", "UZ", ("O", "uz_Latn")),
        # Nobody says what a Georgian reads: the language of the country in which the place lies.
        ({"en": "A", "uz_Latn": "O"}, "ka", "UZ", ("O", "uz_Latn")),
        ({"en": "A", "zh_Hans": "甲"}, "en", "CN", ("A", "en")),
        ({"zh_Hans": "甲", "fa": "آ"}, "en", "CN", ("甲", "zh_Hans")),
        ({"en": "A", "fa": "آ"}, "ka", "KZ", ("A", "en")),
        ({"fa": "آ"}, "ka", "", ("آ", "fa")),
    ],
)
def test_a_name_is_in_the_readers_language_or_the_nearest(names, lang, country, expected):
    name = chosen(names, lang, country)
    assert (name, name.lang) == expected


def test_a_post_without_any_name_is_called_by_its_id():
    bare = PostNames("kz_a", "KZ", "", {}, {})
    assert bare.own_name("ru") == Name("kz_a", "")
    assert bare.opposite_name("ru") is None
    assert bare.own_keys == {search_key("kz_a")}


def test_a_name_in_a_table_means_one_post_or_none():
    """Where two posts of the network had one name of their own, a table could book at the wrong one."""
    for post in POSTS.values():
        twins = [p for p in POSTS.values() if search_key(post.own["ru"]) in p.own_keys]
        assert twins == [post] or len(twins) > 1
