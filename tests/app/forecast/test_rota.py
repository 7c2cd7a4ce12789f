"""A round over all lines goes on where it stopped, and a watched line comes first."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kezek.app.forecast import rota as module
from kezek.app.forecast.rota import Rota


def network(*ids: str) -> Any:
    lines = {id: SimpleNamespace(line=SimpleNamespace(id=id)) for id in ids}
    return SimpleNamespace(served=lambda: lines, of_line=lines.get)


def test_every_line_has_its_turn_before_one_has_its_second():
    rota = Rota(network("a", "b", "c"))
    found = [rota.next((), lambda _: True) for _ in range(5)]
    assert [one.line.id for one in found if one] == ["a", "b", "c", "a", "b"]


def test_a_watched_line_comes_first_and_leaves_the_round_as_it_is():
    rota = Rota(network("a", "b", "c"))
    found = [rota.next(watched, lambda _: True) for watched in ((), ("c", "gone"), ("gone",))]
    assert [one.line.id for one in found if one] == ["a", "c", "b"]


def test_a_watched_line_that_wants_nothing_holds_nobody_up():
    rota = Rota(network("a", "b"))
    found = rota.next(("a",), lambda one: one.line.id == "b")
    assert found is not None
    assert found.line.id == "b"


def test_a_look_asks_a_bounded_number_of_lines_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(module, "LINES_A_LOOK", 3)
    asked: list[str] = []

    def wants(one: Any) -> bool:
        asked.append(one.line.id)
        return bool(one.line.id == "n9")

    rota = Rota(network(*(f"n{k}" for k in range(10))))
    looks = [rota.next((), wants) for _ in range(4)]
    assert [one and one.line.id for one in looks] == [None, None, None, "n9"]
    assert asked == [f"n{k}" for k in range(10)]


def test_a_network_without_lines_and_one_that_shrank():
    assert Rota(network()).next((), lambda _: True) is None
    many, few = network("a", "b", "c"), network("a")
    rota = Rota(many)
    for _ in range(2):
        rota.next((), lambda _: True)
    rota._network = few
    found = rota.next((), lambda _: True)
    assert found is not None
    assert found.line.id == "a"
