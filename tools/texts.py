"""Gathers every sentence of templates, code and rule sets for `src/kezek/i18n/locale`.

Run it as `.venv/bin/python tools/texts.py` after a sentence was added or changed, then translate what
is empty.  Existing translations stay; sentences that are gone go.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parents[1] / "src" / "kezek"
LOCALE = PACKAGE / "i18n" / "locale"
Keywords: TypeAlias = dict[str, tuple[int, ...] | None]

# In templates `gettext` is what a trans block becomes.  In code it is handed sentences that were marked
# elsewhere, and keys of tables, so there it says nothing.
IN_TEMPLATES: Keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
IN_CODE: Keywords = {"t": None, "translatable": None, "say": (1,), "count": (1, 2)}
TRIMMED = {
    "trimmed": "true",
    "newstyle_gettext": "true",
    "silent": "false",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
}
# Where sentences stand: folder, files, how they are read, what marks them.
PLACES: tuple[tuple[str, str, str, Keywords], ...] = (
    ("i18n", "**.py", "python", IN_CODE),
    ("web", "**.py", "python", IN_CODE),
    ("web", "templates/**.html", "jinja2", IN_TEMPLATES),
)


# What a rule set says to people: its system, its title, and where its numbers come from.
SAID_BY_RULES = frozenset({"title", "source", "sources"})


def gathered() -> Catalog:
    """Every sentence that the product can say, in the order of the files."""
    catalogue = Catalog(charset="utf-8")
    for folder, files, method, keywords in PLACES:
        found = extract_from_dir(
            str(PACKAGE / folder),
            method_map=[(files, method)],
            options_map={files: TRIMMED} if method == "jinja2" else {},
            keywords=keywords,
        )
        for name, _line, message, comments, context in sorted(found, key=lambda f: (f[0], f[1])):
            catalogue.add(
                message,
                None,
                [(f"{folder}/{name}", None)],  # type: ignore[list-item]
                auto_comments=comments,
                context=context,
            )
    for file in sorted((PACKAGE / "regulation").glob("*.toml")):
        for sentence in said_by(tomllib.loads(file.read_text(encoding="utf-8"))):
            catalogue.add(sentence, None, [(f"regulation/{file.name}", None)])  # type: ignore[list-item]
    return catalogue


def said_by(rules: Any, name: str = "") -> Iterator[str]:
    """The sentences of a rule set; an address alone is the same in every language."""
    if isinstance(rules, dict):
        for key, value in rules.items():
            yield from said_by(value, key)
    elif isinstance(rules, list):
        for value in rules:
            yield from said_by(value, name)
    elif name == "system" or (name in SAID_BY_RULES and " " in rules):
        yield rules


def read(lang: str) -> Catalog:
    """A shipped catalogue; an empty one for a language that is new."""
    file = LOCALE / f"{lang}.po"
    if not file.exists():
        return Catalog(locale=lang, charset="utf-8", fuzzy=False)
    with file.open("rb") as stream:
        return read_po(stream, locale=lang)


def main() -> None:
    whole = gathered()
    for lang in sys.argv[1:] or sorted(file.stem for file in LOCALE.glob("*.po")):
        catalogue = read(lang)
        # Nothing is guessed: a sentence that was changed is translated anew.
        catalogue.update(whole, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        with (LOCALE / f"{lang}.po").open("wb") as stream:
            write_po(stream, catalogue, width=100, omit_header=False, include_lineno=False)
        empty = [m for m in catalogue if m.id and not any(strings(m.string))]
        sys.stdout.write(f"{lang}: {len(catalogue)} sentences, {len(empty)} not translated\n")


def strings(translated: object) -> tuple[str, ...]:
    """The forms of a translation, none before there is one."""
    return (translated,) if isinstance(translated, str) else tuple(translated or ())  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
