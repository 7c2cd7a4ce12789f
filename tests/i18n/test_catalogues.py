"""Every sentence exists in every shipped language, and says the same things in it."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog, Message

from kezek.i18n.catalogue import SOURCE, codes, words
from tests.tidy import tree

OTHERS = [code for code in codes() if code != SOURCE]
PLACES = re.compile(r"%\((\w+)\)[sd]|%%|(?<!\{)\{(\w+)\}")


def texts() -> ModuleType:
    """tools/texts.py, which is a script and not a package."""
    spec = importlib.util.spec_from_file_location("texts", tree.ROOT / "tools" / "texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TEXTS = texts()


@pytest.fixture(scope="module")
def gathered() -> Catalog:
    return TEXTS.gathered()


def shown(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def places(text: str) -> set[str]:
    return {found[0] or found[1] or "%%" for found in PLACES.findall(text)}


@pytest.mark.parametrize("lang", OTHERS)
def test_every_sentence_of_templates_and_code_is_translated(lang: str, gathered: Catalog):
    catalogue = TEXTS.read(lang)
    missing = []
    for message in gathered:
        found = catalogue.get(message.id) if message.id else message
        forms = TEXTS.strings(found.string) if found else ()
        if message.id and not (forms and all(forms)):
            missing.append(shown(message))
    assert not missing, "run .venv/bin/python tools/texts.py and translate: " + "; ".join(missing)


@pytest.mark.parametrize("lang", OTHERS)
def test_nothing_is_translated_by_guess_or_left_from_before(lang: str, gathered: Catalog):
    catalogue = TEXTS.read(lang)
    known = {shown(message) for message in gathered if message.id}
    assert not [shown(m) for m in catalogue if m.id and m.fuzzy]
    assert not [shown(m) for m in catalogue if m.id and shown(m) not in known]
    assert not catalogue.obsolete


@pytest.mark.parametrize("lang", OTHERS)
def test_a_translation_has_the_places_of_its_sentence_and_one_form_per_plural(lang: str):
    catalogue = TEXTS.read(lang)
    wrong = []
    for message in catalogue:
        if not message.id:
            continue
        forms = TEXTS.strings(message.string)
        plural = not isinstance(message.id, str)
        if plural and len(forms) != catalogue.num_plurals:
            wrong.append(shown(message))
        asked = places(message.id if isinstance(message.id, str) else message.id[-1])
        # A language may say the number where English says "one"; it never drops another fact.
        fine = (asked, asked | {"num"}) if plural else (asked,)
        wrong += [f"{shown(message)} -> {form}" for form in forms if places(form) not in fine]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", {1: "1 day", 2: "2 days", 21: "21 days"}),
        ("ru", {1: "1 день", 3: "3 дня", 5: "5 дней", 11: "11 дней", 21: "21 день", 22: "22 дня"}),
        ("kk", {1: "1 күн", 5: "5 күн"}),
    ],
)
def test_numbers_take_the_form_of_the_language(lang: str, expected: dict[int, str]):
    said = {n: words(lang).count("%(num)s day", "%(num)s days", n) for n in expected}
    assert said == expected
