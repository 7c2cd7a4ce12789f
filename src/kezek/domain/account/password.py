"""Which passwords are refused: those that whoever guesses tries first."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Final

LENGTH_MIN: Final = 10
# Of UTF-8; more is an attempt to keep the processor busy.
BYTES_MAX: Final = 256
_LETTERS_MIN = 3
# So many letters beside the login make another word.
_MORE_MIN = 4

# What stands side by side on keyboards and in alphabets.
_ROWS = (
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qwertzuiop", "qazwsxedcrfvtgbyhnujm",
    "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю",
    "abcdefghijklmnopqrstuvwxyz", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
)  # fmt: skip
_CHUNK_MIN = 3
_PRODUCT = frozenset({"kezek", "кезек"})
# Most of the English ones are from the list of leaked passwords that zxcvbn 4.5.0 ships; the words for
# accounts and those of our languages and countries, also as typed on the other keyboard, are ours.
_KNOWN = frozenset(
    {
        "password", "passwort", "motdepasse", "contraseña", "mypassword", "nopassword", "pass",
        "пароль", "parol", "gfhjkm", "мойпароль", "құпиясөз", "кулиясоз", "сырсөз", "сырсоз",
        "welcome", "letmein", "changeme", "iloveyou", "whatever",
        "admin", "administrator", "администратор", "superuser", "root", "user", "guest", "test",
        "default", "login", "secret", "master", "access", "hello", "helloworld",
        "привет", "ghbdtn", "sunshine", "princess", "football", "baseball", "basketball",
        "superman", "batman", "spiderman", "starwars", "pokemon", "dragon", "monkey", "shadow",
        "computer", "internet", "samsung", "liverpool", "manchester", "enterprise", "abracadabra",
        "казахстан", "kazakhstan", "qazaqstan", "қазақстан", "кыргызстан", "kyrgyzstan",
    }
)  # fmt: skip
_SIGNS_FOR_LETTERS = str.maketrans("@4310$5!7", "aaeiossit")


class PasswordFault(StrEnum):
    """Why a password is refused: stable codes, sentences are in the catalogues."""

    SHORT = "password_short"
    LONG = "password_long"
    PLAIN = "password_plain"
    ROW = "password_row"
    NAME = "password_name"
    KNOWN = "password_known"


def fault_of(password: str, login: str) -> PasswordFault | None:
    """What is too easy about a new password of an account, None for a good one.

    Digits and signs around a word, between its letters or in their place make no other word of it.
    """
    if len(password) < LENGTH_MIN:
        return PasswordFault.SHORT
    if len(password.encode(errors="surrogatepass")) > BYTES_MAX:
        return PasswordFault.LONG
    text = unicodedata.normalize("NFKC", password).casefold()
    letters = _letters(text)
    if len(set(letters)) < _LETTERS_MIN:
        return PasswordFault.PLAIN
    if _is_walk(letters):
        return PasswordFault.ROW
    words = {_unit(letters), _unit(_letters(_core(text).translate(_SIGNS_FOR_LETTERS)))}
    own = _letters(login.casefold())
    if len(own) >= _LETTERS_MIN and own in letters and len(letters) - len(own) < _MORE_MIN:
        return PasswordFault.NAME
    if words & (_PRODUCT | {_unit(_letters(login.casefold()))}):
        return PasswordFault.NAME
    return PasswordFault.KNOWN if words & _KNOWN else None


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text))


def _core(text: str) -> str:
    """Without the digits and signs before the first letter and after the last."""
    places = [place for place, character in enumerate(text) if character.isalpha()]
    return text[places[0] : places[-1] + 1] if places else ""


def _unit(text: str) -> str:
    """What is said over and over: `abc` of `abcabcab`, the whole where nothing is."""
    size = len(text)
    return next((text[:n] for n in range(1, size // 2 + 1) if text[n:] == text[: size - n]), text)


def _is_walk(text: str) -> bool:
    """Whether nothing but pieces of rows stands there, in either direction."""
    at = 0
    while at < len(text):
        ends = range(len(text), at + _CHUNK_MIN - 1, -1)
        end = next((end for end in ends if _in_row(text[at:end])), 0)
        if not end:
            return False
        at = end
    return True


def _in_row(piece: str) -> bool:
    return any(piece in row or piece[::-1] in row for row in _ROWS)
