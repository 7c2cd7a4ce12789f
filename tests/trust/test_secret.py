from __future__ import annotations

import hashlib
import os
import random

from hypothesis import given
from hypothesis import strategies as st

from kezek.trust.secret import (
    digest_of,
    make_api_key,
    make_token,
    read_api_key,
    read_token,
    same_digest,
)


def test_an_api_key_is_found_by_its_id_and_known_by_its_digest():
    key = make_api_key(os.urandom)
    shown = read_api_key(key.text)
    assert shown is not None
    assert shown == key
    assert key.text.startswith(f"kzk_{key.id}_")
    assert len(key.text) == 60


def test_only_a_digest_is_stored():
    token = make_token(os.urandom)
    assert token.digest == hashlib.sha256(token.text.encode()).hexdigest()
    assert len(token.text) == 43
    assert read_token(token.text) == token


def test_secrets_are_not_shown():
    key, token = make_api_key(os.urandom), make_token(os.urandom)
    assert key.text not in repr(key)
    assert token.text not in repr(token)


def test_chance_is_handed_in():
    assert make_token(random.Random(7).randbytes) == make_token(random.Random(7).randbytes)
    assert make_token(random.Random(7).randbytes) != make_token(random.Random(8).randbytes)


@given(st.binary(min_size=32, max_size=32))
def test_every_chance_makes_a_readable_key(chance):
    key = make_api_key(lambda size: chance[:size])
    assert read_api_key(key.text) == key
    token = make_token(lambda size: chance[:size])
    assert read_token(token.text) == token


@given(st.text())
def test_any_text_is_harmless(text):
    assert read_api_key(text) is None
    assert read_api_key("kzk_" + text) is None
    assert read_token(text) is None or len(text) == 43
    assert len(digest_of(text)) == 64


def test_a_key_with_something_behind_it_is_none():
    key = make_api_key(os.urandom)
    assert read_api_key(key.text + "\n") is None
    assert read_api_key(" " + key.text) is None


def test_digests_are_compared_whole():
    one, other = digest_of("a"), digest_of("b")
    assert same_digest(one, one)
    assert not same_digest(one, other)
    assert not same_digest(one, one[:-1])
    assert not same_digest(one, "я")
