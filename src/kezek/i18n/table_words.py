"""The words of a table of trucks in every shipped language: names of columns, countries and classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from babel.core import get_global

from kezek.app.booking.bulk import Vocabulary
from kezek.app.checkpoint.country import country_names, official_languages
from kezek.domain.checkpoint.search import search_key
from kezek.domain.vehicle.plate import COUNTRIES
from kezek.i18n import names
from kezek.i18n.catalogue import codes, words
from kezek.i18n.mark import translatable as t

# What the columns of a new table are called; they are read too.
TITLES: Mapping[str, str] = {
    "checkpoint": t("Checkpoint"),
    "day": t("day"),
    "hour": t("hour"),
    "country": t("country"),
    "plate": t("plate"),
    "vin": t("vin"),
    "trailer": t("trailer"),
    "driver": t("driver"),
    "phone": t("phone"),
    "class": t("class"),
    "reason": t("reason"),
}
# What people call the columns in the languages in which tables have been seen.
COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "checkpoint": {
        "en": ("checkpoint", "border crossing", "crossing", "crossing point", "post"),
        "ru": ("пункт пропуска", "пункт", "пост", "АПП", "МАПП", "КПП", "погранпереход", "переход"),
        "kk": ("өткізу пункті", "бекет", "шекара бекеті"),
    },
    "day": {
        "en": ("day", "date", "crossing date", "booking date"),
        "ru": ("дата", "день", "дата въезда", "дата бронирования", "дата пересечения", "число"),
        "kk": ("күні", "күн", "брондау күні"),
    },
    "hour": {
        "en": ("hour", "time", "window", "slot", "crossing slot", "start time"),
        "ru": ("час", "время", "часы", "интервал", "окно", "слот", "время въезда"),
        "kk": ("сағаты", "сағат", "уақыты", "уақыт", "аралық"),
    },
    "country": {
        "en": ("country", "country of registration", "registration country"),
        "ru": ("страна", "страна регистрации", "страна тс", "государство"),
        "kk": ("ел", "елі", "мемлекет", "мемлекеті", "тіркелген ел", "тіркелген елі"),
    },
    "plate": {
        "en": (
            *("plate", "truck", "plate of the truck", "truck plate", "vehicle", "number plate"),
            *("licence plate", "license plate", "registration number", "reg no"),
        ),
        "ru": (
            *("госномер", "номер", "гос рег номер", "госномер тс", "номер тс", "номер машины"),
            *("номер авто", "номер тягача", "госномер тягача", "номер грузовика", "машина"),
            *("тягач", "тс", "авто", "ГРНЗ", "госномер машины", "регистрационный номер"),
        ),
        "kk": (
            *("мемлекеттік нөмірі", "мемлекеттік нөмір", "мем нөмірі", "мем нөмір", "нөмірі"),
            *("нөмір", "көлік", "көлік нөмірі", "көліктің нөмірі", "тіркеу нөмірі"),
        ),
    },
    "vin": {
        "en": ("vin", "VIN code", "VIN number", "chassis number"),
        "ru": ("VIN", "ВИН", "VIN код", "ВИН код", "VIN номер", "номер кузова", "номер шасси"),
        "kk": ("VIN", "ВИН", "VIN коды", "ВИН коды", "VIN нөмірі"),
    },
    "trailer": {
        "en": ("trailer", "trailer plate", "plate of the trailer", "semitrailer"),
        "ru": ("прицеп", "полуприцеп", "номер прицепа", "госномер прицепа", "номер полуприцепа"),
        "kk": ("тіркеме", "тіркеме нөмірі", "тіркеменің нөмірі", "жартылай тіркеме"),
    },
    "driver": {
        "en": ("driver", "driver name", "name of the driver", "full name", "name"),
        "ru": ("водитель", "ФИО", "ФИО водителя", "имя водителя", "имя", "фамилия имя отчество"),
        "kk": ("жүргізуші", "жүргізушінің аты", "жүргізушінің аты жөні", "аты жөні", "тегі аты"),
    },
    "phone": {
        "en": ("phone", "telephone", "phone number", "mobile", "driver phone"),
        "ru": ("телефон", "тел", "номер телефона", "телефон водителя", "мобильный", "сотовый"),
        "kk": ("телефоны", "телефон", "телефон нөмірі", "ұялы телефон", "ұялы телефоны"),
    },
    "class": {
        "en": ("class", "category", "queue class"),
        "ru": ("класс", "категория", "вид очереди"),
        "kk": ("сынып", "санат", "санаты", "кезек түрі"),
    },
    "reason": {
        "en": ("reason", "why"),
        "ru": ("причина", "причина отказа"),
        "kk": ("себебі", "себеп", "бас тарту себебі"),
    },
}
# What people write for the countries of the region beside their names.
_CUSTOMARY = {
    "KZ": ("РК", "ҚР", "Республика Казахстан", "Қазақстан Республикасы"),
    "RU": ("РФ", "Российская Федерация", "Ресей Федерациясы"),
    "KG": ("КР", "Киргизстан", "Кыргызская Республика", "Қырғыз Республикасы"),
    "UZ": ("РУз", "Республика Узбекистан"),
    "TJ": ("Республика Таджикистан",),
    "TM": ("Туркмения",),
    "BY": ("РБ", "Белоруссия", "Республика Беларусь"),
    "CN": ("КНР", "PRC", "China, PRC"),
    "TR": ("Turkey", "Турецкая Республика"),
    "MD": ("Молдавия",),
    "GB": ("UK", "Great Britain", "Великобритания"),
    "CZ": ("Czech Republic", "Чешская Республика"),
}


def title(column: str, lang: str) -> str:
    """What a column of a new table is called."""
    said = words(lang).gettext(TITLES[column])
    return said if said.isupper() else said.lower()


def titles(columns: Iterable[str], lang: str) -> list[str]:
    """The first line of a new table."""
    return [title(column, lang) for column in columns]


@cache
def vocabulary() -> Vocabulary:
    """What a table of trucks may say, in every shipped language."""
    columns = {
        search_key(word).replace(" ", ""): column
        for column, by_language in COLUMNS.items()
        for called in (*by_language.values(), [title(column, lang) for lang in codes()])
        for word in called
    }
    return Vocabulary(columns, _countries(), _classes())


def _countries() -> Mapping[str, tuple[str, ...]]:
    """Codes by key: names in the languages of the region, those of the sources, long codes, customs."""
    found: dict[str, set[str]] = {}
    languages = {*codes(), *(lang for code in _CUSTOMARY for lang in official_languages(code))}
    for code in COUNTRIES:
        said = [names.country(code, lang) for lang in codes()]
        said += [*country_names(code, languages), *_CUSTOMARY.get(code, ())]
        for name in said:
            found.setdefault(search_key(name), set()).add(code)
    for three, two in get_global("territory_aliases").items():
        if len(three) == 3 and three.isalpha() and len(two) == 1 and two[0] in COUNTRIES:
            found.setdefault(three.lower(), set()).add(two[0])
    return {key: tuple(sorted(codes)) for key, codes in found.items() if key}


def _classes() -> Mapping[str, str]:
    return {
        search_key(word).replace(" ", ""): code
        for code in names.CLASSES
        for word in (code, *(names.vehicle_class(code, lang) for lang in codes()))
    }
