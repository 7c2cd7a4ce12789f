"""The catalogues say the field's terms, and none of the words that the pages of terms leave out."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple

import pytest

from kezek.i18n.catalogue import SOURCE, codes
from tests.tidy import tree

# A word of three letters is looked for as it stands; of a longer one the last third may bend.
STEM_LEAST = 4
ENDING = 3


def texts() -> ModuleType:
    """tools/texts.py, which is a script and not a package."""
    spec = importlib.util.spec_from_file_location("texts", tree.ROOT / "tools" / "texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TEXTS = texts()


class Row(NamedTuple):
    term: str
    source: str
    left_out: tuple[str, ...]
    allowed: tuple[str, ...]


def rows(lang: str) -> list[Row]:
    """The table of docs/terms/<lang>.md."""
    page = (tree.ROOT / "docs" / "terms" / f"{lang}.md").read_text(encoding="utf-8")
    found = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("| ") or len(cells) != 4 or cells[0] in {"term", "---"}:
            continue
        but = re.findall(r"\(but `([^`]+)`\)", cells[3])
        quoted = re.findall(r"`([^`]+)`", cells[3])
        found.append(Row(cells[0], cells[2], tuple(w for w in quoted if w not in but), tuple(but)))
    return found


def said(lang: str) -> Iterator[str]:
    """Every sentence of a language, without the names of its places."""
    for message in TEXTS.gathered() if lang == SOURCE else TEXTS.read(lang):
        if not message.id:
            continue
        words = message.id if lang == SOURCE else message.string
        for text in (words,) if isinstance(words, str) else words:
            yield re.sub(r"%\(\w+\)[sd]|\{\w+\}|https?:\S+", " ", text)


def pattern(words: str) -> re.Pattern[str]:
    """The whole words, where `*` stands for any ending."""
    parts = [re.escape(word).replace(r"\*", r"\w*") for word in words.split()]
    return re.compile(r"(?<!\w)" + r"\s+".join(parts) + r"(?!\w)", re.IGNORECASE)


def bent(term: str) -> re.Pattern[str]:
    """The term in any case: its words without their last letters."""
    stems = [w if len(w) < STEM_LEAST else w[: -(len(w) // ENDING)] + "*" for w in term.split()]
    return pattern(" ".join(stem if stem.endswith("*") else stem + "*" for stem in stems))


@pytest.mark.parametrize("lang", codes())
def test_each_term_says_where_it_comes_from_and_is_in_the_catalogue(lang: str):
    sentences = "\n".join(said(lang))
    assert rows(lang)
    assert not [row.term for row in rows(lang) if not row.source]
    missing = [row.term for row in rows(lang) if not bent(row.term).search(sentences)]
    assert not missing, f"docs/terms/{lang}.md has terms that no sentence says: {missing}"


@pytest.mark.parametrize("lang", codes())
def test_no_sentence_has_a_word_that_is_left_out(lang: str):
    wrong = []
    for text in said(lang):
        for row in rows(lang):
            rest = text
            for allowed in row.allowed:
                rest = pattern(allowed).sub(" ", rest)
            wrong += [
                f"{word} ({row.term}): {text}"
                for word in row.left_out
                if pattern(word).search(rest)
            ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("ru", "На этом пункте очереди нет", True),
        ("ru", "На пунктах пропуска очереди нет", False),
        ("ru", "Ваша бронь", True),
        ("ru", "Ваше бронирование", False),
        ("kk", "Бекеттердің кезегі", True),
        ("kk", "Кеден бекетінде", False),
        ("en", "Choose a post", True),
        ("en", "postal", False),
    ],
)
def test_what_is_left_out_is_found_in_any_form(lang: str, text: str, *, found: bool):
    rest = text
    for row in rows(lang):
        for allowed in row.allowed:
            rest = pattern(allowed).sub(" ", rest)
    words = [word for row in rows(lang) for word in row.left_out]
    assert any(pattern(word).search(rest) for word in words) is found
