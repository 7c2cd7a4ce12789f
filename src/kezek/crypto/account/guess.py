"""How many guesses a password takes, by zxcvbn; implements `domain.account.password.GuessEstimator`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from kezek.domain.account.password import Guessed, PasswordFault

# The library keeps the words of whom it asks about in a table that all threads share.
_ONE_AT_A_TIME = Lock()
_PATTERNS = {
    "dictionary": PasswordFault.KNOWN,
    "spatial": PasswordFault.ROW,
    "sequence": PasswordFault.ROW,
}


def estimate_guesses(text: str, words: Sequence[str]) -> Guessed:
    """Of at most some twenty characters: hostile signs make the library try all their readings."""
    # Its lists take 14 MB and a tenth of a second, and most servers run for weeks without it.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    with _ONE_AT_A_TIME:
        found = zxcvbn(text, user_inputs=list(words))
    part = _easiest(found["sequence"])
    fault = _PATTERNS.get(part["pattern"], PasswordFault.EASY)
    return Guessed(float(found["guesses"]), fault, part.get("matched_word", ""))


def _easiest(parts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The longest part that is no mere characters; of a repetition what is repeated."""
    known = [part for part in parts if part["pattern"] != "bruteforce"] or parts
    part = max(known, key=lambda one: len(one["token"]))
    return _easiest(part["base_matches"]) if part["pattern"] == "repeat" else part
