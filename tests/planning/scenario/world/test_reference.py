"""The reference of scenarios names every field that a file may have."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from kezek.planning.scenario.world import scenario
from tests.planning.scenario.world.ground import points

PAGE = (Path(__file__).parents[4] / "docs" / "reference" / "scenarios.md").read_text("utf-8")
TABLES = [
    found
    for found in vars(scenario).values()
    if isinstance(found, type) and issubclass(found, msgspec.Struct) and found is not msgspec.Struct
]


@pytest.mark.parametrize("table", TABLES, ids=lambda found: found.__name__)
def test_every_field_is_explained(table: type[msgspec.Struct]):
    named = set(re.findall(r"`(?:\"?checkpoint\.\*\.)?\[*([a-z_.]+)\]*`", PAGE))
    said = {part for name in named for part in name.split(".")}
    missing = set(table.__struct_encode_fields__) - said
    assert not missing, f"docs/reference/scenarios.md does not explain {sorted(missing)}"


def test_the_example_of_the_page_can_be_read():
    example = re.search(r"```toml\n(title.*?)```", PAGE, re.DOTALL)
    assert tomllib.loads(example[1])
    (point,) = points(example[1])
    assert point.other.checkpoint[0].demand.factor == 1.1
