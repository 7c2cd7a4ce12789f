"""The whole description, tried with what it allows and with what it forbids, by all checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig

from kezek.api.frame.openapi import PREFIX
from tests.api.app import Api, document

EXAMPLES = 40
# Rules may say no to what the description allows; each no is described, and checked against it.
REFUSED = ["2xx", "401", "403", "404", "409", "422", "503"]
# What goes beyond the described bounds is refused by these.
REJECTED = ["400", "401", "403", "404", "409", "413", "415", "422"]

KNOWN = {"checkpoint": "kz_a", "day": "2026-06-20"}
START = "2026-06-15T08:00:00Z"
# Whose key opens most of each noun.
WHO = {"turns": "officer", "calendar": "agency", "log": "reader"}


schema = schemathesis.openapi.from_dict(
    document(),
    config=SchemathesisConfig.from_dict(
        {
            "generation": {"deterministic": True, "database": "none"},
            "max-stream-events": 1,
            "checks": {
                "positive_data_acceptance": {"expected-statuses": REFUSED},
                "negative_data_rejection": {"expected-statuses": REJECTED},
            },
        }
    ),
)


load_all_checks()
installed: list[Any] = []


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The installation that the fixture has made: the description is read before there is one."""
    await installed[-1](scope, receive, send)


schema.app, schema.location = app, f"{PREFIX}/openapi.json"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One installation for all of it, with trucks in every state."""
    api = Api(tmp_path_factory.mktemp("schema"))
    installed.append(api.app)
    api.book(1)
    called = api.called(2)
    api.post("/admissions", {"booking": called}, "officer")
    api.called(3)
    api.arrived(4)
    yield api
    api.close()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_holds_its_description(case: Case, world: Api):
    tag = case.operation.tags[0]
    headers = {"Authorization": f"Bearer {world.keys[WHO.get(tag, 'carrier')]}"}
    if case.meta.generation.mode is GenerationMode.POSITIVE:
        steer(case)
    # To JSON Schema 7.0 is an integer; to us it is a number with a fraction, and refused.
    fraction = any(isinstance(value, float) for value in _values(case.body))
    excluded = [CHECKS.get_one("positive_data_acceptance")] if fraction else []
    case.call_and_validate(headers=headers, excluded_checks=excluded)


def steer(case: Case) -> None:
    """Names drawn at random name nothing; here they name what exists, so that rules are reached."""
    body, path = case.body if isinstance(case.body, dict) else {}, case.path_parameters or {}
    for row in [body, *(row for row in body.get("rows", ()) if isinstance(row, dict))]:
        known = {"checkpoint": "kz_a", "start": START}
        row.update((name, value) for name, value in known.items() if row.get(name))
        if isinstance(row.get("booking"), int):
            row["booking"] = 1 + row["booking"] % 6
    if "number" in path:
        path["number"] = 1 + int(path["number"]) % 6
    path.update((name, value) for name, value in KNOWN.items() if name in path)


def _values(body: Any) -> Iterator[Any]:
    """Everything that a body holds, at any depth."""
    yield body
    inside = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    for value in inside:
        yield from _values(value)
