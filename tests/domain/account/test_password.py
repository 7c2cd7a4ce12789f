"""Passwords that are tried first are refused, and it is told why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kezek.crypto.account.guess import estimate_guesses
from kezek.domain.account import password as rule
from kezek.domain.account.password import BYTES_MAX, Guessed, PasswordFault

F = PasswordFault


def fault_of(password: str, *own: str) -> PasswordFault | None:
    return rule.fault_of(password, own, estimate_guesses)


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
        ("qwertyuiop", F.KNOWN),
        ("QWERTY12345", F.KNOWN),
        ("poiuytrewq", F.KNOWN),
        ("1q2w3e4r5t", F.KNOWN),
        ("1qaz2wsx3edc", F.KNOWN),
        ("zxcasdqwe123", F.KNOWN),
        ("abcdefghijk", F.ROW),
        ("йцукен12345", F.KNOWN),
        ("qweqweqweqwe", F.ROW),
        ("абвгдежзик", F.ROW),
        ("kezek-2026!", F.NAME),
        ("Жұлдыз2026!", F.NAME),
        ("жұлдыз-транс", F.NAME),
        ("kezekkezek", F.NAME),
        ("officer.syrym1", F.NAME),
        ("officer-syrymx", F.NAME),
        ("my-officer-syrym", F.NAME),
        ("Officer-Syrym", F.NAME),
        ("password123", F.KNOWN),
        ("P@ssw0rd2026", F.KNOWN),
        ("пароль123456", F.KNOWN),
        ("Пароль123!", F.KNOWN),
        ("москва2025!", F.KNOWN),
        ("құпиясөз123", F.KNOWN),
        ("Kazakhstan2024", F.KNOWN),
        ("07.05.1985abc", F.EASY),
        ("gfhjkmgfhjkm", F.KNOWN),
        ("administrator1", F.KNOWN),
    ],
)
def test_what_is_tried_first_is_refused(password: str, fault: PasswordFault):
    assert fault_of(password, "officer-syrym", "ТОО «Жұлдыз Транс»") is fault


@pytest.mark.parametrize(
    "password",
    [
        "queue-at-the-border",
        "correct horse battery",
        "верблюд на мосту",
        "Q7#mzk!rT2",
        "түйе мен көпір",
        "Q7#mz!rT2$",
        "a" * 40 + " Q7#mzk!rT2 and more",
        "Q7#mzk!rT2 and more " + "a" * 40,
    ],
)
def test_a_good_one_is_taken(password: str):
    assert fault_of(password, "officer-syrym") is None


@given(some.text(max_size=300), some.text(max_size=40))
def test_whatever_is_typed_there_is_an_answer(password: str, login: str):
    assert fault_of(password, login) in (None, *PasswordFault)


@given(some.text(max_size=300), some.text(max_size=40))
def test_no_more_is_estimated_than_takes_a_moment(password: str, login: str):
    asked: list[str] = []

    def estimate(text: str, _words: object) -> Guessed:
        asked.append(text)
        return Guessed(1.0, PasswordFault.KNOWN)

    assert rule.fault_of(password, [login], estimate)
    assert len(asked) <= 8
    assert all(0 < len(text) <= 20 for text in asked)
