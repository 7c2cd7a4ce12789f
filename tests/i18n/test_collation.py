"""Names in a list stand where a reader looks for them."""

from __future__ import annotations

from kezek.i18n.collation import sort_key


def test_letters_go_before_their_marks_and_their_case():
    names = ["Жезкент", "Ёлкино", "ельник", "Ежовка", "Йод", "Ивановка", "Ёж"]
    assert sorted(names, key=sort_key) == [
        "Ёж", "Ежовка", "Ёлкино", "ельник", "Жезкент", "Ивановка", "Йод",
    ]  # fmt: skip
    assert sorted(["Zhaysan", "Ørsta", "Aqtau", "Åre", "are"], key=sort_key)[:3] == [
        "Aqtau",
        "are",
        "Åre",
    ]


def test_kazakh_letters_stand_in_their_alphabet():
    countries = [
        "Түрікменстан",
        "Қырғызстан",
        "Ресей",
        "Өзбекстан",
        "Қытай",
        "Әзербайжан",
        "Армения",
    ]
    assert sorted(countries, key=sort_key) == [
        "Армения", "Әзербайжан", "Қырғызстан", "Қытай", "Өзбекстан", "Ресей", "Түрікменстан",
    ]  # fmt: skip
    assert sorted(["Шалқар", "Xorgos", "Йод", "Итмурун"], key=sort_key) == [
        "Xorgos", "Итмурун", "Йод", "Шалқар",
    ]  # fmt: skip
