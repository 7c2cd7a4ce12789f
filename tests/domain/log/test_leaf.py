"""An event's leaf: what goes into it, and that nothing can be left out of it."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from hashlib import sha256

import pytest

from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.log.leaf import Salt, leaf_of, salt_of, text_of

EVENT = Logged(7, 11, 12, "moved", "account:3", "kz_ә.exit", 5, '{"from":1,"reason":"a \\"b\\""}')
SECRET = bytes(range(16))


def leaf(event: Logged) -> bytes:
    return leaf_of(salt_of(SECRET, event.position), text_of(event))


def test_the_canonical_bytes_are_json_without_spaces():
    text = text_of(EVENT)
    assert text.decode() == (
        '[7,11,12,"moved","account:3","kz_ә.exit",5,{"from":1,"reason":"a \\"b\\""}]'
    )
    assert json.loads(text)[7] == {"from": 1, "reason": 'a "b"'}


def test_a_leaf_is_the_hash_of_a_salted_commitment():
    salt = sha256(SECRET + (7).to_bytes(8, "big")).digest()[:16]
    commitment = sha256(salt + text_of(EVENT)).digest()
    assert leaf(EVENT) == sha256(b"\x00" + commitment).digest()


@pytest.mark.parametrize("name", [field.name for field in fields(Logged)])
def test_every_column_counts(name: str):
    value = getattr(EVENT, name)
    changed = replace(EVENT, **{name: value + 1 if isinstance(value, int) else value + "x"})
    assert leaf(changed) != leaf(EVENT)


def test_columns_cannot_run_into_each_other():
    one = replace(EVENT, actor='a","b', line="")
    other = replace(EVENT, actor="a", line="b")
    assert leaf(one) != leaf(other)


def test_a_kind_is_hashed_as_it_is_stored():
    assert leaf(replace(EVENT, kind=EventKind.MOVED)) == leaf(EVENT)


def test_events_of_one_booking_have_different_salts():
    assert salt_of(SECRET, 1) != salt_of(SECRET, 2)
    assert len(salt_of(SECRET, 1)) == 16


def test_only_a_secret_of_its_length_is_one():
    assert not Salt(1, SECRET).erased
    assert Salt(1, b"s" * 64).erased
    assert Salt(1, b"").erased
