"""Free text that somebody wrote: what may be kept of it."""

from __future__ import annotations

from unicodedata import category

# Control characters and halves of characters: no name has them and no database takes them all.
_UNWRITTEN = frozenset({"Cc", "Cs"})


def is_line(text: str, most: int) -> bool:
    """At most so many characters without the space around them, and nothing that cannot be written."""
    line = text.strip() if len(text) <= 2 * most else text
    if len(line) > most:
        return False
    # Nearly every line is printable as it stands; only the others are looked at letter by letter.
    return line.isprintable() or not any(category(c) in _UNWRITTEN for c in line)
