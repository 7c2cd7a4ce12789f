"""A language that is not shipped: a catalogue in a folder, and nothing else."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from kezek.i18n import catalogue
from tests.tidy import tree

# What stands before every sentence, in the letters of the language.
MARKS = {"ar": "نص", "uz_Cyrl": "матн"}


def write_catalogue(folder: Path, code: str) -> Path:
    """Every sentence of the product in an invented wording; a plural form is told by its number."""
    made = Catalog(locale=code, charset="utf-8")
    for message in _gathered():
        # The label of the switch is left open, as a catalogue at its beginning has it.
        if message.id in ("", "EN"):
            continue
        one = isinstance(message.id, str)
        shown = message.id if one else message.id[-1]
        forms = [f"{MARKS[code]} {n} {shown}" for n in range(made.num_plurals)]
        made.add(message.id, f"{MARKS[code]} {shown}" if one else tuple(forms))
    folder.mkdir(exist_ok=True)
    file = folder / f"{code}.po"
    with file.open("wb") as stream:
        write_po(stream, made)
    return file


def _gathered() -> Catalog:
    """What tools/texts.py gathers, which is a script and not a package."""
    spec = importlib.util.spec_from_file_location("texts", tree.ROOT / "tools" / "texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Catalog = module.gathered()
    return found


@contextmanager
def spoken(*codes: str, folder: Path) -> Iterator[None]:
    """The product with these languages beside the shipped ones."""
    for code in codes:
        write_catalogue(folder, code)
    before = catalogue.FOLDERS
    catalogue.FOLDERS = (*before, folder)
    _forget()
    try:
        yield
    finally:
        catalogue.FOLDERS = before
        _forget()


def _forget() -> None:
    for kept in (catalogue.codes, catalogue.languages, catalogue.words):
        kept.cache_clear()


def on_path(folder: Path, *codes: str) -> Path:
    """A folder on whose path every `python -m kezek` speaks these languages too."""
    for code in codes:
        write_catalogue(folder / "locale", code)
    (folder / "sitecustomize.py").write_text(
        "from pathlib import Path\n"
        "from kezek.i18n import catalogue\n"
        f"catalogue.FOLDERS = (*catalogue.FOLDERS, Path({str(folder / 'locale')!r}))\n"
    )
    return folder


def words_of(html: str) -> str:
    """The text of a page, without markup."""
    return re.sub(r"<[^>]+>", " ", html)
