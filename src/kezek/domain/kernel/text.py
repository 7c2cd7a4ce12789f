"""Cleaning and checking of free text that somebody wrote or pasted."""

from __future__ import annotations

from unicodedata import category

# Control characters, surrogates and line ends: names have none, and not every database stores them.
# Invisible format characters, such as direction marks, make one name look like another.
_UNWRITTEN = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})
# Zero-width joiner and non-joiner, without which some scripts cannot be written.
_JOINERS = frozenset({"\u200c", "\u200d"})
# Letters without case (Arabic, Indic scripts) and marks on them: a joiner may follow these.
_JOINED = frozenset({"Lo", "Mn", "Mc"})
# Characters that are invisible although Unicode counts them as letters or marks: variation selectors,
# the grapheme joiner and fillers (DerivedCoreProperties.txt, Default_Ignorable_Code_Point).
_BLANK = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2065, 0x2065),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFF8),
        (0xE0000, 0xE0FFF),
    )
    for code in range(first, last + 1)
)


def cleaned(text: str) -> str:
    """The text without invisible characters, with plain spaces, and none at its ends.

    Pasted text contains zero-width characters, soft hyphens, direction marks, byte order marks and
    no-break spaces.  Cleaning twice changes nothing.  Impossible characters stay for `is_line` to find.
    """
    if text.isascii():
        return text.strip()
    kept: list[str] = []
    for at, character in enumerate(text):
        if character in _JOINERS:
            if _joins(kept, text[at + 1 : at + 2]):
                kept.append(character)
        elif character not in _BLANK:
            kind = category(character)
            if kind != "Cf":
                kept.append(" " if kind == "Zs" else character)
    return "".join(kept).strip()


def _joins(before: list[str], after: str) -> bool:
    """Whether a joiner stands between two letters of a script that joins."""
    return (
        bool(before)
        and category(before[-1]) in _JOINED
        and after != ""
        and (category(after) in _JOINED and after not in _BLANK)
    )


def is_line(text: str, most: int) -> bool:
    """Whether the cleaned text has at most `most` characters, all of them visible."""
    # A text of twice the length is refused without cleaning it letter by letter.
    line = cleaned(text) if len(text) <= 2 * most else text
    if len(line) > most:
        return False
    # Nearly every line is printable; only the others are checked letter by letter.
    return line.isprintable() or not any(
        category(c) in _UNWRITTEN and c not in _JOINERS for c in line
    )
