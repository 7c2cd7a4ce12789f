"""The catalogues: English as it stands in the code, and what other languages make of it.

A catalogue is a PO file and nothing else: it is compiled in memory when its language is first asked
for, so that no second file can fall behind the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """A shipped language: its code, a short label for a switch, and its own name."""

    code: str
    short: str
    name: str


LANGUAGES: tuple[Language, ...] = (
    Language("en", "EN", "English"),
    Language("ru", "РУ", "Русский"),
    Language("kk", "ҚАЗ", "Қазақша"),
)
CODES = tuple(language.code for language in LANGUAGES)


class Words:
    """One language: what a sentence is in it."""

    def __init__(self, lang: str, translations: NullTranslations) -> None:
        self.lang = lang
        self._translations = translations

    @cached_property
    def locale(self) -> Locale:
        """How the language writes dates and numbers; English as in Europe, with a 24-hour clock."""
        return Locale.parse("en_GB" if self.lang == "en" else self.lang)

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


def language(code: str) -> str:
    """The shipped language nearest to a code: `ru-RU` is Russian, an unknown one English."""
    found = code.strip().lower().replace("_", "-").partition("-")[0]
    return found if found in CODES else SOURCE


@lru_cache(maxsize=len(LANGUAGES))
def words(lang: str) -> Words:
    """The words of a shipped language, read once."""
    assert lang in CODES, "only shipped languages are asked for; see language()"
    if lang == SOURCE:
        return Words(lang, NullTranslations())
    with files("kezek.i18n").joinpath("locale", f"{lang}.po").open("rb") as file:
        catalogue = read_po(file, locale=lang)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Words(lang, GNUTranslations(compiled))
