"""A language is a catalogue and rows of names: with these it is on every page, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kezek.domain.checkpoint.place_name import PlaceName
from kezek.domain.network.load import LoadNetwork
from kezek.i18n import times
from kezek.i18n.catalogue import languages, words
from kezek.i18n.negotiation import preferred
from tests.i18n.invented import MARKS, spoken, words_of
from tests.web.office import Office, opened
from tests.web.test_doors import PAGES
from tests.world import ADMIN

NAMES = {"ar": "خورغوس", "uz_Cyrl": "Хоргос"}
HEADS = {"ar": '<html lang="ar" dir="rtl"', "uz_Cyrl": '<html lang="uz-Cyrl" dir="ltr"'}


@pytest.fixture(scope="module", name="office")
def _office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with spoken(*MARKS, folder=tmp_path_factory.mktemp("locale")), opened() as office:
        names = tuple(PlaceName("kz_a", "own", code, name) for code, name in NAMES.items())
        office.done(LoadNetwork("", ADMIN, (), names, (), "tests"))
        yield office


def test_nothing_of_it_is_left_when_its_catalogue_is_gone(tmp_path: Path):
    before = languages()
    with spoken("ar", folder=tmp_path / "locale"):
        assert len(languages()) == len(before) + 1
    assert languages() == before


@pytest.mark.parametrize("lang", MARKS)
def test_every_page_is_in_the_language_and_its_direction(office: Office, lang: str):
    for url, roles in PAGES.items():
        who = next(iter(sorted(roles - {""})))
        answer = office.browser(who).get(f"{url}?lang={lang}")
        assert answer.status_code in (200, 303), url
        if answer.headers.get("content-type", "").startswith("text/html") and answer.text:
            assert HEADS[lang] in answer.text, url
            assert MARKS[lang] in words_of(answer.text), url


@pytest.mark.parametrize(("lang", "own"), [("ar", "العربية"), ("uz_Cyrl", "Ўзбекча (Кирил)")])
def test_the_switch_lists_it_by_its_own_name(office: Office, lang: str, own: str):
    page = office.browser().page("/")
    assert f'title="{own}"' in page
    assert f'hreflang="{lang.replace("_", "-")}"' in page
    (shown,) = [language for language in languages() if language.code == lang]
    assert shown.short == lang.partition("_")[0].upper()


@pytest.mark.parametrize("lang", MARKS)
def test_a_place_has_its_name_in_the_language_and_others_are_marked(office: Office, lang: str):
    page = office.browser().page(f"/?lang={lang}")
    assert NAMES[lang] in page
    other = office.browser().page("/?lang=ru")
    assert '<bdi lang="' in other, "a name that is in no language that a Russian reads is marked"


def test_days_and_plurals_are_those_of_cldr(office: Office):
    on = date(2026, 6, 13)
    assert times.day(on, "long", "ar") == "السبت، 13 يونيو"
    assert times.day(on, "long", "uz_Cyrl") == "шанба, 13 июн"
    counts = (0, 1, 2, 3, 11, 100)
    forms = {words("ar").count("%(num)s day", "%(num)s days", n)[:4] for n in counts}
    assert len(forms) == 6, "Arabic has six, one for each of these numbers"


def test_a_browser_that_asks_for_it_gets_it(office: Office):
    assert preferred("ar-EG,ar;q=0.9,en;q=0.5") == "ar"
    assert preferred("uz-Cyrl-UZ") == "uz_Cyrl"
    answer = office.browser().client.get("/", headers={"accept-language": "ar-EG"})
    assert HEADS["ar"] in answer.text
