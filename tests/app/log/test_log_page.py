"""The log in pages."""

from __future__ import annotations

import pytest

from kezek.app.log.page import PAGE_ROWS, log_page
from kezek.domain.calendar.capacity import SetCapacity
from tests.world import PEOPLE, A, B, World


@pytest.fixture
def w() -> World:
    return World()


def test_the_log_is_read_in_pages_there_and_back(w):
    for n in range(120):
        w.book(n, start=w.window(day=1, hour=n % 24))
    reader = w.store.reader
    first = log_page(reader, frozenset({A}), "")
    assert len(first.events) == PAGE_ROWS
    assert first.newer == 0
    second = log_page(reader, frozenset({A}), "", before=first.older)
    assert second.events[0].position < first.events[-1].position
    back = log_page(reader, frozenset({A}), "", after=second.newer)
    assert back.events == first.events
    third = log_page(reader, frozenset({A}), "", before=second.older)
    assert len(third.events) == 20
    assert third.older == 0


def test_the_log_is_filtered_by_line_and_kind(w):
    w.book(1)
    w.book(2, line=B, start=w.window(B))
    w.done(SetCapacity(w.key(), PEOPLE["agency"], A, "2026-06-14", 100, "one scanner"))
    reader = w.store.reader
    assert {e.line for e in log_page(reader, frozenset({A, B}), "").events} == {A, B}
    changes = log_page(reader, frozenset({A}), "capacity_set").events
    assert [event.kind for event in changes] == ["capacity_set"]
    assert log_page(reader, frozenset(), "").events == ()
    assert any(e.kind == "account_added" for e in log_page(reader, None, "").events)
