"""What is wrong with a file from outside, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from kezek.app.table.row_problem import RowProblem, RowReason
from kezek.i18n.catalogue import SOURCE, words
from kezek.i18n.mark import translatable as t

SENTENCES: Mapping[RowReason, str] = {
    RowReason.FILE_UNREADABLE: t("The file cannot be read: {value}."),
    RowReason.FILE_TOO_LARGE: t("The file is larger than 50 MB."),
    RowReason.FILE_EMPTY: t("The file has no rows."),
    RowReason.NUL_BYTE: t("The line contains a NUL byte; is this a text file?"),
    RowReason.NOT_UTF8: t("The line is not UTF-8: {value}."),
    RowReason.ENCODING_UNKNOWN: t("The letters of this file cannot be read."),
    RowReason.WORKBOOK: t("This is an Excel workbook, not a CSV file."),
    RowReason.CSV_BROKEN: t("The line is not valid CSV: {value}."),
    RowReason.COLUMN_MISSING: t("The column {column} is missing."),
    RowReason.COLUMN_UNKNOWN: t("Column {value}, “{column}”, is unknown."),
    RowReason.COLUMN_UNNAMED: t(
        "Column {column} holds “{value}” but has no name in the first line."
    ),
    RowReason.COLUMN_TWICE: t("The column {column} is there twice."),
    RowReason.ROW_WIDTH: t("The row has {value} cells; the first line has another number."),
    RowReason.VALUE_MISSING: t("{column} may not be empty."),
    RowReason.VALUE_UNEXPECTED: t("{column} may not be “{value}”."),
    RowReason.DIRECTION_TURNED: t(
        "{column} contains an invisible character that turns the direction of the text: “{value}”. "
        "Type the name again."
    ),
    RowReason.VALUE_TOO_LONG: t("{column} is too long: “{value}…”."),
    RowReason.VALUE_TWICE: t("{column}: “{value}” appears twice."),
    RowReason.NUMBER_WRONG: t("{column} is not a number: “{value}”."),
    RowReason.NUMBER_NEGATIVE: t("{column} is negative: {value}."),
    RowReason.NUMBER_TOO_LARGE: t("{column} is out of range: {value}."),
    RowReason.HOUR_SKIPPED: t(
        "{value} does not exist on this day: clocks are put forward over it. Choose another hour."
    ),
    RowReason.DATE_WRONG: t("{column} is not a date like 2026-06-13: “{value}”."),
    RowReason.VALUE_AMBIGUOUS: t(
        "{column} “{value}” can be read in more than one way: {readings}. Write one of these."
    ),
    RowReason.ID_WRONG: t(
        "“{value}” is not an id. An id has two small letters of the country, "
        "then small letters, digits and _."
    ),
    RowReason.COUNTRY_WITHOUT_ZONE: t(
        "No time zone is known for the country {value}. Write it into the column zone, such as"
        " Europe/Warsaw."
    ),
    RowReason.LANGUAGE_UNKNOWN: t(
        "{value} is not a language. Write a tag such as kk, uz_Latn or zh_Hans."
    ),
    RowReason.COUNTRY_UNKNOWN: t(
        "{value} is not a country. Write its code of two letters, such as CN."
    ),
    RowReason.ZONE_UNKNOWN: t("{value} is not a time zone. Write one such as Asia/Almaty."),
    RowReason.COORDINATE_ALONE: t("Give both latitude and longitude, or neither."),
    RowReason.CHECKPOINT_UNKNOWN: t("No checkpoint is called “{value}”."),
    RowReason.CLOSED_WITH_NUMBERS: t("A closed day has places: {column} is {value}."),
    RowReason.DAY_MISSING: t("Days are missing between the first and the last: {value}."),
    RowReason.ROWS_TOO_MANY: t("The table has more rows than may be sent at a time: {value}."),
    RowReason.PROBLEMS_TOO_MANY: t("There are more problems. Only the first are listed."),
}


def sentence(problem: RowProblem, lang: str = SOURCE) -> str:
    """One fault, with its column and the value that is wrong."""
    said = words(lang).gettext(SENTENCES[problem.reason])
    return said.format(
        column=problem.column, value=problem.value, readings="; ".join(problem.readings)
    )


# In the words of the programs' own menus, so that they can be found there.
HOW_TO_SAVE = t(
    "In Excel choose File, Save As, and the type “CSV UTF-8 (Comma delimited)”; in LibreOffice "
    "“Text CSV” with the character set “Unicode (UTF-8)”."
)
