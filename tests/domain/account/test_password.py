"""Passwords that are tried first are refused, and it is told why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kezek.domain.account.password import BYTES_MAX, PasswordFault, fault_of

F = PasswordFault


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("", F.SHORT),
        ("Верблюд 1", F.SHORT),
        ("я" * (BYTES_MAX // 2 + 1), F.LONG),
        ("1234567890", F.PLAIN),
        ("12-34-56-78-90", F.PLAIN),
        ("aaaaaaaaaaaa", F.PLAIN),
        ("a123456789", F.PLAIN),
        ("!!!!!!!!!!!!", F.PLAIN),
        ("qwertyuiop", F.ROW),
        ("QWERTY12345", F.ROW),
        ("poiuytrewq", F.ROW),
        ("1q2w3e4r5t", F.ROW),
        ("1qaz2wsx3edc", F.ROW),
        ("zxcasdqwe123", F.ROW),
        ("abcdefghijk", F.ROW),
        ("йцукен12345", F.ROW),
        ("qweqweqweqwe", F.ROW),
        ("kezek-2026!", F.NAME),
        ("kezekkezek", F.NAME),
        ("officer.syrym1", F.NAME),
        ("officer-syrymx", F.NAME),
        ("my-officer-syrym", F.NAME),
        ("Officer-Syrym", F.NAME),
        ("password123", F.KNOWN),
        ("P@ssw0rd2026", F.KNOWN),
        ("пароль123456", F.KNOWN),
        ("gfhjkmgfhjkm", F.KNOWN),
        ("administrator1", F.KNOWN),
    ],
)
def test_what_is_tried_first_is_refused(password: str, fault: PasswordFault):
    assert fault_of(password, "officer-syrym") is fault


@pytest.mark.parametrize(
    "password",
    [
        "queue-at-the-border",
        "correct horse battery",
        "верблюд на мосту",
        "Q7#mzk!rT2",
        "түйе мен көпір",
    ],
)
def test_a_good_one_is_taken(password: str):
    assert fault_of(password, "officer-syrym") is None


@given(some.text(max_size=300), some.text(max_size=40))
def test_whatever_is_typed_there_is_an_answer(password: str, login: str):
    assert fault_of(password, login) in (None, *PasswordFault)
