from __future__ import annotations

import time

import pytest

from kezek.crypto.account import password
from kezek.crypto.account.password import PasswordTooLong, hash_password, verify_password
from kezek.crypto.fault import TrustFault


@pytest.fixture(name="stored", scope="module")
def _stored():
    return hash_password("верблюд на мосту")


def test_the_right_password_only(stored):
    assert verify_password(stored, "верблюд на мосту")
    assert not verify_password(stored, "верблюд на мосту ")
    assert not verify_password(stored, "")


def test_every_hash_has_its_own_salt(stored):
    assert stored.startswith("$argon2id$")
    assert hash_password("верблюд на мосту") != stored


def test_keyboards_may_write_a_letter_in_two_ways():
    assert verify_password(hash_password("и\u0306ога"), "й\u043eга")


@pytest.mark.parametrize("text", ["x" * 257, "я" * 129])
def test_a_password_has_a_greatest_length(stored, text):
    with pytest.raises(PasswordTooLong) as caught:
        hash_password(text)
    assert isinstance(caught.value, TrustFault)
    assert not verify_password(stored, text)


def test_the_longest_password_works():
    assert verify_password(hash_password("я" * 128), "я" * 128)


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$AA", "$2b$12$abc"])
def test_what_is_no_hash_lets_nobody_in(stored):
    assert not verify_password(stored, "x")


def test_an_unknown_account_takes_as_long_as_a_known_one(stored):
    assert not verify_password(None, "x")

    def seconds(known: str | None) -> float:
        best = 9.0
        for _ in range(3):
            begun = time.perf_counter()
            verify_password(known, "wrong")
            best = min(best, time.perf_counter() - begun)
        return best

    # The parameters are the same, which is what counts; the clock only confirms the order of size.
    assert password._NOBODY.split("$")[:4] == stored.split("$")[:4]
    assert 0.2 < seconds(None) / seconds(stored) < 5
