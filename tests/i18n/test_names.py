"""Every code that a page may show has a word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

import pytest

from kezek.app.regulation.version_file import shipped_regulations
from kezek.domain.account.actor import Role
from kezek.domain.booking.change import ChangeCause
from kezek.domain.booking.release import ReleaseCause
from kezek.domain.booking.status import Status
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.event import EventKind
from kezek.domain.turn.approve import RefusalCause
from kezek.domain.turn.call import ExceptionCause
from kezek.domain.turn.gate import MissCause, TurnBackCause
from kezek.i18n import names, times
from kezek.i18n.catalogue import codes

SATURDAY = date(2026, 6, 13)


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (names.STATUSES, Status),
        (names.VERBS, Verb),
        (names.CLASSES, {name for r in shipped_regulations().values() for name in r.classes}),
        (names.EVENTS, EventKind),
        (names.ROLES, Role),
        (
            names.CAUSES,
            (
                *ExceptionCause,
                *TurnBackCause,
                *MissCause,
                *RefusalCause,
                *ReleaseCause,
                *ChangeCause,
            ),
        ),
        (names.STATES, ("open", "full", "closed", "no_line")),
    ],
)
def test_every_code_has_a_word(table: Mapping[str, str], codes: Iterable[str]):
    assert set(table) == set(codes)


def test_a_code_without_a_word_is_shown_rather_than_lost():
    assert names.status("unheard_of", "ru") == "unheard_of"


def test_countries_are_named_in_the_language():
    assert [names.country("CN", lang) for lang in codes()] == ["China", "Қытай", "Китай"]
    assert names.country("SEA", "en") == "Caspian Sea, ferry"


def test_hours_and_numbers():
    at = datetime(2026, 6, 13, 17, 5, tzinfo=UTC)
    assert times.hour(at) == "17:05"
    assert times.stamp(at, "en") == "13 June, 17:05"
    assert times.number(1348, "en") == "1,348"
    assert times.number(0.666, "en") == "0.7"
    assert times.money(432500, "KZT", "en") == "4,325 KZT"
    assert times.money(432550, "KZT", "en") == "4,325.50 KZT"
