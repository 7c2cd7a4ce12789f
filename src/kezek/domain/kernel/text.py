"""Free text that somebody wrote or pasted: what is cleaned away, and what may be kept of it."""

from __future__ import annotations

from unicodedata import category

# Control characters, halves of characters and line ends: no name has them, no database takes them all.
# Invisible signs of form, among them those that turn the direction, make one name look like another.
_UNWRITTEN = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})
# Some scripts cannot be written without a joiner and a non-joiner.
_JOINERS = frozenset({"\u200c", "\u200d"})
# Letters without case, as Arabic and Indic scripts have, and the marks on them: a joiner may follow.
_JOINED = frozenset({"Lo", "Mn", "Mc"})
# Signs that show nothing although Unicode counts them as letters or marks: variation selectors, the
# grapheme joiner and fillers (DerivedCoreProperties.txt, Default_Ignorable_Code_Point).
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
    """The text without signs that nobody sees, with plain spaces, and none at its ends.

    Text that was pasted brings zero-width signs, soft hyphens, direction marks, byte order marks and
    no-break spaces along.  Cleaning twice changes nothing; what is impossible stays for `is_line`.
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
    """At most so many characters once it is cleaned, and nothing left that cannot be seen."""
    # Nobody types twice the length in spaces; what is longer is not looked at letter by letter.
    line = cleaned(text) if len(text) <= 2 * most else text
    if len(line) > most:
        return False
    # Nearly every line is printable as it stands; only the others are looked at letter by letter.
    return line.isprintable() or not any(
        category(c) in _UNWRITTEN and c not in _JOINERS for c in line
    )
