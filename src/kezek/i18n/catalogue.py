"""The catalogues: English as it stands in the code, and what other languages make of it.

A language is a PO file in `locale`, and nothing else in the code knows which there are.  A file is
compiled in memory when its language is first asked for, so that no second file can fall behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from kezek.i18n.mark import translatable as t

SOURCE = "en"
# Where catalogues are looked for, by the names of languages.
FOLDERS: tuple[Traversable, ...] = (files("kezek.i18n").joinpath("locale"),)
# What the switch of languages shows for a language; each catalogue says its own.
_SHORT = t("EN")


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its code, a short label for a switch, and its own name."""

    code: str
    short: str
    name: str

    @property
    def tag(self) -> str:
        """The code as HTML and HTTP write it."""
        return tag_of(self.code)


class Words:
    """One language: what a sentence is in it."""

    def __init__(self, lang: str, translations: NullTranslations) -> None:
        self.lang = lang
        self._translations = translations

    @cached_property
    def locale(self) -> Locale:
        """How the language writes dates and numbers; English as in Europe, with a 24-hour clock."""
        return Locale.parse("en_GB" if self.lang == "en" else self.lang)

    @property
    def tag(self) -> str:
        """The language as HTML and HTTP write it."""
        return tag_of(self.lang)

    @cached_property
    def direction(self) -> str:
        """`ltr` or `rtl`, the way in which the language is written."""
        return str(self.locale.text_direction)

    def gettext(self, text: str) -> str:
        """The sentence in this language, the English one where the catalogue has none."""
        return self._translations.gettext(text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The form of the sentence that goes with a number."""
        return self._translations.ngettext(one, many, count)

    def say(self, text: str, **facts: object) -> str:
        """The sentence with its places filled."""
        return (
            self._translations.gettext(text) % facts if facts else self._translations.gettext(text)
        )

    def count(self, one: str, many: str, num: int, **facts: object) -> str:
        """The form for `num`, with its places filled; `%(num)s` is the number."""
        return self._translations.ngettext(one, many, num) % {"num": num, **facts}


def tag_of(code: str) -> str:
    """The code of a language as HTML and HTTP write it: zh-Hans."""
    return code.replace("_", "-")


@cache
def codes() -> tuple[str, ...]:
    """The languages that there are: the source, then those of the catalogues."""
    found = {
        name.name.removesuffix(".po")
        for folder in FOLDERS
        for name in folder.iterdir()
        if name.name.endswith(".po")
    }
    return (SOURCE, *sorted(found - {SOURCE}))


@cache
def languages() -> Sequence[Language]:
    """Every language as a switch shows it."""
    return tuple(_language(code) for code in codes())


def _language(code: str) -> Language:
    locale = Locale.parse(code)
    name = str(locale.get_display_name() or code)
    short = words(code).gettext(_SHORT)
    if code != SOURCE and short == _SHORT:
        short = locale.language.upper()
    return Language(code, short, name[:1].upper() + name[1:])


@cache
def words(lang: str) -> Words:
    """The words of a language, read once."""
    assert lang in codes(), "only languages with a catalogue are asked for; see preferred()"
    if lang == SOURCE:
        return Words(lang, NullTranslations())
    file = next(f for folder in FOLDERS if (f := folder.joinpath(f"{lang}.po")).is_file())
    with file.open("rb") as stream:
        catalogue = read_po(stream, locale=lang)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Words(lang, GNUTranslations(compiled))
