from __future__ import annotations

import hashlib
import os
import random
import re

from hypothesis import given
from hypothesis import strategies as st

from kezek.crypto.account.secret import digest_of, make_api_key, make_token


def test_an_api_key_says_its_id_and_is_known_by_its_digest():
    key = make_api_key(os.urandom)
    assert key.digest == digest_of(key.text)
    assert key.text.startswith(f"kzk_{key.id}_")
    assert len(key.text) == 60


def test_only_a_digest_is_stored():
    token = make_token(os.urandom)
    assert token.digest == hashlib.sha256(token.text.encode()).hexdigest()
    assert len(token.text) == 43


def test_secrets_are_not_shown():
    key, token = make_api_key(os.urandom), make_token(os.urandom)
    assert key.text not in repr(key)
    assert token.text not in repr(token)


def test_chance_is_handed_in():
    assert make_token(random.Random(7).randbytes) == make_token(random.Random(7).randbytes)
    assert make_token(random.Random(7).randbytes) != make_token(random.Random(8).randbytes)


@given(st.binary(min_size=32, max_size=32))
def test_every_chance_makes_a_key_of_one_form(chance):
    text = make_api_key(lambda size: chance[:size]).text
    assert re.fullmatch(r"kzk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", text)


@given(st.text())
def test_any_text_has_a_digest(text):
    assert len(digest_of(text)) == 64
