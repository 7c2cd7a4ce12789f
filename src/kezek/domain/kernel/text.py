"""Free text that somebody wrote: what may be kept of it."""

from __future__ import annotations

from unicodedata import category

# Control characters, halves of characters and line ends: no name has them, no database takes them all.
# Invisible signs of form, among them those that turn the direction, make one name look like another.
_UNWRITTEN = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})
# Some scripts cannot be written without a joiner and a non-joiner.
_JOINERS = frozenset({"\u200c", "\u200d"})


def is_line(text: str, most: int) -> bool:
    """At most so many characters without the space around them, and nothing that cannot be seen."""
    line = text.strip() if len(text) <= 2 * most else text
    if len(line) > most:
        return False
    # Nearly every line is printable as it stands; only the others are looked at letter by letter.
    return line.isprintable() or not any(
        category(c) in _UNWRITTEN and c not in _JOINERS for c in line
    )
